import type { TaskEffect } from '../../domain/effect/effect.ts';
import { openTask, withdrawTask } from '../../domain/task/task.ts';
import type { TaskStore } from '../../domain/task/task-store.ts';

/** What a commit of a visitor wants of tasks. */
interface TaskEffectsOfCommit {
  readonly visitorId: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly effects: readonly TaskEffect[];
}

/** A task was changed by others each time that it was looked at. */
class TaskContended extends Error {
  constructor() {
    super('a task was changed by others all the time');
    this.name = 'TaskContended';
  }
}

const MAX_ATTEMPTS = 5;

/**
 * Opens and withdraws tasks as journeys want it, each once however often and in whatever order it is asked for.
 *
 * @throws TaskContended, and whatever the store throws: the effect then comes again
 */
export const createTaskEffects = (tasks: TaskStore) => {
  const withdraw = async (taskId: string, at: number): Promise<void> => {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const stored = await tasks.read(taskId);
      if (stored === null) {
        // Queues keep no order: what has been taken back already must not be opened later.
        if ((await tasks.forestall(taskId, at)) === 'forestalled') return;
        continue;
      }
      const task = withdrawTask(stored.task, at);
      if (task === stored.task || (await tasks.change(stored, task)) === 'changed') return;
    }
    throw new TaskContended();
  };

  return async ({ visitorId, at, effects }: TaskEffectsOfCommit): Promise<void> => {
    for (const effect of effects) {
      if (effect.what === 'open') await tasks.open(openTask(effect, visitorId, at));
      else await withdraw(effect.taskId, at);
    }
  };
};
