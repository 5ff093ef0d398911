import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mailSchema } from '../../../lib/contracts/bus.ts';
import { poolMessageSchema } from '../../../lib/contracts/business.ts';
import type { PoolEffect } from '../../../lib/domain/effect/effect.ts';
import { visitorIdOf } from '../../../lib/domain/identity/visitor-id.ts';
import { seatHolders } from '../../../lib/domain/pool/pool.ts';
import type { PoolStore } from '../../../lib/domain/pool/pool-store.ts';
import { createPoolEffectsTaker, createPoolKeeper } from '../../../lib/service/business/keep-pool.ts';
import { memoryQueues, NOW, startWorld, type World } from './world.ts';

const CLOSES_AT = NOW + 120_000;
const AFTER = CLOSES_AT + 1;

let world: World;
let pools = 0;

beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const passenger = (index: number): string => visitorIdOf(`user:passenger-${index}`);

/** A pool of a test's own, its consumers (each of a process of its own), and what they send. */
const openPool = (seats: number, consumers = 1, store: PoolStore = world.pools) => {
  const poolId = `upgrade|seats|flight/${++pools}`;
  const queues = memoryQueues();
  let clock = NOW;
  const takers = Array.from({ length: consumers }, () =>
    createPoolEffectsTaker(
      createPoolKeeper({ pools: store, queues: queues.sender, now: () => clock, pause, random: Math.random }),
    ),
  );
  const effectOf = (index: number, what: 'join' | 'release', rank: number): PoolEffect => {
    const common = { kind: 'pool', poolId, run: `run-${index}`, stepId: 'seats' } as const;
    return what === 'release' ? { ...common, what } : { ...common, what, seats, rank, closesAt: CLOSES_AT };
  };
  let turn = 0;
  /** Hands a message to the next consumer, and again where it failed. */
  const deliver = async (message: unknown): Promise<void> => {
    const parsed = poolMessageSchema.parse(message);
    for (let attempt = 0; ; attempt++) {
      try {
        await takers[turn++ % takers.length]?.(parsed);
        return;
      } catch (error) {
        if (attempt === 20) throw error;
      }
    }
  };
  return {
    poolId,
    queues,
    setClock: (at: number): void => {
      clock = at;
    },
    ask: (index: number, what: 'join' | 'release', rank = 0): Promise<void> =>
      deliver({ visitorId: passenger(index), version: 1, at: NOW, effects: [effectOf(index, what, rank)] }),
    /** Delivers the messages that close the pool. */
    close: async (): Promise<void> => {
      clock = AFTER;
      for (const { body } of queues.take('pool-effects')) await deliver(body);
    },
    deliver,
    /** Who was told of a seat, by run; each as often as the mail says it. */
    offered: (): readonly (readonly [run: string, messageId: string])[] =>
      queues.take('events-received').flatMap(({ body }) => {
        const { mail } = mailSchema.parse(body);
        return mail.events.map((event) => [String(event.properties.run), event.messageId] as const);
      }),
    holders: async (): Promise<readonly string[]> =>
      seatHolders((await world.pools.read(poolId)).pool)
        .map(({ run }) => run)
        .sort(),
  };
};

describe('a pool of seats', () => {
  it('gathers, closes at its time, and offers its seats to the best', async () => {
    const pool = openPool(2);
    for (const [index, rank] of [3, 9, 5, 9].entries()) await pool.ask(index, 'join', rank);
    expect(pool.offered()).toEqual([]);
    expect(pool.queues.sent.map(({ queue, delay }) => [queue, delay])).toEqual([['pool-effects', 120]]);
    await pool.close();
    expect(pool.offered().map(([run]) => run)).toEqual(['run-1', 'run-3']);
    expect(await pool.holders()).toEqual(['run-1', 'run-3']);
  });

  it('waits longer than a queue can hold a message back', async () => {
    const pool = openPool(1);
    const late = { ...requestFor(pool.poolId), closesAt: NOW + 3_600_000 };
    await pool.deliver({ visitorId: passenger(0), version: 1, at: NOW, effects: [late] });
    const [first] = pool.queues.take('pool-effects');
    expect(first?.delay).toBe(900);
    pool.setClock(NOW + 900_000);
    await pool.deliver(first?.body);
    expect(pool.queues.sent.map(({ delay }) => delay)).toEqual([900]);
    expect(await pool.holders()).toEqual([]);
  });

  it('passes a seat that was not used on, and never offers it to the same one twice', async () => {
    const pool = openPool(1);
    for (const index of [0, 1, 2]) await pool.ask(index, 'join', -index);
    await pool.close();
    await pool.ask(0, 'release');
    await pool.ask(0, 'release');
    await pool.ask(0, 'join', 99);
    expect(pool.offered().map(([run]) => run)).toEqual(['run-0', 'run-1']);
    await pool.ask(1, 'release');
    await pool.ask(2, 'release');
    expect(pool.offered().map(([run]) => run)).toEqual(['run-2']);
    expect(await pool.holders()).toEqual([]);
    await pool.ask(3, 'join');
    expect(await pool.holders()).toEqual(['run-3']);
  });

  it('tells a holder again, with the same messageId, where the process died before the mail was durable', async () => {
    const pool = openPool(1);
    await pool.ask(0, 'join');
    let deaths = 0;
    pool.queues.breakWith((queue) => {
      if (queue === 'events-received' && deaths++ < 3) throw new Error('killed');
    });
    await pool.close();
    const offered = pool.offered();
    expect([deaths, offered.length]).toEqual([4, 1]);
    await pool.deliver({ poolClosing: { poolId: pool.poolId, closesAt: CLOSES_AT } });
    expect(pool.offered()).toEqual([]);
  });

  it('of 6 seats and 180 passengers gives each seat once, whatever races, repeats and changes places', async () => {
    let conflicts = 0;
    const store: PoolStore = {
      read: world.pools.read,
      write: async (pool, version, now) => {
        const outcome = await world.pools.write(pool, version, now);
        if (outcome === 'conflict') conflicts += 1;
        return outcome;
      },
    };
    const pool = openPool(6, 4, store);
    const passengers = Array.from({ length: 180 }, (_, index) => index);
    const rankOf = (index: number): number => (index * 37) % 90;
    // Passengers 0 to 9 give up, and of some of them the release overtakes the request.
    const acts = [
      ...passengers.flatMap((index) => [() => pool.ask(index, 'join', rankOf(index))]),
      ...passengers
        .filter((index) => index % 3 === 0)
        .map((index) => () => pool.ask(index, 'join', rankOf(index))),
      ...passengers.slice(0, 10).map((index) => () => pool.ask(index, 'release')),
    ];
    const shuffled = acts
      .map((act, index) => ({ act, key: (index * 7919) % 1009 }))
      .sort((a, b) => a.key - b.key);
    await Promise.all(shuffled.map(({ act }) => act()));
    await pool.close();
    const best = passengers
      .slice(10)
      .sort((a, b) => rankOf(b) - rankOf(a) || (passenger(a) < passenger(b) ? -1 : 1))
      .map((index) => `run-${index}`);
    expect(await pool.holders()).toEqual(best.slice(0, 6).sort());
    // Seats lapse, all at once and told twice: each goes to the next best.
    const lapsed = best.slice(0, 4).map((run) => Number(run.slice(4)));
    await Promise.all([...lapsed, ...lapsed].map((index) => pool.ask(index, 'release')));
    expect(await pool.holders()).toEqual(best.slice(4, 10).sort());
    const told = pool.offered();
    expect(new Set(told.map(([run]) => run))).toEqual(new Set(best.slice(0, 10)));
    expect(new Set(told.map(([, messageId]) => messageId)).size).toBe(10);
    expect(conflicts).toBeGreaterThan(0);
  }, 60_000);
});

/** A request for the only seat of a pool. */
const requestFor = (poolId: string) => ({
  kind: 'pool',
  what: 'join',
  poolId,
  run: 'run-0',
  stepId: 'seats',
  seats: 1,
  rank: 0,
});
