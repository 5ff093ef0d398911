import { describe, expect, it } from 'vitest';
import type { Cart } from '../../../lib/domain/cart/cart.ts';
import type { OfferOutcome } from '../../../lib/domain/offer/outcome.ts';
import { priceCart } from '../../../lib/domain/offer/price-cart.ts';
import type { OfferCandidate } from '../../../lib/domain/offer/priceable-offer.ts';
import { candidateOf, cartOf, priceByCategory, pricedBy } from './arbitrary.ts';

const lipsticks: Cart = {
  id: 'c-1',
  currency: 'EUR',
  shipping: 499,
  lines: [{ id: 'l1', sku: 'LIP-01', quantity: 2, unitPrice: 1299, attributes: {} }],
  updatedAt: null,
};
const tenPercent = candidateOf({
  id: 'ten',
  label: '10% off your order',
  reward: { type: 'percentage', value: 10, on: 'order' },
});
const of = (cart: Cart, ...candidates: readonly OfferCandidate[]) =>
  pricedBy(priceByCategory, cart, candidates);
const outcomes = (cart: Cart, ...candidates: readonly OfferCandidate[]): readonly OfferOutcome[] => {
  const result = priceByCategory(cart, candidates);
  return result.ok ? result.outcomes : [];
};

describe('pricing', () => {
  it("answers the cart of the contract's example", () => {
    expect(of(lipsticks, { ...tenPercent, grantId: 'g-1', code: 'WELCOME' })).toEqual({
      currency: 'EUR',
      lines: [
        {
          id: 'l1',
          sku: 'LIP-01',
          quantity: 2,
          unitPrice: 1299,
          subtotal: 2598,
          discounts: [{ offerId: 'ten', amount: 260 }],
          total: 2338,
          units: [1169, 1169],
        },
      ],
      gifts: [],
      subtotal: 2598,
      shipping: { amount: 499, discounts: [], total: 499 },
      discountTotal: 260,
      total: 2837,
      applied: [
        { offerId: 'ten', grantId: 'g-1', code: 'WELCOME', amount: 260, label: '10% off your order' },
      ],
    });
  });

  it('splits 10.00 over three lines into cents, not thirds', () => {
    const cart = cartOf(['A', 'B', 'C'].map((sku) => ({ sku, quantity: 1, unitPrice: 2000 })));
    const priced = of(cart, candidateOf({ id: 'ten-off', reward: { type: 'amount', value: 1000 } }));
    expect(priced.lines.map((line) => line.total)).toEqual([1666, 1667, 1667]);
  });

  it('rounds a percentage once, on the whole, half away from zero', () => {
    const cart = cartOf(
      Array.from({ length: 5 }, (_, index) => ({ sku: `S${index}`, quantity: 1, unitPrice: 5 })),
    );
    const priced = of(cart, candidateOf({ id: 'tenth', reward: { type: 'percentage', value: 10 } }));
    expect(priced.discountTotal).toBe(3);
  });

  it('has percentages of two decimals, up to a maximum', () => {
    const cart = cartOf([{ sku: 'A', quantity: 1, unitPrice: 10_000 }]);
    expect(
      of(cart, candidateOf({ id: 'p', reward: { type: 'percentage', value: 12.34 } })).discountTotal,
    ).toBe(1234);
    expect(
      of(cart, candidateOf({ id: 'p', reward: { type: 'percentage', value: 50, max: 2000 } })).discountTotal,
    ).toBe(2000);
  });

  it('gives everything away at 100 %, and nothing below zero', () => {
    const all = candidateOf({
      id: 'all',
      reward: { type: 'percentage', value: 100 },
      combine: { group: 'a', with: ['b'] },
    });
    const more = candidateOf({
      id: 'more',
      reward: { type: 'amount', value: 500 },
      combine: { group: 'b', with: ['a'] },
    });
    const priced = of(lipsticks, all, more);
    expect(priced.total).toBe(499);
    expect(priced.lines[0]?.units).toEqual([0, 0]);
    expect(priced.applied.map((offer) => offer.offerId)).toEqual(['all']);
  });

  it('takes an amount off the lines that match, in proportion to their price', () => {
    const cart = cartOf([
      { sku: 'A', category: 'x', quantity: 1, unitPrice: 3000 },
      { sku: 'B', category: 'x', quantity: 1, unitPrice: 1000 },
      { sku: 'C', category: 'y', quantity: 1, unitPrice: 9000 },
    ]);
    const priced = of(
      cart,
      candidateOf({ id: 'off-x', reward: { type: 'amount', value: 400, on: 'lines' } }),
    );
    expect(priced.lines.map((line) => line.subtotal - line.total)).toEqual([300, 100, 0]);
    const first = candidateOf({ id: 'off-x', lines: {}, reward: { type: 'amount', value: 400 } });
    expect(first.offer.target).toBe('lines');
  });

  it('takes shipping off, all of it or up to a maximum', () => {
    expect(of(lipsticks, candidateOf({ id: 'ship', reward: { type: 'freeShipping' } })).shipping).toEqual({
      amount: 499,
      discounts: [{ offerId: 'ship', amount: 499 }],
      total: 0,
    });
    expect(
      of(lipsticks, candidateOf({ id: 'ship', reward: { type: 'freeShipping', max: 300 } })).shipping.total,
    ).toBe(199);
    const half = candidateOf({ id: 'half', reward: { type: 'percentage', value: 50, on: 'shipping' } });
    expect(of(lipsticks, half).shipping.total).toBe(249);
  });

  it('takes a share of what others left only where the offer says so', () => {
    const cart = cartOf([{ sku: 'A', quantity: 1, unitPrice: 10_000 }]);
    const half = candidateOf({
      id: 'half',
      reward: { type: 'percentage', value: 50 },
      combine: { group: 'a', with: ['b'] },
    });
    const tenth = (base: 'list' | 'discounted') =>
      candidateOf({
        id: 'tenth',
        priority: 100,
        reward: { type: 'percentage', value: 10, base },
        combine: { group: 'b', with: ['a'] },
      });
    expect(of(cart, half, tenth('list')).discountTotal).toBe(6000);
    expect(of(cart, half, tenth('discounted')).discountTotal).toBe(5500);
  });
});

describe('combination', () => {
  const percent = (id: string, value: number, combine: object = {}, priority = 0) =>
    candidateOf({ id, priority, combine, reward: { type: 'percentage', value } });

  it('applies the best of a group and says by whom and how much the others were beaten', () => {
    expect(outcomes(lipsticks, percent('five', 5), percent('twenty', 20), percent('ten', 10))).toEqual([
      { offerId: 'five', status: 'BEATEN', by: 'twenty', difference: 390 },
      { offerId: 'twenty', status: 'APPLIED', amount: 520 },
      { offerId: 'ten', status: 'BEATEN', by: 'twenty', difference: 260 },
    ]);
  });

  it('lets two groups stand together only where each names the other', () => {
    const shipping = (names: readonly string[]) =>
      candidateOf({
        id: 'ship',
        reward: { type: 'freeShipping' },
        combine: { group: 'shipping', with: names },
      });
    const sale = percent('sale', 20, { group: 'sale', with: ['shipping'] });
    expect(of(lipsticks, sale, shipping(['sale'])).discountTotal).toBe(520 + 499);
    expect(outcomes(lipsticks, sale, shipping([]))[1]).toEqual({
      offerId: 'ship',
      status: 'EXCLUDED',
      by: 'sale',
      difference: 21,
    });
  });

  it('lets an exclusive offer stand alone, and only where it is worth more than the others together', () => {
    const a = percent('a', 10, { group: 'a', with: ['b', 'x'] });
    const b = percent('b', 10, { group: 'b', with: ['a', 'x'] });
    const alone = (value: number) =>
      percent('alone', value, { group: 'x', with: ['a', 'b'], exclusive: true });
    expect(of(lipsticks, a, b, alone(15)).applied.map((offer) => offer.offerId)).toEqual(['a', 'b']);
    expect(of(lipsticks, a, b, alone(25)).applied.map((offer) => offer.offerId)).toEqual(['alone']);
  });

  it('decides ties by priority, then by id', () => {
    const first = (...candidates: readonly OfferCandidate[]) =>
      of(lipsticks, ...candidates).applied[0]?.offerId;
    expect(first(percent('b', 10), percent('a', 10))).toBe('a');
    expect(first(percent('a', 10), percent('b', 10, {}, 60))).toBe('b');
    const late = candidateOf({
      id: 'late',
      priority: 90,
      reward: { type: 'percentage', value: 10, base: 'discounted' },
    });
    expect(first(percent('a', 10), late)).toBe('late');
  });

  it('is exact with twenty offers that all combine, without trying a million sets', () => {
    const groups = Array.from({ length: 20 }, (_, index) => `g${index}`);
    const many = groups.map((group, index) =>
      candidateOf({
        id: `offer-${String(index).padStart(2, '0')}`,
        combine: { group, with: groups },
        reward: { type: 'percentage', value: 7 + index / 10, base: 'discounted' },
      }),
    );
    const started = performance.now();
    const priced = of(cartOf([{ sku: 'A', quantity: 3, unitPrice: 9999 }]), ...many);
    expect(priced.applied).toHaveLength(20);
    expect(performance.now() - started).toBeLessThan(1000);
  });

  it('beyond twenty candidates is at least the best single offer, and allowed', () => {
    const groups = Array.from({ length: 12 }, (_, index) => `g${index}`);
    const many = Array.from({ length: 120 }, (_, index) =>
      candidateOf({
        id: `offer-${String(index).padStart(3, '0')}-${'xyz'[index % 3]}`,
        combine: { group: `g${index % 12}`, with: groups.filter((_group, at) => (at * 7 + index) % 5 !== 0) },
        reward: {
          type: 'amount',
          value: 100 + ((index * 37) % 900),
          on: index % 2 === 0 ? 'lines' : 'order',
        },
      }),
    );
    const cart = cartOf(
      Array.from({ length: 9 }, (_, index) => ({
        sku: `S${index}`,
        category: 'xyz'[index % 3] ?? 'x',
        quantity: 2,
        unitPrice: 300,
      })),
    );
    const started = performance.now();
    const priced = of(cart, ...many);
    expect(performance.now() - started).toBeLessThan(2000);
    const single = Math.max(...many.map((candidate) => of(cart, candidate).discountTotal));
    expect(priced.discountTotal).toBeGreaterThan(single);
    expect(of(cart, ...[...many].reverse())).toEqual(priced);
  });
});

describe('outcomes', () => {
  it('of an amount in another currency name the fact', () => {
    const dollars = candidateOf({ id: 'usd', reward: { type: 'amount', value: 500, currency: 'USD' } });
    const capped = candidateOf({ id: 'capped', reward: { type: 'percentage', value: 10, max: 500 } });
    const euro = { fact: 'cart.currency', operator: '$eq', needed: 'EUR', actual: 'USD' };
    expect(outcomes(lipsticks, dollars)).toEqual([
      {
        offerId: 'usd',
        status: 'INELIGIBLE',
        fact: 'cart.currency',
        operator: '$eq',
        needed: 'USD',
        actual: 'EUR',
      },
    ]);
    expect(outcomes({ ...lipsticks, currency: 'USD' }, dollars, capped, tenPercent)).toMatchObject([
      { status: 'APPLIED', amount: 500 },
      { offerId: 'capped', status: 'INELIGIBLE', ...euro },
      { offerId: 'ten', status: 'BEATEN' },
    ]);
  });

  it('of offers that take nothing off are NO_EFFECT', () => {
    const elsewhere = candidateOf({ id: 'only-z', reward: { type: 'percentage', value: 10, on: 'lines' } });
    const shipping = candidateOf({ id: 'ship', reward: { type: 'freeShipping' } });
    const upgrade = candidateOf({ id: 'upgrade', reward: { type: 'upgrade', to: 'business' } });
    expect(
      outcomes({ ...lipsticks, shipping: 0 }, elsewhere, shipping, upgrade).map((outcome) => outcome.status),
    ).toEqual(['NO_EFFECT', 'NO_EFFECT', 'NO_EFFECT']);
  });

  it('keep the grant that each candidate came by', () => {
    expect(outcomes(lipsticks, { ...tenPercent, grantId: 'g-1' }, { ...tenPercent, grantId: 'g-2' })).toEqual(
      [
        { offerId: 'ten', grantId: 'g-1', status: 'APPLIED', amount: 260 },
        { offerId: 'ten', grantId: 'g-2', status: 'BEATEN', by: 'ten', difference: 0 },
      ],
    );
  });
});

describe('odd carts', () => {
  it('of nothing cost nothing', () => {
    expect(of(cartOf([]), tenPercent)).toMatchObject({ total: 0, applied: [], lines: [] });
    expect(of(cartOf([{ sku: 'A', quantity: 3, unitPrice: 0 }]), tenPercent)).toMatchObject({
      total: 0,
      applied: [],
    });
  });

  it('of the largest amounts stay exact', () => {
    const cart = cartOf([
      { sku: 'A', quantity: 3, unitPrice: 2 ** 50 + 1 },
      { sku: 'B', quantity: 1, unitPrice: 2 ** 52 + 3 },
    ]);
    const priced = of(cart, candidateOf({ id: 'third', reward: { type: 'percentage', value: 33.33 } }));
    const exact =
      (BigInt(cart.lines.reduce((sum, line) => sum + line.quantity * line.unitPrice, 0)) * 6666n + 10_000n) /
      20_000n;
    expect(BigInt(priced.discountTotal)).toBe(exact);
    expect(priced.lines.reduce((sum, line) => sum + line.total, 0)).toBe(priced.total);
  });

  it('that no money can hold are returned as errors', () => {
    const refused = (
      lines: readonly { sku: string; quantity: number; unitPrice: number }[],
      shipping = 0,
    ) => {
      const result = priceCart({
        cart: cartOf(lines, shipping),
        candidates: [tenPercent],
        matchesLine: () => true,
      });
      return result.ok ? null : result.error.path;
    };
    expect(refused([{ sku: 'A', quantity: 2, unitPrice: 2 ** 52 }])).toBe('lines');
    expect(refused([{ sku: 'A', quantity: 1, unitPrice: 2 ** 53 }])).toBe('lines[0].unitPrice');
    expect(refused([{ sku: 'A', quantity: 1, unitPrice: -1 }])).toBe('lines[0].unitPrice');
    expect(refused([{ sku: 'A', quantity: 0, unitPrice: 1 }])).toBe('lines[0].quantity');
    expect(refused([{ sku: 'A', quantity: 1.5, unitPrice: 1 }])).toBe('lines[0].quantity');
    expect(refused([{ sku: 'A', quantity: 100_001, unitPrice: 1 }])).toBe('lines[0].quantity');
    expect(refused([{ sku: 'A', quantity: 1, unitPrice: Number.NaN }])).toBe('lines[0].unitPrice');
    expect(refused([], -5)).toBe('shipping');
    expect(refused([{ sku: 'A', quantity: 1, unitPrice: 1 }], Number.MAX_SAFE_INTEGER)).toBe('lines');
  });

  it('of five hundred lines are priced', () => {
    const cart = cartOf(
      Array.from({ length: 500 }, (_, index) => ({ sku: `S${index}`, quantity: 2, unitPrice: 100 + index })),
    );
    expect(of(cart, tenPercent).lines).toHaveLength(500);
  });
});
