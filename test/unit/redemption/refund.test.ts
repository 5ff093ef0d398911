import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { priceCart } from '../../../lib/domain/offer/price-cart.ts';
import { toPriceableOffer } from '../../../lib/domain/offer/priceable-offer.ts';
import type { PricedCart } from '../../../lib/domain/offer/priced-cart.ts';
import type { Redemption } from '../../../lib/domain/redemption/redemption.ts';
import { refund } from '../../../lib/domain/redemption/refund.ts';
import { failsOn } from '../law.ts';

const offer = toPriceableOffer(
  { kind: 'offer', id: 'o', reward: { type: 'percentage', value: 33.33 } },
  'EUR',
);

const cartOf = (
  lines: readonly (readonly [quantity: number, unitPrice: number])[],
  shipping: number,
): PricedCart => {
  const cart = {
    id: 'c',
    currency: 'EUR',
    shipping,
    updatedAt: null,
    lines: lines.map(([quantity, unitPrice], index) => ({
      id: `l${index}`,
      sku: `s${index}`,
      quantity,
      unitPrice,
      attributes: {},
    })),
  };
  const result = priceCart({ cart, candidates: [{ offer }], matchesLine: () => true });
  if (!result.ok) throw new Error(result.error.message);
  return result.priced;
};

const paid = (cart: PricedCart): Redemption => ({
  orderId: 'o',
  visitorId: 'v',
  status: 'committed',
  heldAt: 0,
  expiresAt: 1,
  committedAt: 1,
  endedAt: null,
  cart,
  holds: [],
  refunds: [],
  owed: [],
});

const carts = fc
  .tuple(
    fc.array(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 999 })), {
      minLength: 1,
      maxLength: 4,
    }),
    fc.integer({ min: 0, max: 500 }),
  )
  .map(([lines, shipping]) => cartOf(lines, shipping));

/** Refunds every unit by itself, in a shuffled order, then shipping; what that comes to, where each gave its own. */
const refundAll = (cart: PricedCart, order: readonly number[], how: typeof refund): number | null => {
  const units = cart.lines.flatMap(({ id, quantity }) => Array.from({ length: quantity }, () => id));
  const shuffled = units.map((id, index) => [order[index % order.length] ?? 0, id] as const);
  let redemption = paid(cart);
  let sum = 0;
  const own = new Map(cart.lines.map(({ id, units: each }) => [id, [...each]]));
  for (const [, lineId] of shuffled.toSorted(([a], [b]) => a - b)) {
    const outcome = how(
      redemption,
      { units: [{ lineId, quantity: 1 }], shipping: false },
      `k${sum}-${redemption.refunds.length}`,
      2,
      null,
    );
    if (!('amounts' in outcome) || outcome.amounts.amount !== own.get(lineId)?.shift()) return null;
    redemption = outcome.redemption;
    sum += outcome.amounts.amount;
  }
  const last = how(redemption, { units: [], shipping: true }, 'shipping', 2, null);
  if (!('amounts' in last) || last.redemption.status !== 'refunded' || last.amounts.remaining !== 0)
    return null;
  return sum + last.amounts.amount;
};

const law = (how: typeof refund) =>
  fc.property(carts, fc.array(fc.integer(), { minLength: 1, maxLength: 20 }), (cart, order) => {
    return refundAll(cart, order, how) === cart.total;
  });

describe('refunds', () => {
  it('give back what each unit cost, in any order, and with shipping exactly what was paid', () => {
    fc.assert(law(refund), { numRuns: 500 });
  });

  it('are caught when each unit is worth the average of its line', () => {
    const broken: typeof refund = (redemption, request, key, now) => {
      const cart = redemption.cart;
      if (cart === null) return refund(redemption, request, key, now, null);
      const lines = cart.lines.map((line) => ({
        ...line,
        units: line.units.map(() => Math.round(line.total / line.quantity)),
      }));
      return refund({ ...redemption, cart: { ...cart, lines } }, request, key, now, null);
    };
    expect(failsOn(law(broken))).toBe(true);
  });

  it('of more than is left, or of what was never paid, are refused', () => {
    const order = paid(cartOf([[2, 100]], 0));
    const all = { units: [{ lineId: 'l0', quantity: 2 }], shipping: false };
    expect(refund(order, { ...all, units: [{ lineId: 'l0', quantity: 3 }] }, 'k', 2, null)).toHaveProperty(
      'refused',
    );
    expect(refund({ ...order, status: 'held' }, all, 'k', 2, null)).toHaveProperty('refused');
    const once = refund(order, all, 'k', 2, null);
    if (!('amounts' in once)) throw new Error('it was refused');
    expect(refund(once.redemption, all, 'other', 3, null)).toHaveProperty('refused');
    expect(refund(once.redemption, all, 'k', 3, null)).toMatchObject({ amounts: once.amounts });
  });
});
