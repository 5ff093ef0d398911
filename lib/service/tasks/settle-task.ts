import { payMail, type Task } from '../../domain/task/task.ts';
import type { StoredTask, TaskStore } from '../../domain/task/task-store.ts';
import type { VisitorEvent } from '../../domain/visitor/event.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { SendMail } from '../send-mail.ts';

/** What it takes to tell whoever waits for a task that it is done. */
export interface SettleDeps {
  readonly tasks: TaskStore;
  readonly mail: SendMail;
  /** Has the offer ledger look at an order. */
  readonly tendOrder: (orderId: string) => Promise<void>;
}

const eventOf = (task: Task, finishedAt: number): VisitorEvent => ({
  messageId: `task:${task.taskId}:done`,
  type: 'track',
  name: 'Task Done',
  at: finishedAt,
  receivedAt: finishedAt,
  properties: {
    taskId: task.taskId,
    outcome: task.outcome,
    run: task.run,
    stepId: task.stepId,
    journeyId: task.journeyId,
  },
  traits: {},
  context: {},
  own: true,
});

/**
 * Tells the visitor's journey, or the order, that a task is done, and only then notes that it was told: whoever dies in
 * between has it told again, under the same id. Nothing where it is told already.
 */
export const settleTask = async (
  { tasks, mail, tendOrder }: SettleDeps,
  stored: StoredTask,
): Promise<Task> => {
  const { task } = stored;
  if (!task.owesMail || task.finishedAt === null) return task;
  if (task.orderId !== undefined) await tendOrder(task.orderId);
  else await mail(task.visitorId, eventOf(task, task.finishedAt));
  const paid = payMail(task);
  // A conflict: somebody else told it too, and noted that.
  await tasks.change(stored, paid);
  return paid;
};

/** Most of them that one look settles: it must not make an agent wait. */
const MAX_SWEPT = 10;

/** Tells what others left untold when they died; what fails waits for the next look. */
export const sweepTasks = async (deps: SettleDeps, logger: Logger): Promise<void> => {
  try {
    for (const taskId of await deps.tasks.listOwing(MAX_SWEPT)) {
      const stored = await deps.tasks.read(taskId);
      if (stored !== null) await settleTask(deps, stored);
    }
  } catch (error) {
    logger.warn('Journeys and orders could not be told of tasks that are done.', {}, error);
  }
};
