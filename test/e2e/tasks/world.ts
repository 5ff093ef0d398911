import { createTaskStore } from '../../../lib/adapters/dynamodb/task-store.ts';
import type { TaskEffect } from '../../../lib/domain/effect/effect.ts';
import type { VisitorEvent } from '../../../lib/domain/visitor/event.ts';
import type { ApiResponse } from '../../../lib/runtime/operation.ts';
import { taskOperations } from '../../../lib/service/task-operations.ts';
import { createTaskEffects } from '../../../lib/service/tasks/apply-task-effect.ts';
import { TABLE_NAMES } from '../../../local/store/tables.ts';
import { recordingLogger } from '../../unit/runtime/gateway.ts';
import { startWorld } from '../react/world.ts';

/** The tests' clock. */
export const NOW = Date.UTC(2026, 10, 26, 10);

export type TaskWorld = Awaited<ReturnType<typeof startTaskWorld>>;

type Opened = Extract<TaskEffect, { readonly what: 'open' }>;

/** A task that a journey asks for, with two outcomes where nothing else is said. */
export const taskOf = (taskId: string, overrides: Partial<Opened> = {}): Opened => ({
  kind: 'task',
  taskId,
  what: 'open',
  queue: 'service',
  summary: 'Call the customer.',
  outcomes: ['approved', 'refused'],
  dueAt: null,
  journeyId: 'claims',
  stepId: 'hand-over',
  run: 'run-1',
  ...overrides,
});

export const withdrawalOf = (taskId: string): TaskEffect => ({ kind: 'task', taskId, what: 'withdraw' });

/** Tasks over a real store, and the operations on them. */
export const startTaskWorld = async () => {
  const world = await startWorld();
  const tasks = createTaskStore(world.client, TABLE_NAMES.log);
  const mail: { readonly visitorId: string; readonly event: VisitorEvent }[] = [];
  const tended: string[] = [];
  const fault = { mail: false };
  const { logger } = recordingLogger();
  const operations = taskOperations({
    tasks,
    mail: async (visitorId, event) => {
      if (fault.mail) throw new Error('the queue is away');
      mail.push({ visitorId, event });
    },
    tendOrder: async (orderId) => {
      tended.push(orderId);
    },
    now: () => NOW + 60_000,
    logger,
  });

  const call = async (
    operationId: string,
    { id, query = {}, body }: { readonly id?: string; readonly query?: object; readonly body?: unknown },
  ): Promise<ApiResponse> => {
    const operation = operations[operationId];
    if (operation === undefined) throw new Error(`there is no operation ${operationId}`);
    return await operation.run({
      requestId: 'r',
      headers: {},
      receivedAt: NOW,
      traceparent: undefined,
      caller: { id: 'sk', kind: 'secret' },
      params: { id },
      query,
      body,
    });
  };

  const apply = createTaskEffects(tasks);
  return {
    client: world.client,
    tasks,
    mail,
    tended,
    fault,
    operations,
    call,
    /** What a visitor's commit wants, some seconds after the tests' clock. */
    want: (effects: readonly TaskEffect[], second = 0, visitorId = 'v-1') =>
      apply({ visitorId, at: NOW + second * 1000, effects }),
    stop: world.stop,
  };
};
