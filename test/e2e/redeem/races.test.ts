import { afterEach, describe, expect, it, vi } from 'vitest';
import type { RedemptionRequest } from '../../../lib/contracts/http/redemptions.ts';
import { codeOf } from '../../../lib/domain/offer/single-use-code.ts';
import type { Redemption } from '../../../lib/domain/redemption/redemption.ts';
import { Conflict, Unavailable } from '../../../lib/runtime/errors.ts';
import { percentOff } from '../../contract/client.ts';
import { type Books, CODE_SECRET, Killed, type LedgerWorld, startLedgerWorld } from './world.ts';

// Hundreds of shoppers before a store on a disk take their time, on a busy machine more of it.
vi.setConfig({ testTimeout: 300_000 });

let world: LedgerWorld | null = null;
afterEach(async () => {
  await world?.stop();
  world = null;
});

const requestOf = (orderId: string, userId = orderId, unitPrice = 1000): RedemptionRequest => ({
  orderId,
  userId,
  cart: { currency: 'EUR', lines: [{ id: 'l', sku: 'S', quantity: 1, unitPrice }] },
});

const amountOf = ({ holds }: Pick<Redemption, 'holds'>): number =>
  holds.reduce((sum, { amount }) => sum + amount, 0);

/** Tries again as a shop would: after a conflict, a death, or where too many asked. */
const untilDone = async <T>(act: () => Promise<T>): Promise<T> => {
  for (let tries = 0; ; tries++) {
    try {
      return await act();
    } catch (error) {
      const again = error instanceof Killed || error instanceof Conflict || error instanceof Unavailable;
      if (!again || tries > 60) throw error;
    }
  }
};

const expectBalanced = ({ counted, ordered, leastLeft }: Books): void => {
  expect([...counted].sort()).toEqual([...ordered].sort());
  expect(leastLeft).toBe(0);
};

const shoppers = (count: number): readonly string[] => Array.from({ length: count }, (_, n) => `o-${n}`);

describe('hundreds of shoppers who race', () => {
  it('for 40 coupons, 300 at once: exactly 40 win', async () => {
    world = await startLedgerWorld([percentOff('c', 10, { limits: { total: 40 } })]);
    const { hold, books } = world;
    const held = await Promise.all(shoppers(300).map((id) => untilDone(() => hold(requestOf(id)))));
    expect(held.filter(({ redemption }) => redemption.holds.length === 1)).toHaveLength(40);
    expectBalanced(await books());
  });

  it('for a budget in ten parts: all of it is used, and not a cent more', async () => {
    const offer = { kind: 'offer', id: 'b', reward: { type: 'amount', value: 5 }, limits: { budget: 1000 } };
    world = await startLedgerWorld([offer]);
    const { hold, books, store } = world;
    const held = await Promise.all(shoppers(220).map((id) => untilDone(() => hold(requestOf(id)))));
    expect(held.reduce((sum, { redemption }) => sum + amountOf(redemption), 0)).toBe(1000);
    expectBalanced(await books());
    expect(await store.readCap('b/budget')).toHaveLength(10);
  });

  it('for a budget with amounts of all sizes: a use takes of several parts before anybody is refused', async () => {
    const reward = { type: 'percentage', value: 10, max: 50 };
    world = await startLedgerWorld([{ kind: 'offer', id: 'b', reward, limits: { budget: 2000 } }]);
    const { hold, books, random } = world;
    const prices = shoppers(100).map(() => 10 + Math.floor(random() * 490));
    const held = await Promise.all(
      shoppers(100).map((id, index) => untilDone(() => hold(requestOf(id, id, prices[index])))),
    );
    const used = held.reduce((sum, { redemption }) => sum + amountOf(redemption), 0);
    const missed = held.flatMap(({ redemption }, index) =>
      redemption.holds.length === 0 ? [Math.round((prices[index] ?? 0) / 10)] : [],
    );
    expect(used).toBeLessThanOrEqual(2000);
    // Whoever got nothing asked for more than there was when they asked.
    for (const amount of missed) expect(amount).toBeGreaterThan(2000 - used - 50);
    expectBalanced(await books());
  });
});

describe('one person who asks for the same offer thirty times at once', () => {
  it('gets it as often as they may, whichever of their orders it is', async () => {
    world = await startLedgerWorld([percentOff('p', 10, { limits: { perVisitor: 2 } })]);
    const { hold, books } = world;
    const held = await Promise.all(
      shoppers(30).map((id) => untilDone(() => hold(requestOf(id, 'the-same')))),
    );
    expect(held.filter(({ redemption }) => redemption.holds.length === 1)).toHaveLength(2);
    expectBalanced(await books());
  });

  it('holds one order once, however often it is sent', async () => {
    world = await startLedgerWorld([percentOff('p', 10, { limits: { total: 5 } })]);
    const { hold, books } = world;
    const held = await Promise.all(shoppers(30).map(() => untilDone(() => hold(requestOf('one')))));
    expect(new Set(held.map(({ redemption }) => JSON.stringify(redemption))).size).toBe(1);
    const { redemptions, counted } = await books();
    expect(redemptions).toHaveLength(1);
    expect([...counted.values()]).toEqual([1]);
  });
});

/** What one shopper does with their order, whatever dies on the way. */
const live = async (here: LedgerWorld, id: string): Promise<void> => {
  const { hold, settle, random } = here;
  const fate = random();
  await untilDone(() => hold(requestOf(id)));
  const attempt = async (act: () => Promise<unknown>): Promise<void> => {
    try {
      await act();
    } catch (error) {
      const known = error instanceof Killed || error instanceof Conflict || error instanceof Unavailable;
      if (!known) throw error;
    }
  };
  if (fate < 0.35) await attempt(() => settle.commit(id));
  if (fate < 0.1 || (fate > 0.35 && fate < 0.55)) await attempt(() => settle.cancel(id));
  if (fate > 0.9) await attempt(() => settle.commit(id));
  await attempt(() => settle.tend(id));
};

describe('orders that race for single-use codes', () => {
  const codes = Array.from({ length: 4 }, (_, serial) =>
    codeOf(CODE_SECRET, { offerId: 'c', prefix: 'W-' }, serial),
  );
  const withCode = (orderId: string, code: string): RedemptionRequest => {
    const { cart, ...request } = requestOf(orderId);
    return cart === undefined ? request : { ...request, cart: { ...cart, codes: [code] } };
  };

  it('get each of them once, whatever dies and whoever gives one back', async () => {
    world = await startLedgerWorld([
      percentOff('c', 10, { apply: 'code', codes: { prefix: 'W-', count: 4 } }),
    ]);
    const { hold, settle, books, fault, random } = world;
    fault.deaths = 0.1;
    const race = async (name: string): Promise<void> => {
      await Promise.all(
        shoppers(24).map(async (id, index) => {
          const code = codes[index % codes.length] ?? '';
          const orderId = `${name}-${id}`;
          const { redemption } = await untilDone(() => hold(withCode(orderId, code)));
          const fate = random();
          if (redemption.holds.length === 0) return;
          if (fate < 0.5) await untilDone(() => settle.cancel(orderId));
          else if (fate < 0.7) await untilDone(() => settle.commit(orderId));
        }),
      );
    };
    for (const name of ['a', 'b', 'c']) await race(name);
    fault.deaths = 0;
    const { redemptions, ...after } = await books();
    expectBalanced({ redemptions, ...after });
    for (const code of codes) {
      const has = redemptions.filter(({ holds }) =>
        holds.some((one) => one.code === code && (one.state === 'held' || one.state === 'committed')),
      );
      expect(has.length).toBeLessThanOrEqual(1);
      const { redemption } = await hold(withCode(`rest-${code}`, code.toLowerCase()));
      expect(redemption.holds).toHaveLength(1 - has.length);
    }
    // What is late takes its code again where nobody else has it.
    world.clock.now += 20 * 60_000;
    for (const { orderId, status } of redemptions) if (status === 'held') await settle.tend(orderId);
    expectBalanced(await books());
  }, 60_000);
});

describe.each([1, 2, 3])('seed %i', (seed) => {
  it('keeps the books through kills, retries, expiries, late payments and cancellations', async () => {
    const cap = 25;
    const limits = { total: cap, perVisitor: 1, budget: 25 * 60 };
    const late = seed % 2 === 0 ? 'honour' : 'refuse';
    const offer = percentOff('c', 10, { reward: { type: 'percentage', value: 6, max: 60 }, limits, late });
    const here = await startLedgerWorld([offer], seed);
    world = here;
    here.fault.deaths = 0.08;
    let racing = true;
    const audit = (async () => {
      while (racing) expectBalanced(await here.books());
    })();
    for (let round = 0; round < 3; round++) {
      await Promise.all(shoppers(60).map((_, n) => live(here, `r${round}-${n}`)));
      here.clock.now += 10 * 60_000;
    }
    racing = false;
    await audit;
    here.fault.deaths = 0;
    here.clock.now += 20 * 60_000;
    const { redemptions } = await here.books();
    for (const { orderId } of redemptions) await here.settle.tend(orderId);
    const settled = await here.books();
    expectBalanced(settled);
    expect(settled.redemptions.filter(({ status }) => status === 'held')).toEqual([]);
    for await (const open of here.store.findOverdue(Number.MAX_SAFE_INTEGER)) expect(open).toEqual([]);
    const taken = settled.redemptions.flatMap(({ holds }) =>
      holds.filter(({ state }) => state === 'committed'),
    );
    expect(taken.length).toBeLessThanOrEqual(cap);
    // What is left is left to be had, to the last of it.
    const rest = await Promise.all(
      shoppers(40).map((_, n) => untilDone(() => here.hold(requestOf(`rest-${n}`)))),
    );
    expect(rest.filter(({ redemption }) => redemption.holds.length === 1)).toHaveLength(cap - taken.length);
    // Each who paid was told to their journeys, and each once by its id.
    const told = new Set(
      here.mail.filter(({ event }) => event.name === 'Offer Redeemed').map(({ event }) => event.messageId),
    );
    const paid = settled.redemptions.filter(
      ({ committedAt, holds }) => committedAt !== null && holds.length > 0,
    );
    for (const { orderId } of paid) expect(told).toContain(`order:${orderId}:c:Offer Redeemed`);
    await here.stop();
    world = null;
  });
});

describe('a limit that a catalog changes', () => {
  it('lower than what was used lets nobody have more, and gives nothing away when an order is cancelled', async () => {
    const withTotal = (total: number) => [percentOff('c', 10, { limits: { total } })];
    const here = await startLedgerWorld(withTotal(10));
    world = here;
    const holdAll = async (from: number, count: number): Promise<number> => {
      let won = 0;
      for (let n = from; n < from + count; n++) {
        won += (await here.hold(requestOf(`o-${n}`))).redemption.holds.length;
      }
      return won;
    };
    expect(await holdAll(0, 8)).toBe(8);
    here.publish(withTotal(5));
    expect(await holdAll(100, 2)).toBe(0);
    for (const n of [0, 1, 2, 3]) await here.settle.cancel(`o-${n}`);
    expect(await holdAll(200, 3)).toBe(1);
    here.publish(withTotal(2000));
    expect(await holdAll(300, 3)).toBe(3);
    expect(await here.store.readCap('c/total')).toHaveLength(16);
    here.publish(withTotal(9));
    expect(await holdAll(400, 5)).toBe(1);
    expectBalanced(await here.books());
  });
});
