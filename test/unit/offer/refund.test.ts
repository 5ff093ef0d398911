import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cart } from '../../../lib/domain/cart/cart.ts';
import { cartTotal } from '../../../lib/domain/cart/cart.ts';
import type { OfferCandidate } from '../../../lib/domain/offer/priceable-offer.ts';
import { type Recomputed, type Returned, refundOf } from '../../../lib/domain/offer/refund.ts';
import { failsOn } from '../law.ts';
import {
  anyCandidates,
  anyCart,
  candidateOf,
  cartOf,
  matchesCategory,
  priceByCategory,
  pricedBy,
} from './arbitrary.ts';

/** Offers of even priority are computed anew, those from 50 on only for carts of 50.00 and more. */
const recomputedOf = (cart: Cart, candidates: readonly OfferCandidate[]): Recomputed => ({
  cart,
  isRecomputed: (offerId) => offerId.includes('recompute') || /offer-[024]/.test(offerId),
  candidatesFor: (rest) => {
    const holding = candidates.filter(({ offer }) => offer.priority < 50 || cartTotal(rest) >= 5000);
    return { candidates: holding, matchesLine: matchesCategory(holding) };
  },
});

type Refunding = typeof refundOf;

/** Gives everything back in random steps, and says what each step paid back. */
const stepsOf = (
  refund: Refunding,
  cart: Cart,
  candidates: readonly OfferCandidate[],
  anew: boolean,
  dice: readonly number[],
): { readonly paid: number; readonly amounts: readonly number[] } => {
  const priced = pricedBy(priceByCategory, cart, candidates);
  const recomputed = anew ? recomputedOf(cart, candidates) : null;
  const steps = [...cart.lines.flatMap((line) => Array.from({ length: line.quantity }, () => line.id)), null];
  const order = steps
    .map((step, at) => ({ step, at: dice[at % dice.length] ?? at }))
    .sort((a, b) => a.at - b.at);
  const units = new Map<string, number>();
  let returned: Returned = { units, shipping: false };
  let refunded = 0;
  const amounts = order.map(({ step }) => {
    if (step === null) returned = { ...returned, shipping: true };
    else units.set(step, (units.get(step) ?? 0) + 1);
    const amount = refund(priced, refunded, returned, recomputed);
    refunded += amount;
    return amount;
  });
  return { paid: priced.total, amounts };
};

describe('refunds', () => {
  const dice = fc.array(fc.nat(1000), { minLength: 1, maxLength: 30 });
  const addsUp = (refund: Refunding) =>
    fc.property(anyCart, anyCandidates, fc.boolean(), dice, (cart, candidates, anew, order) => {
      const { paid, amounts } = stepsOf(refund, cart, candidates, anew, order);
      return (
        amounts.every((amount) => amount >= 0 && Number.isSafeInteger(amount)) &&
        amounts.reduce((sum, amount) => sum + amount, 0) === paid
      );
    });

  it('of all units and shipping, in any order and number, are exactly what was paid', () => {
    fc.assert(addsUp(refundOf), { numRuns: 1500 });
    const inThirds: Refunding = (priced, refunded, returned, recomputed) =>
      Math.round(refundOf(priced, refunded, returned, recomputed) / 3) * 3;
    expect(failsOn(addsUp(inThirds))).toBe(true);
  });

  const cart = cartOf([
    { sku: 'A', quantity: 1, unitPrice: 4000 },
    { sku: 'B', quantity: 2, unitPrice: 1000 },
  ]);
  const tenth = (id: string) => candidateOf({ id, priority: 50, reward: { type: 'percentage', value: 10 } });
  const returning = (units: readonly (readonly [string, number])[], shipping = false): Returned => ({
    units: new Map(units),
    shipping,
  });

  it('keep what each unit paid, where the offer stands', () => {
    const priced = pricedBy(priceByCategory, cart, [tenth('kept')]);
    expect(refundOf(priced, 0, returning([['l1', 2]]), recomputedOf(cart, [tenth('kept')]))).toBe(1800);
  });

  it('take the discount of the rest back, where it falls below the threshold', () => {
    const offers = [tenth('recompute')];
    const priced = pricedBy(priceByCategory, cart, offers);
    const recomputed = recomputedOf(cart, offers);
    expect(priced.total).toBe(5400);
    expect(refundOf(priced, 0, returning([['l1', 1]]), recomputed)).toBe(900);
    const below = refundOf(priced, 900, returning([['l1', 2]]), recomputed);
    expect(below).toBe(500);
    const rest = returning(
      [
        ['l0', 1],
        ['l1', 2],
      ],
      true,
    );
    expect(refundOf(priced, 1400, rest, recomputed)).toBe(4000);
  });

  it('never ask for money, where the rest costs more than is left', () => {
    const offers = [
      candidateOf({ id: 'recompute', priority: 50, reward: { type: 'percentage', value: 90 } }),
    ];
    const priced = pricedBy(priceByCategory, cart, offers);
    expect(refundOf(priced, 0, returning([['l1', 2]]), recomputedOf(cart, offers))).toBe(0);
  });
});
