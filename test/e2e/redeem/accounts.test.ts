import { afterEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import type { RedemptionRequest } from '../../../lib/contracts/http/redemptions.ts';
import type { Redemption } from '../../../lib/domain/redemption/redemption.ts';
import { finishTask } from '../../../lib/domain/task/task.ts';
import { Conflict, Unavailable } from '../../../lib/runtime/errors.ts';
import { createOrderSweep } from '../../../lib/service/redeem/sweep-orders.ts';
import { moveTask } from '../../../lib/service/tasks/move-task.ts';
import { event } from '../../unit/visitor/people.ts';
import { Killed, type LedgerWorld, startLedgerWorld } from './world.ts';

// Many orders before a store on a disk take their time, on a busy machine more of it.
vi.setConfig({ testTimeout: 120_000 });

const LIMIT = 10_000;

const DEFINITIONS = [
  { kind: 'authorization', id: 'firm', limit: 'account.limit', approver: 'account.boss', per: 'P1M' },
];

let world: LedgerWorld | null = null;
afterEach(async () => {
  await world?.stop();
  world = null;
});

/** A ledger, and an account that may spend so much a month. */
const start = async (seed = 1): Promise<LedgerWorld> => {
  const here = await startLedgerWorld(DEFINITIONS, seed);
  world = here;
  await here.deliver([
    event({
      messageId: 'g1',
      type: 'group',
      name: 'group',
      userId: 'clerk',
      groupId: 'acme',
      traits: { limit: LIMIT, boss: 'mia' },
      mayChangeAccount: true,
    }),
  ]);
  return here;
};

const requestOf = (orderId: string, unitPrice: number): RedemptionRequest => ({
  orderId,
  userId: `buyer-${orderId}`,
  accountId: 'acme',
  cart: { currency: 'EUR', lines: [{ id: 'l', sku: 'S', quantity: 1, unitPrice }] },
});

const dueSchema = z.object({ order: z.object({ orderId: z.string() }) });

const isExpected = (error: unknown): boolean =>
  error instanceof Killed || error instanceof Conflict || error instanceof Unavailable;

/** Tries again as a shop would: after a death, or where too many asked. */
const untilDone = async <T>(act: () => Promise<T>): Promise<T> => {
  for (let tries = 0; ; tries++) {
    try {
      return await act();
    } catch (error) {
      if (!isExpected(error) || tries > 60) throw error;
    }
  }
};

const attempt = async (act: () => Promise<unknown>): Promise<void> => {
  try {
    await act();
  } catch (error) {
    if (!isExpected(error)) throw error;
  }
};

const spentBy = (redemptions: readonly Redemption[], isCounted: (one: Redemption) => boolean): number =>
  redemptions
    .filter(({ status }) => status === 'held' || status === 'committed')
    .filter(isCounted)
    .reduce((sum, { spending }) => sum + (spending?.amount ?? 0), 0);

const isUnapproved = ({ spending }: Redemption): boolean => spending?.approval === undefined;

const openTasks = async ({ tasks }: LedgerWorld) =>
  (await tasks.list({ statuses: ['open'], order: 'oldest', limit: 100 })).tasks;

describe('people who order for one account', () => {
  it('a hundred at once: as many are held as the limit allows, and the others wait for the approver', async () => {
    const here = await start();
    const held = await Promise.all(
      Array.from({ length: 100 }, (_, n) => untilDone(() => here.hold(requestOf(`o-${n}`, 300)))),
    );
    const statuses = held.map(({ redemption }) => redemption.status);
    expect(statuses.filter((status) => status === 'held')).toHaveLength(33);
    expect(statuses.filter((status) => status === 'awaitingApproval')).toHaveLength(67);
    const { counted, ordered } = await here.books();
    expect([...counted]).toEqual([...ordered]);
    expect([...counted.values()]).toEqual([9900]);
    expect(await openTasks(here)).toHaveLength(67);
  });
});

describe('an order that was approved this moment', () => {
  it('is paid at once, whoever else notes the approval meanwhile', async () => {
    const here = await start();
    const { hold, settle, tasks, clock } = here;
    for (let round = 0; round < 10; round++) {
      const orderId = `p-${round}`;
      const { redemption } = await hold(requestOf(orderId, LIMIT + 1));
      const taskId = redemption.spending?.approval?.taskId ?? '';
      await moveTask(tasks, taskId, (task) => finishTask(task, 'approved', clock.now));
      const [paid] = await Promise.all([
        settle.commit(orderId),
        settle.tend(orderId),
        settle.tend(orderId),
        settle.commit(orderId),
      ]);
      expect(paid.status).toBe('committed');
    }
  });
});

/** Every few minutes: whoever somebody has to come back to. */
const sweep = async ({ store, settle, clock }: LedgerWorld): Promise<void> => {
  const due: string[] = [];
  const findOverdue = store.findOverdue;
  const queues = {
    send: async (_queue: string, messages: readonly object[]) => {
      for (const message of messages) due.push(dueSchema.parse(message).order.orderId);
    },
  };
  await createOrderSweep({ findOverdue, queues, now: () => clock.now })();
  for (const orderId of due) await settle.tend(orderId);
};

/** What becomes of one order, whatever dies on the way. */
const live = async (here: LedgerWorld, orderId: string): Promise<void> => {
  const { hold, settle, random, tasks } = here;
  const [price, fate] = [100 + Math.floor(random() * 2000), random()];
  const { redemption } = await untilDone(() => hold(requestOf(orderId, price)));
  const taskId = redemption.spending?.approval?.taskId;
  if (taskId !== undefined && fate < 0.6) {
    const outcome = fate < 0.4 ? 'approved' : 'refused';
    await attempt(() => moveTask(tasks, taskId, (task) => finishTask(task, outcome, here.clock.now)));
  }
  if (random() < 0.5) await attempt(() => settle.commit(orderId));
  if (random() < 0.2) await attempt(() => settle.cancel(orderId));
  if (random() < 0.3) await attempt(() => settle.tend(orderId));
  if (random() < 0.2) await attempt(() => hold(requestOf(orderId, price)));
};

describe.each([1, 2, 3])('seed %i', (seed) => {
  it('never spends more than the limit without an approval, through kills, expiries and approvals', async () => {
    const here = await start(seed);
    here.fault.deaths = 0.08;
    let racing = true;
    const audit = (async () => {
      while (racing) {
        const { counted, ordered, redemptions } = await here.books();
        expect([...counted].sort()).toEqual([...ordered].sort());
        expect(spentBy(redemptions, isUnapproved)).toBeLessThanOrEqual(LIMIT);
      }
    })();
    for (let round = 0; round < 3; round++) {
      await Promise.all(Array.from({ length: 25 }, (_, n) => live(here, `r${round}-${n}`)));
      here.clock.now += 10 * 60_000;
    }
    racing = false;
    await audit;
    here.fault.deaths = 0;
    // A week and more: whoever still waits is not waited for any longer.
    here.clock.now += 9 * 24 * 60 * 60_000;
    await sweep(here);
    // What was approved in time and found late is held then, as long as any hold.
    here.clock.now += 20 * 60_000;
    await sweep(here);
    const settled = await here.books();
    expect([...settled.counted].sort()).toEqual([...settled.ordered].sort());
    expect(
      settled.redemptions.filter(({ status }) => status === 'held' || status === 'awaitingApproval'),
    ).toEqual([]);
    expect(await openTasks(here)).toEqual([]);
    for await (const open of here.store.findOverdue(Number.MAX_SAFE_INTEGER)) expect(open).toEqual([]);
    // Each question had its end, and the visitor was told of it.
    const told = new Set(here.mail.map(({ event: { messageId } }) => messageId));
    for (const { orderId, spending } of settled.redemptions) {
      const approval = spending?.approval;
      if (approval === undefined) continue;
      expect(approval.status).not.toBe('asked');
      const names = { approved: 'Order Approved', refused: 'Order Refused', withdrawn: 'Approval Withdrawn' };
      const name = approval.status === 'asked' ? '' : names[approval.status];
      expect(told).toContain(`order:${orderId}:${approval.taskId}:${name}`);
    }
  });
});
