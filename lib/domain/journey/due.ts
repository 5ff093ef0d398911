import { expireProblems } from '../problem/problems.ts';
import type { VisitorState } from '../visitor/state.ts';
import { endInstance, liveUntil } from './endings.ts';
import { expireGrants } from './grants.ts';
import type { JourneyInstance } from './instance.ts';
import { entryOf } from './standing.ts';
import { goOn, runSteps } from './steps.ts';
import type { World } from './world.ts';

/** When an instance has something to do next; null: never by itself. */
const dueOf = (world: World, instance: JourneyInstance): number | null => {
  if (instance.heldOut) return instance.goalUntil;
  if (instance.waiting !== null) return instance.waiting.due;
  return instance.stepId === null ? liveUntil(world, instance) : null;
};

/** What is due first of all that waits; ties by priority, then by run. */
const firstDue = (world: World): { readonly instance: JourneyInstance; readonly due: number } | null => {
  let first: { readonly instance: JourneyInstance; readonly due: number } | null = null;
  for (const instance of world.state.journeys.instances) {
    const due = dueOf(world, instance);
    if (due === null) continue;
    if (
      first === null ||
      due < first.due ||
      (due === first.due && goesBefore(world, instance, first.instance))
    ) {
      first = { instance, due };
    }
  }
  return first;
};

const priorityOf = (world: World, instance: JourneyInstance): number =>
  world.catalog.journeys.find(instance)?.priority ?? 0;

const goesBefore = (world: World, a: JourneyInstance, b: JourneyInstance): boolean =>
  (priorityOf(world, b) - priorityOf(world, a) || (a.run < b.run ? -1 : 1)) < 0;

const nextExpiry = ({ grants, problems }: VisitorState): number | null => {
  if (grants.length === 0 && problems.length === 0) return null;
  const ends = [
    ...grants.flatMap(({ status, expiresAt }) =>
      status === 'held' && expiresAt !== null ? [expiresAt] : [],
    ),
    ...problems.flatMap(({ closedAt, expiresAt }) =>
      closedAt === null && expiresAt !== undefined ? [expiresAt] : [],
    ),
  ];
  return ends.length === 0 ? null : Math.min(...ends);
};

/** When something is due next of a visitor, milliseconds since 1970; null: nothing, ever. */
export const nextDue = (world: World): number | null => {
  const due = firstDue(world)?.due ?? null;
  const expiry = nextExpiry(world.state);
  return due === null ? expiry : expiry === null ? due : Math.min(due, expiry);
};

/** Whether what is due next is a time of day, at which many others may be due as well. */
export const isTimeOfDay = (world: World): boolean => {
  const instance = firstDue(world)?.instance;
  const step =
    instance?.stepId == null
      ? undefined
      : world.catalog.journeys.find(instance)?.stepById.get(instance.stepId)?.step;
  return step !== undefined && 'wait' in step && step.wait.until !== undefined;
};

/**
 * Runs the first of what is due before a moment.
 *
 * @param until - milliseconds since 1970; what is due at that very moment waits, unless `inclusive`
 * @returns whether there was anything
 */
export const runFirstDue = (world: World, until: number, inclusive: boolean): boolean => {
  if (world.isFull) return false;
  const isOver = (due: number): boolean => (inclusive ? due <= until : due < until);
  const expiry = nextExpiry(world.state);
  const first = firstDue(world);
  if (expiry !== null && isOver(expiry) && (first === null || expiry <= first.due)) {
    expireGrants(world, expiry);
    expireProblems(world, expiry);
    return true;
  }
  if (first === null || !isOver(first.due)) return false;
  fire(world, first.instance, first.due);
  return true;
};

/** What an instance waited for is due. */
const fire = (world: World, instance: JourneyInstance, due: number): void => {
  const { run, waiting, stepId } = instance;
  if (instance.heldOut) {
    endInstance(world, run, 'completed', due);
    return;
  }
  if (waiting === null || stepId === null) {
    endInstance(world, run, 'completed', due);
    return;
  }
  world.tell(due, { kind: 'timer', what: 'fired', due });
  const compiled = world.catalog.journeys.find(instance)?.stepById.get(stepId);
  if (compiled === undefined) {
    endInstance(world, run, 'removed', due);
    return;
  }
  switch (waiting.kind) {
    case 'wait':
      goOn(world, instance, stepId, compiled.next, due, 'the wait is over');
      break;
    case 'await': {
      const to = entryOf(compiled, 'await.else');
      goOn(world, instance, stepId, to, due, 'timeout');
      break;
    }
    case 'task': {
      world.want({ kind: 'task', what: 'withdraw', taskId: waiting.taskId });
      const to = entryOf(compiled, 'task.else');
      const tasks = instance.tasks.filter((taskId) => taskId !== waiting.taskId);
      goOn(world, { ...instance, tasks }, stepId, to, due, 'timeout');
      break;
    }
    case 'message':
      break;
    case 'pause':
      world.changeInstance({ ...instance, waiting: null });
      break;
  }
  runSteps(world, run, due);
};
