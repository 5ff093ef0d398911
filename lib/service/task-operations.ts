import {
  claimTaskContract,
  escalateTaskContract,
  finishTaskContract,
  listTasksContract,
} from '../contracts/http/tasks.ts';
import { claimTask, escalateTask, finishTask, type Task, TO_DO } from '../domain/task/task.ts';
import type { TaskPosition } from '../domain/task/task-store.ts';
import { InvalidRequest, Unavailable } from '../runtime/errors.ts';
import type { Logger } from '../runtime/logger.ts';
import { type Operation, operation } from '../runtime/operation.ts';
import { moveTask } from './tasks/move-task.ts';
import { type SettleDeps, settleTask, sweepTasks } from './tasks/settle-task.ts';

export interface TaskDeps extends SettleDeps {
  /** The service's clock, milliseconds since 1970. */
  readonly now: () => number;
  readonly logger: Logger;
}

const DEFAULT_LIMIT = 50;

const timeOf = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());

const shown = ({ run: _, owesMail: __, ...task }: Task) => ({
  ...task,
  openedAt: timeOf(task.openedAt),
  dueAt: timeOf(task.dueAt),
  claimedAt: timeOf(task.claimedAt),
  escalatedAt: timeOf(task.escalatedAt),
  finishedAt: timeOf(task.finishedAt),
});

const cursorOf = ({ openedAt, taskId }: TaskPosition): string =>
  Buffer.from(`${openedAt} ${taskId}`).toString('base64url');

const positionOf = (cursor: string): TaskPosition => {
  const [, openedAt, taskId] = /^(\d{1,15}) (.+)$/s.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (openedAt === undefined || taskId === undefined) {
    throw new InvalidRequest('The query parameters are not what this operation takes.', [
      { path: 'cursor', message: 'expected `next` of the page before' },
    ]);
  }
  return { openedAt: Number(openedAt), taskId };
};

/** The routes under `/v1/tasks` as HTTP operations. */
export const taskOperations = (deps: TaskDeps): { readonly [operationId: string]: Operation } => {
  const { tasks, now, logger } = deps;

  return {
    listTasks: operation(listTasksContract, async ({ query }) => {
      await sweepTasks(deps, logger);
      const { queue, status, order = 'oldest', limit = DEFAULT_LIMIT, cursor } = query;
      const page = await tasks.list({
        statuses: status === undefined ? TO_DO : [status],
        order,
        limit,
        ...(queue === undefined ? {} : { queue }),
        ...(cursor === undefined ? {} : { after: positionOf(cursor) }),
      });
      const next = page.next === null ? null : cursorOf(page.next);
      return { status: 200, body: { tasks: page.tasks.map(shown), next } };
    }),
    claimTask: operation(claimTaskContract, async ({ params, body }) => {
      const { task } = await moveTask(tasks, params.id, (one) => claimTask(one, body.by ?? null, now()));
      return { status: 200, body: shown(task) };
    }),
    escalateTask: operation(escalateTaskContract, async ({ params, body }) => {
      const { task } = await moveTask(tasks, params.id, (one) =>
        escalateTask(one, body.reason ?? null, now()),
      );
      return { status: 200, body: shown(task) };
    }),
    finishTask: operation(finishTaskContract, async ({ params, body }) => {
      const done = await moveTask(tasks, params.id, (one) => finishTask(one, body.outcome ?? null, now()));
      const told = await settleTask(deps, done).catch((cause: unknown) => {
        throw new Unavailable('Whoever waits for it could not be told yet; send it again.', { cause });
      });
      await sweepTasks(deps, logger);
      return { status: 200, body: shown(told) };
    }),
  };
};
