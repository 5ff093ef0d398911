import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CapUse } from '../../../lib/domain/redemption/cap-use.ts';
import { cancel } from '../../../lib/domain/redemption/moves.ts';
import { type Redemption, usesOf } from '../../../lib/domain/redemption/redemption.ts';
import { giveBack } from '../../../lib/domain/redemption/spending.ts';
import { failsOn } from '../law.ts';

const orderOf = (amount: number, parts: readonly number[]): Redemption => ({
  orderId: 'o',
  visitorId: 'v',
  status: 'committed',
  heldAt: 0,
  expiresAt: 1,
  committedAt: 0,
  endedAt: null,
  cart: null,
  holds: [],
  refunds: [],
  spending: {
    accountId: 'acme',
    amount,
    uses: ['a', 'b'].map((capId) => ({
      kind: 'cap',
      limit: 'authorization',
      capId,
      shares: parts.map((share, part) => ({ part, amount: share })),
    })),
  },
  owed: [],
});

const byCap = (uses: readonly CapUse[]): { readonly [capId: string]: number } => {
  const sums: { [capId: string]: number } = { a: 0, b: 0 };
  for (const use of uses) {
    if (use.kind !== 'cap') continue;
    sums[use.capId] = (sums[use.capId] ?? 0) + use.shares.reduce((sum, { amount }) => sum + amount, 0);
  }
  return sums;
};

/** Of every authorization that an order counts by: what it has and what it gave back are what it cost. */
const nothingLost = (give: typeof giveBack) =>
  fc.property(
    fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 3 }),
    fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 6 }),
    (parts, refunds) => {
      const cost = parts.reduce((sum, share) => sum + share, 0);
      let order = orderOf(cost, parts);
      let refunded = 0;
      for (const refund of refunds) {
        const amount = Math.min(refund, cost - refunded);
        if (order.spending === undefined) return false;
        const { spending, gives } = give(order.spending, amount);
        order = { ...order, spending };
        refunded += amount;
        expect(byCap(gives)).toEqual({ a: amount, b: amount });
        expect(byCap(usesOf(order))).toEqual({ a: cost - refunded, b: cost - refunded });
      }
      const cancelled = cancel(order, 2);
      if ('refused' in cancelled) return false;
      expect(byCap(cancelled.gives)).toEqual({ a: cost - refunded, b: cost - refunded });
      return usesOf(cancelled.redemption).length === 0;
    },
  );

describe('what an order cost its account', () => {
  it('is given back as far as it is refunded, and the rest when it is cancelled', () => {
    fc.assert(nothingLost(giveBack), { numRuns: 300 });
  });

  it('is seen to fail where only one authorization gets it back', () => {
    const broken: typeof giveBack = (spending, amount) => {
      const { gives, ...rest } = giveBack(spending, amount);
      return { ...rest, gives: gives.slice(0, 1) };
    };
    expect(failsOn(nothingLost(broken))).toBe(true);
  });
});
