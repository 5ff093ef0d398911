import { describe, expect, it } from 'vitest';
import type { Cart } from '../../../lib/domain/cart/cart.ts';
import type { OfferDefinition, Reward } from '../../../lib/domain/catalog/definition.ts';
import type { OfferCandidate } from '../../../lib/domain/offer/priceable-offer.ts';
import { candidateOf, cartOf, priceByCategory, pricedBy } from './arbitrary.ts';

const offer = (
  id: string,
  reward: Reward,
  more: Partial<Omit<OfferDefinition, 'kind' | 'id'>> = {},
): OfferCandidate => candidateOf({ id, reward, ...more });
const priced = (cart: Cart, ...candidates: readonly OfferCandidate[]) =>
  pricedBy(priceByCategory, cart, candidates);
const outcomes = (cart: Cart, ...candidates: readonly OfferCandidate[]) => {
  const result = priceByCategory(cart, candidates);
  return result.ok ? result.outcomes : [];
};
const totals = (cart: Cart, ...candidates: readonly OfferCandidate[]) =>
  priced(cart, ...candidates).lines.map(({ total }) => total);
const line = (sku: string, unitPrice: number, quantity = 1, category = 'x') => ({
  sku,
  unitPrice,
  quantity,
  category,
});
const together = { combine: { group: 'a', with: ['b'] } };
const beside = { combine: { group: 'b', with: ['a'] } };

describe('a fixed price', () => {
  it('is what each matching unit costs, if that is less', () => {
    const cart = cartOf([line('A', 1000, 2), line('B', 700), line('C', 1500, 1, 'y')]);
    expect(totals(cart, offer('p-x', { type: 'fixedPrice', value: 800, on: 'lines' }))).toEqual([
      1600, 700, 1500,
    ]);
  });

  it('may be nothing, and may be of shipping', () => {
    const cart = cartOf([line('A', 1000)], 499);
    expect(priced(cart, offer('p-x', { type: 'fixedPrice', value: 0, on: 'lines' })).total).toBe(499);
    expect(priced(cart, offer('ship', { type: 'fixedPrice', value: 100, on: 'shipping' })).total).toBe(1100);
  });

  it('is never undercut below zero by another offer, nor spread over other lines', () => {
    const cart = cartOf([line('A', 1000), line('B', 1000)]);
    const fixed = offer('p', { type: 'fixedPrice', value: 100 }, together);
    const half = offer('half', { type: 'percentage', value: 50 }, beside);
    expect(totals(cart, fixed, half)).toEqual([0, 0]);
  });
});

describe('buy x get y', () => {
  const cart = cartOf([line('A', 900, 2), line('B', 500, 2), line('C', 300, 2)]);

  it('makes the cheapest of all free, for each full set', () => {
    expect(totals(cart, offer('two-one', { type: 'buyXGetY', buy: 2, get: 1 }))).toEqual([1800, 1000, 0]);
    expect(totals(cart, offer('once', { type: 'buyXGetY', buy: 2, get: 1, times: 1 }))).toEqual([
      1800, 1000, 300,
    ]);
    expect(totals(cart, offer('four-two', { type: 'buyXGetY', buy: 3, get: 2 }))).toEqual([1800, 1000, 0]);
  });

  it('gives a percentage of them, rounded once', () => {
    expect(
      priced(cart, offer('half', { type: 'buyXGetY', buy: 2, get: 1, percentage: 50 })).discountTotal,
    ).toBe(300);
  });

  it('counts only the lines that match, and nothing where they are too few', () => {
    const mixed = cartOf([line('A', 900, 1), line('B', 500, 2, 'y')]);
    const ofCategory = (id: string) => offer(id, { type: 'buyXGetY', buy: 1, get: 1, on: 'lines' });
    expect(totals(mixed, ofCategory('bogo-y'))).toEqual([900, 500]);
    expect(outcomes(mixed, ofCategory('bogo-x'))).toEqual([{ offerId: 'bogo-x', status: 'NO_EFFECT' }]);
  });
});

describe('tiers', () => {
  const byQuantity: Reward = {
    type: 'tiered',
    by: 'quantity',
    tiers: [
      { from: 5, percentage: 20 },
      { from: 2, percentage: 10 },
      { from: 8, fixedPrice: 500 },
    ],
  };

  it('give the highest one reached, in whatever order they stand', () => {
    const of = (quantity: number) =>
      priced(cartOf([line('A', 1000, quantity)]), offer('t', byQuantity)).discountTotal;
    expect([1, 2, 4, 5, 8].map(of)).toEqual([0, 200, 400, 1000, 4000]);
  });

  it('by total give amounts, and may be of shipping', () => {
    const tiers = [
      { from: 0, amount: 100 },
      { from: 3000, percentage: 50 },
    ];
    const of = (unitPrice: number) =>
      priced(
        cartOf([line('A', unitPrice)], 400),
        offer('t', { type: 'tiered', by: 'total', on: 'shipping', tiers }),
      ).shipping.total;
    expect([2999, 3000].map(of)).toEqual([300, 200]);
  });
});

describe('a gift', () => {
  const cart = cartOf([line('A', 1000)]);
  const tote = (more: Partial<Omit<OfferDefinition, 'kind' | 'id'>> = {}) =>
    offer('tote', { type: 'gift', sku: 'TOTE', quantity: 2, choose: ['red', 'blue'] }, more);

  it('is a line that is worth nothing', () => {
    expect(priced(cart, tote())).toMatchObject({
      total: 1000,
      gifts: [{ offerId: 'tote', sku: 'TOTE', quantity: 2, choose: ['red', 'blue'] }],
      applied: [{ offerId: 'tote', amount: 0 }],
    });
    expect(outcomes(cart, tote())).toEqual([{ offerId: 'tote', status: 'APPLIED', amount: 0 }]);
    expect(priced(cartOf([]), tote()).gifts).toEqual([]);
  });

  it('gives way to a discount of its group, and stands beside one that it combines with', () => {
    const tenth = (more = {}) => offer('tenth', { type: 'percentage', value: 10 }, more);
    expect(priced(cart, tote(), tenth()).gifts).toEqual([]);
    expect(outcomes(cart, tote(), tenth())[0]).toEqual({
      offerId: 'tote',
      status: 'BEATEN',
      by: 'tenth',
      difference: 100,
    });
    expect(priced(cart, tote(together), tenth(beside)).applied.map(({ offerId }) => offerId)).toEqual([
      'tenth',
      'tote',
    ]);
  });

  it('is one of those of a group: the first by priority, then id', () => {
    const pen = offer('pen', { type: 'gift', sku: 'PEN' });
    expect(priced(cart, tote(), pen).gifts.map(({ sku }) => sku)).toEqual(['PEN']);
    expect(priced(cart, tote({ priority: 10 }), pen).gifts.map(({ sku }) => sku)).toEqual(['TOTE']);
  });
});

describe('an entitlement', () => {
  it('applies where it is claimed, whatever else does', () => {
    const cart = cartOf([line('A', 1000)]);
    const upgrade = offer('seat', { type: 'upgrade', to: 'business' });
    const tenth = offer('tenth', { type: 'percentage', value: 10 });
    expect(priced(cart, { ...upgrade, grantId: 'g', claimed: true }, tenth).applied).toMatchObject([
      { offerId: 'tenth', amount: 100 },
      { offerId: 'seat', grantId: 'g', amount: 0 },
    ]);
    expect(outcomes(cart, upgrade)).toEqual([{ offerId: 'seat', status: 'NO_EFFECT' }]);
  });
});

describe("a contract's prices", () => {
  const cart = cartOf([line('A', 1000, 2), line('B', 500)]);
  const contract = (more = {}) => offer('terms', { type: 'contractPrice', prices: { A: 800, B: 600 } }, more);

  it('are lower list prices, never higher ones', () => {
    expect(totals(cart, contract())).toEqual([1600, 500]);
  });

  it('are what others are computed of, where both apply', () => {
    const tenth = offer('tenth', { type: 'percentage', value: 10 }, beside);
    const both = priced(cart, contract(together), tenth);
    expect(both.discountTotal).toBe(400 + 210);
    expect(both.applied.map(({ offerId, amount }) => [offerId, amount])).toEqual([
      ['terms', 400],
      ['tenth', 210],
    ]);
  });

  it('compete in their group: whatever leaves the customer with more applies', () => {
    const percent = (value: number) => offer('off', { type: 'percentage', value });
    expect(outcomes(cart, contract(), percent(10))).toEqual([
      { offerId: 'terms', status: 'APPLIED', amount: 400 },
      { offerId: 'off', status: 'BEATEN', by: 'terms', difference: 150 },
    ]);
    expect(outcomes(cart, contract(), percent(20))).toEqual([
      { offerId: 'terms', status: 'BEATEN', by: 'off', difference: 100 },
      { offerId: 'off', status: 'APPLIED', amount: 500 },
    ]);
  });

  it('of two lists are the lower of each line, where they combine', () => {
    const other = offer('extra', { type: 'contractPrice', prices: { A: 900, B: 100 } }, beside);
    expect(totals(cart, contract(together), other)).toEqual([1600, 100]);
  });
});

describe('a reward in a currency without cents, or with thousandths', () => {
  it('is exact to that unit', () => {
    const yen = { ...cartOf([line('A', 999), line('B', 1)]), currency: 'JPY' };
    const dinars = { ...cartOf([line('A', 1005)]), currency: 'KWD' };
    expect(priced(yen, offer('half', { type: 'percentage', value: 50 })).total).toBe(500);
    expect(priced(dinars, offer('half', { type: 'percentage', value: 50 })).total).toBe(502);
  });
});

describe('twenty offers that all combine on overlapping lines', () => {
  it('are priced in a moment, also where they give everything away', () => {
    const groups = Array.from({ length: 20 }, (_, index) => `g${index}`);
    const cart = cartOf(
      Array.from({ length: 20 }, (_, index) => line(`S${index}`, 500 + index * 137, 2, 'xyz'[index % 3])),
    );
    const many = (value: number) =>
      groups.map((group, index) =>
        offer(
          `offer-${index}-${'xyz'[index % 3]}`,
          {
            type: 'percentage',
            value: value + (index % 7),
            on: index % 4 === 0 ? 'order' : 'lines',
            base: index % 3 === 0 ? 'discounted' : 'list',
          },
          { combine: { group, with: groups }, priority: (index * 7) % 3 },
        ),
      );
    const started = performance.now();
    for (const value of [1, 8, 20, 50]) priced(cart, ...many(value));
    expect(performance.now() - started).toBeLessThan(1500);
  });
});
