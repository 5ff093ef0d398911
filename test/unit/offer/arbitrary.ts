import fc from 'fast-check';
import type { Cart, CartLine } from '../../../lib/domain/cart/cart.ts';
import type { OfferDefinition, Reward } from '../../../lib/domain/catalog/definition.ts';
import {
  type PriceCartInput,
  type PriceCartResult,
  priceCart,
} from '../../../lib/domain/offer/price-cart.ts';
import { type OfferCandidate, toPriceableOffer } from '../../../lib/domain/offer/priceable-offer.ts';
import type { PricedCart } from '../../../lib/domain/offer/priced-cart.ts';

/** An offer on lines is on those whose category is its id's last letter. */
export const matchesCategory =
  (candidates: readonly OfferCandidate[]): PriceCartInput['matchesLine'] =>
  (index, line) =>
    candidates[index]?.offer.id.at(-1) === line.category;

export type Pricing = (cart: Cart, candidates: readonly OfferCandidate[]) => PriceCartResult;

export const priceByCategory: Pricing = (cart, candidates) =>
  priceCart({ cart, candidates, matchesLine: matchesCategory(candidates) });

/** The priced cart, or a failing test. */
export const pricedBy = (price: Pricing, cart: Cart, candidates: readonly OfferCandidate[]): PricedCart => {
  const result = price(cart, candidates);
  if (!result.ok) throw new Error(`${result.error.path}: ${result.error.message}`);
  return result.priced;
};

export const candidateOf = (definition: Omit<OfferDefinition, 'kind'>): OfferCandidate => ({
  offer: toPriceableOffer({ kind: 'offer', ...definition }, 'EUR'),
});

const price = fc.oneof(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 20_000 }));

const line = fc.record({
  sku: fc.constantFrom('A', 'B', 'C', 'D'),
  category: fc.constantFrom('x', 'y', 'z'),
  quantity: fc.integer({ min: 1, max: 4 }),
  unitPrice: price,
});

export const cartOf = (
  lines: readonly Omit<CartLine, 'id' | 'attributes'>[],
  shipping: number | undefined = undefined,
): Cart => ({
  id: 'c',
  currency: 'EUR',
  lines: lines.map((each, index) => ({ id: `l${index}`, attributes: {}, ...each })),
  ...(shipping === undefined ? {} : { shipping }),
  updatedAt: null,
});

export const anyCart: fc.Arbitrary<Cart> = fc
  .tuple(fc.array(line, { maxLength: 6 }), fc.option(price, { nil: undefined }))
  .map(([lines, shipping]) => cartOf(lines, shipping));

const tier = (min: number, max: number) =>
  fc.tuple(fc.integer({ min, max }), fc.nat(2), fc.integer({ min: 1, max: 100 })).map(
    ([from, kind, value]) =>
      [
        { from, percentage: value },
        { from, amount: value * 40 },
        { from, fixedPrice: value * 20 },
      ][kind] ?? { from, percentage: value },
  );

const on = fc.constantFrom('order' as const, 'lines' as const, 'shipping' as const);
const reward: fc.Arbitrary<Reward> = fc.oneof(
  fc.record(
    {
      type: fc.constant('percentage' as const),
      value: fc.oneof(
        fc.constantFrom(100, 50, 33.33, 10),
        fc.integer({ min: 1, max: 10_000 }).map((permyriad) => permyriad / 100),
      ),
      on,
      base: fc.constantFrom('list' as const, 'discounted' as const),
      max: fc.integer({ min: 1, max: 3000 }),
    },
    { requiredKeys: ['type', 'value', 'on'] },
  ),
  fc.record({ type: fc.constant('amount' as const), value: fc.integer({ min: 1, max: 9000 }), on }),
  fc.record(
    { type: fc.constant('freeShipping' as const), max: fc.integer({ min: 1, max: 600 }) },
    { requiredKeys: ['type'] },
  ),
  fc.record({ type: fc.constant('fixedPrice' as const), value: price, on }),
  fc.record(
    {
      type: fc.constant('buyXGetY' as const),
      buy: fc.integer({ min: 1, max: 3 }),
      get: fc.integer({ min: 1, max: 2 }),
      percentage: fc.constantFrom(100, 50, 33.33),
      times: fc.integer({ min: 1, max: 3 }),
      on,
    },
    { requiredKeys: ['type', 'buy', 'get', 'on'] },
  ),
  fc.record({
    type: fc.constant('tiered' as const),
    by: fc.constantFrom('quantity' as const, 'total' as const),
    tiers: fc.tuple(tier(0, 2), tier(3, 5), tier(6, 30_000)),
    base: fc.constantFrom('list' as const, 'discounted' as const),
    on,
  }),
  fc.record({ type: fc.constant('gift' as const), sku: fc.constantFrom('G', 'H') }),
  fc.record({
    type: fc.constant('contractPrice' as const),
    prices: fc.dictionary(fc.constantFrom('A', 'B', 'C', 'D'), price),
    on: fc.constantFrom('order' as const, 'lines' as const),
  }),
);

const groups = ['a', 'b', 'c', 'd'];
const candidate = (index: number): fc.Arbitrary<OfferCandidate> =>
  fc
    .record({
      reward,
      category: fc.constantFrom('x', 'y', 'z'),
      group: fc.constantFrom(...groups),
      with: fc.oneof(fc.constant(groups), fc.subarray(groups)),
      exclusive: fc.integer({ min: 0, max: 9 }).map((dice) => dice === 0),
      priority: fc.constantFrom(0, 50, 100),
    })
    .map((given) =>
      candidateOf({
        id: `offer-${index}-${given.category}`,
        reward: given.reward,
        priority: given.priority,
        combine: { group: given.group, with: given.with, exclusive: given.exclusive },
      }),
    );

/** Ten offers that take much of overlapping lines and all combine, some of what the others leave. */
export const tenOnTheSameLines: fc.Arbitrary<readonly OfferCandidate[]> = fc.tuple(
  ...Array.from({ length: 10 }, (_, index) =>
    fc
      .record({
        value: fc.integer({ min: 500, max: 6000 }),
        base: fc.constantFrom('list' as const, 'list' as const, 'discounted' as const),
        on: fc.constantFrom('order' as const, 'lines' as const),
        category: fc.constantFrom('x', 'y', 'z'),
        priority: fc.constantFrom(0, 50),
      })
      .map(({ value, base, on: target, category, priority }) =>
        candidateOf({
          id: `offer-${index}-${category}`,
          priority,
          reward: { type: 'percentage', value: value / 100, base, on: target },
          combine: {
            group: `g${index}`,
            with: Array.from({ length: 10 }, (_group, other) => `g${other}`),
          },
        }),
      ),
  ),
);

/** Up to seven offers of every type that runs, on anything, in four groups that combine or don't. */
export const anyCandidates: fc.Arbitrary<readonly OfferCandidate[]> = fc
  .integer({ min: 0, max: 7 })
  .chain((count) => fc.tuple(...Array.from({ length: count }, (_, index) => candidate(index))));

/** Far more offers than are searched exactly: sums on few parts of the cart that combine in few ways, and some others. */
export const manyCandidates: fc.Arbitrary<readonly OfferCandidate[]> = fc
  .array(
    fc.record({
      reward: fc.oneof(
        {
          weight: 4,
          arbitrary: fc.record({
            type: fc.constant('percentage' as const),
            value: fc.integer({ min: 1, max: 60 }),
            on,
            base: fc.constantFrom('list' as const, 'list' as const, 'list' as const, 'discounted' as const),
          }),
        },
        {
          weight: 3,
          arbitrary: fc.record({
            type: fc.constant('amount' as const),
            value: fc.integer({ min: 1, max: 900 }),
            on,
          }),
        },
        { weight: 1, arbitrary: reward },
      ),
      category: fc.constantFrom('x', 'y'),
      group: fc.constantFrom('a', 'b'),
      combines: fc.boolean(),
      priority: fc.constantFrom(0, 50),
    }),
    { minLength: 15, maxLength: 60 },
  )
  .map((list) =>
    list.map(({ reward: given, category, group, combines, priority: rank }, index) =>
      candidateOf({
        id: `offer-${index}-${category}`,
        reward: given,
        priority: rank,
        ...(given.on === 'lines' ? { lines: { 'line.category': category } } : {}),
        combine: { group, with: combines ? ['a', 'b'] : [] },
      }),
    ),
  );
