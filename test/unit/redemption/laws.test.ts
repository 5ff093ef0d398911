import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Cap,
  type CapPart,
  leftOf,
  partsOf,
  planTake,
  shape,
  type TakePlan,
} from '../../../lib/domain/redemption/cap.ts';
import { cancel, commitHeld, commitLate, expire } from '../../../lib/domain/redemption/moves.ts';
import { HOLD_MS, type Moved, type Redemption, usesOf } from '../../../lib/domain/redemption/redemption.ts';
import { failsOn } from '../law.ts';

const LIMIT = 8;
const cap: Cap = { capId: 'c/total', limit: LIMIT, parts: 3 };

/** The ledger in memory: the parts of one cap, and the orders that take of it. */
interface Ledger {
  readonly parts: readonly CapPart[];
  readonly orders: readonly Redemption[];
}

const orderOf = (
  orderId: string,
  now: number,
  shares: readonly { part: number; amount: number }[],
): Redemption => ({
  orderId,
  visitorId: 'v',
  status: 'held',
  heldAt: now,
  expiresAt: now + HOLD_MS,
  committedAt: null,
  endedAt: null,
  cart: null,
  holds: [
    {
      offerId: 'c',
      amount: 1,
      state: 'held',
      late: 'refuse',
      uses: [{ kind: 'cap', limit: 'total', capId: cap.capId, shares }],
    },
  ],
  refunds: [],
  owed: [],
});

const sharesOf = (redemption: Redemption) =>
  usesOf(redemption).flatMap((use) => (use.kind === 'cap' ? use.shares : []));

const shift = (
  parts: readonly CapPart[],
  shares: readonly { readonly part: number; readonly amount: number }[],
  sign: 1 | -1,
): readonly CapPart[] =>
  parts.map((part) => {
    const moved =
      shares.reduce((sum, share) => (share.part === part.part ? sum + share.amount : sum), 0) * sign;
    return { ...part, used: part.used + moved, left: part.left - moved };
  });

/** What the laws try: the machine itself, or one with a bug in it. */
interface Machine {
  readonly plan: typeof planTake;
  readonly shape: typeof shape;
  readonly cancel: typeof cancel;
  readonly expire: typeof expire;
}
const machine: Machine = { plan: planTake, shape, cancel, expire };

type Act =
  | { readonly what: 'hold'; readonly amount: number; readonly start: number }
  | { readonly what: 'commit' | 'cancel' | 'tend'; readonly order: number }
  | { readonly what: 'wait' }
  | { readonly what: 'limit'; readonly limit: number };

const acts: fc.Arbitrary<readonly Act[]> = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        what: fc.constant('hold' as const),
        amount: fc.integer({ min: 1, max: 3 }),
        start: fc.integer({ min: 0, max: 15 }),
      }),
    },
    {
      weight: 5,
      arbitrary: fc.record({
        what: fc.constantFrom('commit' as const, 'cancel' as const, 'tend' as const),
        order: fc.integer({ min: 0, max: 9 }),
      }),
    },
    { weight: 2, arbitrary: fc.constant({ what: 'wait' as const }) },
    {
      weight: 1,
      arbitrary: fc.record({ what: fc.constant('limit' as const), limit: fc.integer({ min: 2, max: 12 }) }),
    },
  ),
  { maxLength: 40, size: 'max' },
);

const takeOf = (
  { plan, shape: shaped }: Machine,
  now: Cap,
  parts: readonly CapPart[],
  amount: number,
  start: number,
): { readonly parts: readonly CapPart[]; readonly plan: TakePlan } => {
  const first = plan(now, parts, amount, start);
  if (first.kind !== 'shape') return { parts, plan: first };
  const after = shaped(now, parts);
  return { parts: after, plan: plan(now, after, amount, start) };
};

const moveOrder = (ledger: Ledger, index: number, moved: Moved): Ledger => {
  const shares = moved.gives.flatMap((use) => (use.kind === 'cap' ? use.shares : []));
  return {
    parts: shift(ledger.parts, shares, -1),
    orders: ledger.orders.map((order, at) => (at === index ? moved.redemption : order)),
  };
};

/** Whether the books balance after every act, and nobody has more than there is. */
const balances = (list: readonly Act[], tried: Machine): boolean => {
  let ledger: Ledger = { parts: [], orders: [] };
  let now = 0;
  let limit = LIMIT;
  let highest = LIMIT;
  for (const act of list) {
    const current: Cap = { ...cap, limit };
    if (act.what === 'wait') now += HOLD_MS;
    else if (act.what === 'limit') {
      limit = act.limit;
      highest = Math.max(highest, limit);
    } else if (act.what === 'hold') {
      const before = leftOf(current, ledger.parts);
      const { parts, plan } = takeOf(tried, current, ledger.parts, act.amount, act.start);
      if (plan.kind === 'shape') return false;
      // Refused only where all parts together can't cover it, and taken only where they can.
      if ((plan.kind === 'take') !== before >= act.amount) return false;
      if (plan.kind === 'take') {
        const order = orderOf(`o${ledger.orders.length}`, now, plan.shares);
        ledger = { parts: shift(parts, plan.shares, 1), orders: [...ledger.orders, order] };
        if (leftOf(current, ledger.parts) < 0) return false;
      } else ledger = { ...ledger, parts };
    } else {
      const at = act.order % Math.max(1, ledger.orders.length);
      const order = ledger.orders[at];
      if (order === undefined) continue;
      if (act.what === 'tend') ledger = moveOrder(ledger, at, tried.expire(order, now));
      else if (act.what === 'cancel') {
        const moved = tried.cancel(order, now);
        if (!('refused' in moved)) ledger = moveOrder(ledger, at, moved);
      } else {
        const moved = commitHeld(order, now);
        if (moved !== 'expired' && !('refused' in moved)) ledger = moveOrder(ledger, at, moved);
      }
    }
    const used = ledger.parts.reduce((sum, part) => sum + part.used, 0);
    const ordered = ledger.orders.flatMap(sharesOf).reduce((sum, { amount }) => sum + amount, 0);
    if (used !== ordered || used > highest) return false;
    if (ledger.parts.some((part) => part.used < 0)) return false;
  }
  return true;
};

const law = (tried: Machine) => fc.property(acts, (list) => balances(list, tried));

describe('the ledger', () => {
  it('has of each cap exactly what its orders hold, and never more than there is', () => {
    fc.assert(law(machine), { numRuns: 2000 });
  });

  it('is caught when a cancellation gives back twice', () => {
    const broken: typeof cancel = (redemption, now) =>
      redemption.status === 'cancelled'
        ? { redemption, gives: redemption.holds.flatMap(({ uses }) => uses) }
        : cancel(redemption, now);
    expect(failsOn(law({ ...machine, cancel: broken }))).toBe(true);
  });

  it('is caught when a paid order is released', () => {
    const broken: typeof expire = (redemption, now) =>
      now >= redemption.expiresAt && redemption.status === 'committed'
        ? { redemption: { ...redemption, status: 'expired' }, gives: usesOf(redemption) }
        : expire(redemption, now);
    expect(failsOn(law({ ...machine, expire: broken }))).toBe(true);
  });

  it('is caught when one part alone decides that nothing is left', () => {
    const broken: typeof planTake = (one, parts, amount, start) =>
      parts.length > 0 && parts.every(({ left }) => left < amount)
        ? { kind: 'exhausted', left: 0 }
        : planTake(one, parts, amount, start);
    expect(failsOn(law({ ...machine, plan: broken }))).toBe(true);
  });

  it('is caught when a lowered limit forgets what was used', () => {
    const broken: typeof shape = (one, parts) =>
      shape(
        one,
        parts.map((part) => ({ ...part, used: 0 })),
      );
    expect(failsOn(law({ ...machine, shape: broken }))).toBe(true);
  });
});

describe('a cap', () => {
  it('is one item under a thousand, and split so that a part holds twenty of the largest uses', () => {
    expect(partsOf(999, 1)).toBe(1);
    expect(partsOf(1000, 1)).toBe(16);
    expect(partsOf(1000, 5)).toBe(10);
    expect(partsOf(1000, 100)).toBe(1);
    expect(partsOf(1_000_000, null)).toBe(1);
  });
});

describe('a late payment', () => {
  const order = orderOf('o', 0, [{ part: 0, amount: 1 }]);
  const expired = expire(order, HOLD_MS).redemption;
  const gone = new Map([['c', 'no-room' as const]]);

  it('is refused where the offer says so: the order stays as it is, and owes the word', () => {
    const { redemption, committed } = commitLate(expired, gone, HOLD_MS);
    expect(committed).toBe(false);
    expect(redemption).toMatchObject({ status: 'expired', owed: [{ name: 'Offer Refused Late' }] });
    expect(usesOf(redemption)).toEqual([]);
  });

  it('is honoured where the offer says so, and takes nothing of the cap', () => {
    const holds = expired.holds.map((hold) => ({ ...hold, late: 'honour' as const }));
    const { redemption, committed } = commitLate({ ...expired, holds }, gone, HOLD_MS);
    expect(committed).toBe(true);
    expect(redemption.holds).toMatchObject([{ state: 'honoured' }]);
    expect(redemption.owed.map(({ name }) => name)).toEqual(['Offer Redeemed', 'Offer Honoured Late']);
    expect(usesOf(redemption)).toEqual([]);
  });

  it('before anybody released the hold is in time', () => {
    expect(commitHeld(order, HOLD_MS * 2)).toMatchObject({ redemption: { status: 'committed' }, gives: [] });
  });
});
