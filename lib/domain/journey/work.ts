import type { TaskStep } from '../catalog/journey-definition.ts';
import { idOf } from './facts.ts';
import { after, next, type Outcome, type Standing, wait } from './standing.ts';

/** Makes work for a person, and waits for it where it has outcomes. */
export const runTask = (standing: Standing, { id, task }: TaskStep): Outcome => {
  const { world, instance, journey, compiled, at } = standing;
  const taskId = idOf(instance.run, id);
  const template = journey.contentOf(`${compiled.path}.task.summary`, task.summary);
  const summary = world.render(template, world.factsOf(instance, at));
  const dueAt = after(standing, task.timeout);
  const outcomes = task.outcomes ?? [];
  world.want({
    kind: 'task',
    what: 'open',
    taskId,
    queue: task.queue,
    summary: summary.ok ? String(summary.content) : task.summary,
    outcomes,
    dueAt,
    journeyId: journey.id,
    stepId: id,
    run: instance.run,
  });
  world.tell(at, { kind: 'task', taskId, queue: task.queue, what: 'opened' });
  if (outcomes.length === 0) return next(standing, instance);
  const open = { ...instance, tasks: [...instance.tasks, taskId] };
  return wait({ ...standing, instance: open }, { kind: 'task', due: dueAt, taskId });
};
