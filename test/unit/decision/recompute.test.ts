import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cart, CartLine } from '../../../lib/domain/cart/cart.ts';
import type { CompiledCatalog } from '../../../lib/domain/catalog/compiled.ts';
import { recomputedBy } from '../../../lib/domain/decision/recompute.ts';
import { type RedemptionTerms, redemptionTerms } from '../../../lib/domain/decision/redeem.ts';
import { NO_REQUEST } from '../../../lib/domain/decision/request.ts';
import type { JsonObject } from '../../../lib/domain/json.ts';
import type { PricedCart } from '../../../lib/domain/offer/priced-cart.ts';
import type { Redemption } from '../../../lib/domain/redemption/redemption.ts';
import { refund } from '../../../lib/domain/redemption/refund.ts';
import type { RefundTerms } from '../../../lib/domain/redemption/refund-terms.ts';
import { STRANGER } from '../../../lib/domain/visitor/state.ts';
import { catalogOf, definitionsOf, documents } from '../catalog/support.ts';
import { failsOn } from '../law.ts';
import { NOW, visitor } from './support.ts';

/** What a visitor is, and asks with, when an order is held. */
interface Asked {
  readonly catalog: CompiledCatalog;
  readonly cart: Cart;
  readonly profile?: Partial<ReturnType<typeof visitor>>;
  readonly context?: JsonObject;
}

const termsOf = ({ catalog, cart, profile = {}, context = {} }: Asked): RedemptionTerms =>
  redemptionTerms({
    catalog,
    visitor: STRANGER,
    profile: visitor(profile),
    request: { ...NO_REQUEST, cart, context },
    cart,
    claims: [],
    now: NOW,
  });

const pricedBy = (asked: Asked): PricedCart => {
  const result = termsOf(asked).price(new Map())?.result;
  if (result?.ok !== true) throw new Error('the cart has no price');
  return result.priced;
};

/** A paid order as the ledger has it: what refunds know of it went through JSON. */
const orderOf = (asked: Asked): Redemption => {
  const cart = pricedBy(asked);
  const refundTerms = termsOf(asked).refundTerms(cart);
  if (refundTerms === 'too-large') throw new Error('the order is too large');
  const order: Redemption = {
    orderId: 'o',
    visitorId: 'v',
    status: 'committed',
    heldAt: NOW,
    expiresAt: NOW,
    committedAt: NOW,
    endedAt: null,
    cart,
    holds: [],
    refunds: [],
    ...(refundTerms === null ? {} : { refundTerms }),
    owed: [],
  };
  return JSON.parse(JSON.stringify(order));
};

/** How a refund is computed: as it is, or with a bug in it. */
type Refunding = (
  order: Redemption,
  units: readonly Unit[],
  catalog: CompiledCatalog,
  key: string,
) => Refunded;
type Unit = { readonly lineId: string; readonly quantity: number };
type Refunded = { readonly amount: number; readonly order: Redemption };

const refunding =
  (change: (terms: RefundTerms) => RefundTerms = (terms) => terms): Refunding =>
  (order, units, catalog, key) => {
    const { cart, refundTerms, heldAt } = order;
    const recomputed =
      cart === null || refundTerms === undefined
        ? null
        : recomputedBy(change(refundTerms), cart, heldAt, catalog);
    const outcome = refund(order, { units, shipping: false }, key, NOW + 1, recomputed);
    if (!('amounts' in outcome)) throw new Error(JSON.stringify(outcome));
    return { amount: outcome.amounts.amount, order: outcome.redemption };
  };
const refundBy = refunding();

/** Every offer ends some day: one that never does is refused. */
const published = (definitions: readonly unknown[]): CompiledCatalog =>
  catalogOf(
    definitionsOf(definitions).map((definition) =>
      definition.kind === 'offer' ? { ...definition, until: '2027-01-01T00:00:00Z' } : definition,
    ),
  );
const catalogOfRules = (yaml: string): CompiledCatalog => published(documents(yaml));

const line = (id: string, unitPrice: number, rest: Partial<CartLine> = {}): CartLine => ({
  id,
  sku: id.toUpperCase(),
  quantity: 1,
  unitPrice,
  attributes: {},
  ...rest,
});
const cartOf = (lines: readonly CartLine[], shipping?: number): Cart => ({
  id: 'c',
  currency: 'EUR',
  updatedAt: null,
  lines,
  ...(shipping === undefined ? {} : { shipping }),
});
const unit = (lineId: string, quantity = 1): Unit => ({ lineId, quantity });

describe('an offer that is computed anew for the rest of a refunded order', () => {
  const threshold = catalogOfRules(`
{ kind: offer, id: ten, onPartialRefund: recompute, where: { cart.total: { $gte: 5000 } }, reward: { type: percentage, value: 10 } }
`);
  const cart = cartOf([line('a', 4000), line('b', 1000, { quantity: 2 })]);

  it('is taken back from what is paid back, where the rest does not reach it any more', () => {
    const order = orderOf({ catalog: threshold, cart });
    expect(order.cart?.total).toBe(5400);
    const first = refundBy(order, [unit('b')], threshold, 'k1');
    expect(first.amount).toBe(900);
    const second = refundBy(first.order, [unit('b')], threshold, 'k2');
    expect(second.amount).toBe(500);
    expect(refundBy(second.order, [unit('a')], threshold, 'k3').amount).toBe(4000);
  });

  it('is the offer of then: what the visitor, and the catalog, became since is of no matter', () => {
    const catalog = catalogOfRules(`
{ kind: segment, id: vip, where: { traits.tier: gold } }
---
{ kind: offer, id: ten, onPartialRefund: recompute, reward: { type: percentage, value: 10 },
  where: { segment: vip, context.attributes.store: A, cart.total: { $gte: { $fact: traits.minimum } },
           events: { name: Product Viewed, count: { $gte: 2 }, within: P7D } } }
`);
    const [counter] = catalog.countersByEvent.get('Product Viewed') ?? [];
    const asked = {
      catalog,
      cart,
      profile: {
        traits: { tier: 'gold', minimum: 3000, secret: 'unread' },
        counters: { [counter?.id ?? '']: { total: 2, times: [NOW - 2, NOW - 1] } },
      },
      context: { attributes: { store: 'A', till: 'unread' } },
    };
    const order = orderOf(asked);
    expect(order.cart?.total).toBe(5400);
    expect(JSON.stringify(order.refundTerms)).not.toContain('unread');
    expect(refundBy(order, [unit('b', 2)], catalog, 'k').amount).toBe(1800);
    expect(refundBy(order, [unit('a')], catalog, 'k').amount).toBe(5400 - 2000);
  });

  it('looks at the lines that are left, and at all of a line that it asks for', () => {
    const catalog = catalogOfRules(`
{ kind: offer, id: pair, onPartialRefund: recompute, reward: { type: percentage, value: 50, on: lines },
  lines: { line.attributes.fit: { $fact: traits.fit } },
  where: { cart.lines: { $elemMatch: { category: shoes, attributes.kind: left } } } }
`);
    const shoes = cartOf([
      line('left', 1000, { category: 'shoes', name: 'Left', attributes: { kind: 'left', fit: 'wide' } }),
      line('right', 1000, { category: 'shoes', attributes: { kind: 'right', fit: 'wide' } }),
      line('hat', 1000, { attributes: { kind: 'hat' } }),
    ]);
    const order = orderOf({ catalog, cart: shoes, profile: { traits: { fit: 'wide' } } });
    expect(order.cart?.total).toBe(2000);
    expect(refundBy(order, [unit('hat')], catalog, 'k').amount).toBe(1000);
    expect(refundBy(order, [unit('right')], catalog, 'k').amount).toBe(500);
    expect(refundBy(order, [unit('left')], catalog, 'k').amount).toBe(0);
  });

  it('keeps what the visitor came to it by, and the prices of their account', () => {
    const catalog = catalogOfRules(`
{ kind: offer, id: agreed, onPartialRefund: recompute, reward: { type: contractPrice, account: prices }, where: { cart.itemCount: { $gte: 2 } } }
`);
    const profile = { account: { id: 'acme', traits: { prices: { A: 3000, B: 500, Z: 1 } } } };
    const order = orderOf({ catalog, cart, profile });
    expect(order.cart?.total).toBe(4000);
    expect(order.refundTerms?.prices).toEqual({ agreed: { A: 3000, B: 500 } });
    expect(refundBy(order, [unit('b', 2)], catalog, 'k').amount).toBe(0);
    expect(refundBy(order, [unit('b')], catalog, 'k').amount).toBe(500);
  });

  it('leaves an offer beside it that is kept as it was paid', () => {
    const catalog = catalogOfRules(`
{ kind: offer, id: kept, reward: { type: percentage, value: 10 }, where: { cart.total: { $gte: 5000 } }, combine: { group: k, with: [r] } }
---
{ kind: offer, id: anew, onPartialRefund: recompute, reward: { type: percentage, value: 10, base: discounted }, combine: { group: r, with: [k] } }
`);
    const order = orderOf({ catalog, cart });
    expect(order.cart?.total).toBe(4860);
    expect(refundBy(order, [unit('b', 2)], catalog, 'k').amount).toBe(1620);
  });

  it('of which all units are given back pays back all of it, where shipping was free', () => {
    const catalog = catalogOfRules(`
{ kind: offer, id: ship, onPartialRefund: recompute, reward: { type: freeShipping }, where: { cart.total: { $gte: 5000 } } }
`);
    const order = orderOf({ catalog, cart: cartOf(cart.lines, 499) });
    const some = refundBy(order, [unit('b', 2)], catalog, 'k');
    expect(some.amount).toBe(2000 - 499);
    const all = refundBy(some.order, [unit('a')], catalog, 'l');
    expect(all.amount).toBe(4000 + 499);
    expect(all.order.status).toBe('refunded');
  });

  it('is known of no order whose offers are all kept', () => {
    const kept = catalogOfRules('{ kind: offer, id: ten, reward: { type: percentage, value: 10 } }');
    expect(orderOf({ catalog: kept, cart }).refundTerms).toBeUndefined();
  });

  it('is kept of an order of 500 lines as far as it fits beside it into one item, and no further', () => {
    const catalog = catalogOfRules(`
{ kind: offer, id: ten, onPartialRefund: recompute, reward: { type: percentage, value: 10 }, where: { cart.lines: { $elemMatch: { category: shoes } } } }
`);
    const lines = (attribute: string) =>
      Array.from({ length: 500 }, (_, n) =>
        line(`l${n}`, 100, { category: 'shoes', attributes: { about: attribute } }),
      );
    const fits = { catalog, cart: cartOf(lines('x'.repeat(150))) };
    expect(termsOf(fits).refundTerms(pricedBy(fits))).toMatchObject({ catalogVersion: 7 });
    const large = { catalog, cart: cartOf(lines('x'.repeat(500))) };
    expect(termsOf(large).refundTerms(pricedBy(large))).toBe('too-large');
  });
});

describe('what is paid back of an order whose offers are computed anew', () => {
  const reward = fc.oneof(
    fc.record({ type: fc.constant('percentage'), value: fc.constantFrom(10, 33.33, 100) }),
    fc.record({ type: fc.constant('amount'), value: fc.integer({ min: 1, max: 900 }) }),
    fc.record({
      type: fc.constant('buyXGetY'),
      buy: fc.constant(1),
      get: fc.constant(1),
      on: fc.constant('lines'),
    }),
    fc.record({
      type: fc.constant('tiered'),
      by: fc.constant('quantity'),
      tiers: fc.constant([
        { from: 1, percentage: 5 },
        { from: 4, percentage: 25 },
      ]),
    }),
    fc.record({ type: fc.constant('freeShipping') }),
  );
  const where = fc.oneof(
    fc.record({ 'cart.total': fc.record({ $gte: fc.integer({ min: 0, max: 3000 }) }) }),
    fc.record({ 'cart.itemCount': fc.record({ $gte: fc.integer({ min: 1, max: 6 }) }) }),
    fc.record({ 'cart.lines.category': fc.constantFrom('x', 'y') }),
    fc.record({ 'cart.lines.attributes.size': fc.constantFrom('s', 'm') }),
    fc.record({ 'traits.tier': fc.constantFrom('gold', 'iron') }),
    fc.constant({ segment: 'big' }),
    fc.constant({
      $or: [{ 'traits.tier': 'gold' }, { 'cart.total': { $gte: { $fact: 'traits.minimum' } } }],
    }),
  );
  const lines = fc.option(
    fc.record({ 'line.category': fc.constantFrom('x', 'y') }).map((condition): JsonObject => condition),
    { nil: undefined },
  );
  const offer = (id: string) =>
    fc.record({ reward, where, lines }).map((given) => ({
      kind: 'offer',
      id,
      onPartialRefund: 'recompute',
      reward: given.reward,
      where: given.where,
      ...(given.lines === undefined || given.reward.type === 'freeShipping' ? {} : { lines: given.lines }),
      combine: { group: id, with: ['one', 'two'] },
    }));
  const segment = { kind: 'segment', id: 'big', where: { 'cart.total': { $gte: 2000 } } };
  const catalogs = fc.tuple(offer('one'), offer('two'));
  const carts = fc
    .tuple(
      fc.array(
        fc.record({
          quantity: fc.integer({ min: 1, max: 3 }),
          unitPrice: fc.integer({ min: 0, max: 900 }),
          category: fc.constantFrom('x', 'y'),
          size: fc.constantFrom('s', 'm'),
        }),
        { minLength: 1, maxLength: 4 },
      ),
      fc.option(fc.integer({ min: 0, max: 500 }), { nil: undefined }),
    )
    .map(([given, shipping]) =>
      cartOf(
        given.map(({ size, ...rest }, n) => line(`l${n}`, rest.unitPrice, { ...rest, attributes: { size } })),
        shipping,
      ),
    );
  const traits = fc.record({ tier: fc.constantFrom('gold', 'iron'), minimum: fc.integer({ max: 3000 }) });

  /** The cart without what is given back: `dice` says how much of each line. */
  const split = (cart: Cart, dice: readonly number[]) => {
    const given = cart.lines.map(({ id, quantity }, n) =>
      unit(id, (dice[n % dice.length] ?? 0) % (quantity + 1)),
    );
    const rest = cart.lines.map((each, n) => ({
      ...each,
      quantity: each.quantity - (given[n]?.quantity ?? 0),
    }));
    return {
      units: given.filter(({ quantity }) => quantity > 0),
      rest: { ...cart, lines: rest.filter(({ quantity }) => quantity > 0) },
    };
  };

  const dice = fc.array(fc.nat(100), { minLength: 1, maxLength: 8 });

  const likeOrderedAlone = (how: Refunding) =>
    fc.property(catalogs, carts, traits, dice, (offers, cart, known, drawn) => {
      const profile = { traits: known };
      const all = published([segment, ...offers]);
      const applied = new Set(
        pricedBy({ catalog: all, cart, profile }).applied.map(({ offerId }) => offerId),
      );
      // Nothing was held of an offer that the order did not have: it is not there for the rest either.
      const catalog = published([segment, ...offers.filter(({ id }) => applied.has(id))]);
      const order = orderOf({ catalog: all, cart, profile });
      const { units, rest } = split(cart, drawn);
      if (units.length === 0 || rest.lines.length === 0) return true;
      const { amount } = how(order, units, all, 'k');
      const alone = pricedBy({ catalog, cart: rest, profile }).total;
      return amount === Math.max(0, (order.cart?.total ?? 0) - alone);
    });

  const addsUp = (how: Refunding) =>
    fc.property(catalogs, carts, traits, dice, (offers, cart, known, drawn) => {
      const catalog = published([segment, ...offers]);
      const paid = orderOf({ catalog, cart: { ...cart, shipping: 0 }, profile: { traits: known } });
      const units = cart.lines.flatMap(({ id, quantity }) =>
        Array.from({ length: quantity }, () => unit(id)),
      );
      const inOrder = units
        .map((each, n) => ({ each, at: drawn[n % drawn.length] ?? 0 }))
        .toSorted((a, b) => a.at - b.at);
      let order = paid;
      let left = paid.cart?.total ?? 0;
      for (const [n, { each }] of inOrder.entries()) {
        const next = how(order, [each], catalog, `k${n}`);
        if (next.amount < 0 || next.amount > left) return false;
        left -= next.amount;
        order = next.order;
      }
      return left === 0 && order.status === 'refunded';
    });

  it('is what was paid less what the rest would have cost by itself', () => {
    fc.assert(likeOrderedAlone(refundBy), { numRuns: 250 });
  });

  it('is caught when the visitor, the lines or the counts of then are forgotten', () => {
    expect(failsOn(likeOrderedAlone(refunding((terms) => ({ ...terms, facts: {} }))))).toBe(true);
    expect(failsOn(likeOrderedAlone(refunding((terms) => ({ ...terms, lines: [] }))))).toBe(true);
  });

  it('is never negative, never more than is left, and in whatever order exactly what was paid', () => {
    fc.assert(addsUp(refundBy), { numRuns: 250 });
    const generous: Refunding = (order, units, catalog, key) => {
      const { amount, order: after } = refundBy(order, units, catalog, key);
      const list = order.cart?.lines.find(({ id }) => id === units[0]?.lineId)?.unitPrice ?? 0;
      return { amount: Math.max(amount, list), order: after };
    };
    expect(failsOn(addsUp(generous))).toBe(true);
  });
});
