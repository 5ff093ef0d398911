import type { Move, Task } from '../../domain/task/task.ts';
import type { StoredTask, TaskStore } from '../../domain/task/task-store.ts';
import { Conflict, InvalidRequest, NotFound } from '../../runtime/errors.ts';

/** Two agents may reach for one task; more than a few in a row do not. */
const MAX_ATTEMPTS = 5;

const judge = (move: Move): Task => {
  if ('task' in move) return move.task;
  const { kind, detail } = move.refused;
  if (kind === 'wrong-state') throw new Conflict(detail);
  throw new InvalidRequest('The body is not what this operation takes.', [
    { path: 'outcome', message: detail },
  ]);
};

/**
 * Changes a task as `move` says, from the state in which it lies now.
 *
 * @throws NotFound (404), Conflict (409) where its state does not allow it, InvalidRequest (400) for an outcome that it
 * does not have
 */
export const moveTask = async (
  tasks: TaskStore,
  taskId: string,
  move: (task: Task) => Move,
): Promise<StoredTask> => {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const stored = await tasks.read(taskId);
    if (stored === null) throw new NotFound('There is no such task.');
    const task = judge(move(stored.task));
    if (task === stored.task) return stored;
    if ((await tasks.change(stored, task)) === 'changed') return { task, version: stored.version + 1 };
  }
  throw new Conflict('Others changed the task at the same time; nothing was changed.');
};
