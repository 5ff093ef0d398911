import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSettler } from '../../../lib/service/redeem/settle.ts';
import { createOrderSweep } from '../../../lib/service/redeem/sweep-orders.ts';
import { createOrderTaker } from '../../../lib/service/redeem/take-order.ts';
import { percentOff } from '../../contract/client.ts';
import { recordingLogger } from '../../unit/runtime/gateway.ts';
import { event } from '../../unit/visitor/people.ts';
import { Killed, type LedgerWorld, NOW, startLedgerWorld } from './world.ts';

const MINUTE = 60_000;

let world: LedgerWorld;
beforeEach(async () => {
  world = await startLedgerWorld([percentOff('c', 10, { limits: { total: 2, perVisitor: 1 } })]);
});
afterEach(() => world.stop());

const hold = (orderId: string, who: object = { userId: orderId }) =>
  world.hold({
    orderId,
    ...who,
    cart: { currency: 'EUR', lines: [{ id: 'l', sku: 'S', quantity: 1, unitPrice: 1000 }] },
  });

/** What the queue `order-effects` would be given. */
const swept = async (): Promise<readonly object[]> => {
  const sent: object[] = [];
  const queues = {
    send: async (_queue: string, messages: readonly object[]) => {
      sent.push(...messages);
    },
  };
  const { findOverdue } = world.store;
  await createOrderSweep({ findOverdue, queues, now: () => world.clock.now })();
  return sent;
};

describe('a hold whose release was lost', () => {
  it('is found by the sweep once it is overdue, and not before', async () => {
    await hold('lost');
    world.clock.now = NOW + 10 * MINUTE;
    await hold('fresh');
    expect(await swept()).toEqual([]);
    world.clock.now = NOW + 18 * MINUTE;
    expect(await swept()).toEqual([{ order: { orderId: 'lost' } }]);
    await world.settle.tend('lost');
    expect(await swept()).toEqual([]);
    expect((await hold('next')).redemption.holds).toHaveLength(1);
  });

  it('is put back with what is left of its time where its message comes early', async () => {
    await hold('o');
    const sent: (number | undefined)[] = [];
    const take = createOrderTaker({
      settle: world.settle,
      readVisitors: async () => new Map(),
      queues: {
        send: async (_queue, _messages, delay) => {
          sent.push(delay);
        },
      },
      now: () => world.clock.now,
      logger: recordingLogger().logger,
    });
    world.clock.now = NOW + 14 * MINUTE;
    await take({ order: { orderId: 'o' } });
    expect(sent).toEqual([60]);
    world.clock.now = NOW + 15 * MINUTE;
    await take({ order: { orderId: 'o' } });
    expect(sent).toEqual([60]);
    expect((await world.settle.find('o')).status).toBe('expired');
  });
});

describe('a payment whose process died', () => {
  it('before it told the journeys is found by the sweep, which tells them', async () => {
    await hold('paid');
    const { settle } = deadAfterWrite();
    await expect(settle.commit('paid')).rejects.toThrow(Killed);
    expect(world.mail).toEqual([]);
    world.clock.now = NOW + 18 * MINUTE;
    expect(await swept()).toEqual([{ order: { orderId: 'paid' } }]);
    await world.settle.tend('paid');
    expect(world.mail).toMatchObject([
      { event: { name: 'Offer Redeemed', properties: { orderId: 'paid' } } },
    ]);
    expect(await swept()).toEqual([]);
  });
});

/** The same ledger, by a process that dies right after what it writes. */
const deadAfterWrite = () => {
  const settle = createSettler({
    store: {
      ...world.store,
      write: async (move) => {
        await world.store.write(move);
        throw new Killed();
      },
    },
    readVisitors: async () => new Map(),
    tasks: world.tasks,
    mail: async () => undefined,
    now: () => world.clock.now,
    pause: async () => undefined,
    random: () => 0,
  });
  return { settle };
};

describe('what a person used', () => {
  it('stays theirs when the device on which they used it logs in, and is given back where it was counted', async () => {
    expect((await hold('first', { anonymousId: 'device' })).redemption.holds).toHaveLength(1);
    await world.deliver([
      event({ messageId: 'm1', type: 'identify', name: 'identify', userId: 'ann', anonymousId: 'device' }),
    ]);
    expect((await hold('second', { userId: 'ann' })).redemption.holds).toEqual([]);
    await world.settle.cancel('first');
    expect((await hold('third', { userId: 'ann' })).redemption.holds).toHaveLength(1);
    const { counted, ordered } = await world.books();
    expect([...counted].sort()).toEqual([...ordered].sort());
  });
});

describe('a transaction that meets another on the same items', () => {
  it('is tried again after a pause that grows and is nobody else’s', async () => {
    const pauses: number[] = [];
    let conflicts = 3;
    const held = await world.holderWith({
      store: {
        ...world.store,
        write: async (move) => {
          conflicts -= 1;
          return conflicts >= 0 ? 'contended' : world.store.write(move);
        },
      },
      pause: async (milliseconds) => {
        pauses.push(milliseconds);
      },
      random: () => 0.5,
    })({
      orderId: 'o',
      userId: 'u',
      cart: { currency: 'EUR', lines: [{ id: 'l', sku: 'S', quantity: 1, unitPrice: 1000 }] },
    });
    expect(held.redemption.holds).toHaveLength(1);
    // The first try shaped the cap, and paused for nobody.
    expect(pauses).toEqual([5, 10, 20]);
  });
});
