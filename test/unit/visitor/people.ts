import fc from 'fast-check';
import { cartOf } from '../../../lib/domain/cart/cart-log.ts';
import type { CounterSpec } from '../../../lib/domain/condition/condition.ts';
import type { JsonObject } from '../../../lib/domain/json.ts';
import { type ApplyContext, applyEvents, VARIANT_ASSIGNED } from '../../../lib/domain/visitor/apply.ts';
import type { VisitorEvent } from '../../../lib/domain/visitor/event.ts';
import { STRANGER, type Visitor } from '../../../lib/domain/visitor/state.ts';

/** The tests' first moment. */
export const START = Date.UTC(2026, 0, 1);

const MINUTE = 60_000;

/** Names that find something on every object. */
const HOSTILE = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'];

const NAMES = [...HOSTILE, 'Product Viewed', 'Searched'];

const counter = (id: string, name: string): CounterSpec => ({ id, name, where: null, window: null });

/** A context in which every name is counted. */
export const CONTEXT: ApplyContext = {
  currency: 'EUR',
  countersByEvent: new Map(
    [...NAMES, 'Order Completed'].map((name, index) => [name, [counter(`c${index}`, name)]]),
  ),
  now: START + 24 * 60 * MINUTE,
};

/** An event that fills in what a test does not care about. */
export const event = (overrides: Partial<VisitorEvent> & Pick<VisitorEvent, 'messageId'>): VisitorEvent => ({
  type: 'track',
  name: 'Product Viewed',
  at: START,
  receivedAt: START,
  ...(overrides.userId === undefined && overrides.anonymousId === undefined ? { userId: 'u' } : {}),
  properties: {},
  traits: {},
  context: {},
  ...overrides,
});

/** One event more after each `step`. */
export const eventsOf = (
  count: number,
  step: number,
  one: (index: number) => Partial<VisitorEvent>,
): readonly VisitorEvent[] =>
  Array.from({ length: count }, (_, index) => {
    const at = START + index * step;
    return event({ messageId: `m${index}`, at, receivedAt: at, ...one(index) });
  });

const oneOf = <T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);

const hostileObject = (value: fc.Arbitrary<string | number | null>): fc.Arbitrary<JsonObject> =>
  fc
    .array(fc.tuple(oneOf(...HOSTILE, 'name', 'size'), value), { maxLength: 3 })
    .map((entries) => Object.fromEntries(entries));

const product = fc.record(
  {
    product_id: oneOf('p1', 'p2', '__proto__'),
    price: oneOf<string | number>(1.5, 2, '2.00', Number.NaN, 1e308),
    quantity: oneOf(1, 2, 3),
    variant: oneOf('red', 'blue'),
    cart_line_id: oneOf('l1', 'toString'),
    brand: oneOf('x', 'y'),
  },
  { requiredKeys: ['product_id'] },
);

const cartId = oneOf<string | undefined>('cart-1', 'cart-2', undefined, undefined);
const withoutUndefined = (value: object): JsonObject => JSON.parse(JSON.stringify(value));

const cartEvent = fc
  .record({
    name: oneOf('Product Added', 'Product Removed', 'Cart Updated', 'Cart Viewed', 'Checkout Started'),
    product,
    products: fc.array(product, { maxLength: 3 }),
    cart_id: cartId,
    currency: oneOf<string | undefined>('USD', undefined, undefined, undefined),
  })
  .map(({ name, product: one, products, ...rest }) => ({
    name,
    properties: withoutUndefined(name.startsWith('Product') ? { ...one, ...rest } : { products, ...rest }),
  }));

const orderEvent = fc
  .record({
    name: oneOf('Order Completed', 'Order Completed', 'Order Refunded', 'Order Cancelled'),
    order_id: oneOf<string | undefined>('o1', 'o2', '__proto__', 'toString', undefined),
    revenue: oneOf<number | undefined>(10, 20.05, undefined),
    cart_id: cartId,
    products: oneOf<readonly JsonObject[] | undefined>(undefined, [{ product_id: 'p1', price: 3 }]),
    currency: oneOf<string | undefined>('USD', undefined, undefined, undefined),
  })
  .map(({ name, ...rest }) => ({ name, properties: withoutUndefined(rest) }));

type Body = Pick<VisitorEvent, 'name' | 'type'> & Partial<VisitorEvent>;

/** What a person does; who they are and when it was is added to it. */
const body: fc.Arbitrary<Body> = fc.oneof(
  oneOf(...NAMES).map((name): Body => ({ type: 'track', name })),
  fc.constant<Body>({ type: 'page', name: 'Page Viewed' }),
  { weight: 3, arbitrary: cartEvent.map((trade): Body => ({ type: 'track', ...trade })) },
  { weight: 3, arbitrary: orderEvent.map((trade): Body => ({ type: 'track', ...trade })) },
  fc
    .record({
      traits: hostileObject(oneOf<string | number | null>('x', 'y', 7, null)),
      preferences: hostileObject(oneOf('a', 'b')),
    })
    .map(
      ({ traits, preferences }): Body => ({
        type: 'identify',
        name: 'identify',
        traits: { ...traits, preferences },
      }),
    ),
  fc.record({ purpose: oneOf('sell', '__proto__', 'toString'), granted: fc.boolean() }).map(
    ({ purpose, granted }): Body => ({
      type: 'track',
      name: 'Consented',
      context: {
        locale: granted ? 'en' : 'de',
        consents: Object.fromEntries([[purpose, granted]]),
      },
    }),
  ),
  fc
    .record({
      groupId: oneOf('acme', '__proto__', 'constructor'),
      traits: hostileObject(oneOf('household', 'z')),
    })
    .map(({ groupId, traits }): Body => ({ type: 'group', name: 'group', groupId, traits })),
  fc.record({ experiment: oneOf('x1', 'toString', '__proto__'), variant: oneOf('a', 'b') }).map(
    ({ experiment, variant }): Body => ({
      type: 'track',
      name: VARIANT_ASSIGNED,
      own: true,
      properties: { experiment, variant, seed: 'user:seed' },
    }),
  ),
);

/**
 * Histories of one person: distinct messages, many of them at the same moment, of whoever of `ids` did them.
 */
export const historyOf = (
  ids: fc.Arbitrary<Pick<VisitorEvent, 'userId' | 'anonymousId'>>,
  maxLength = 24,
): fc.Arbitrary<readonly VisitorEvent[]> =>
  fc
    .array(
      fc.record({ body, ids, minutes: fc.integer({ min: 0, max: 12 }), salt: fc.integer({ max: 99 }) }),
      { minLength: 1, maxLength },
    )
    .map((items) =>
      items.map(({ body: { type, name, ...rest }, ids: who, minutes, salt }, index): VisitorEvent => {
        const at = START + minutes * 10 * MINUTE;
        const messageId = `${salt}-${index}`;
        const base = { messageId, type, name, at, receivedAt: at + index, properties: {}, traits: {} };
        return { ...base, context: {}, ...who, ...rest };
      }),
    );

/** Deterministic JSON with sorted keys: two visitors are the same where theirs is. */
const canonical = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'undefined';
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join()}}`;
};

/** All that is remembered of a visitor, as text: the order in which marks and homes stand means nothing. */
export const memoryOf = ({ state, orders }: Visitor): string =>
  canonical({
    ...state,
    orders,
    totals: state.orders,
    currentCart: cartOf(state.cart),
    marks: state.marks.map(canonical).sort(),
    markHomes: state.markHomes.map(canonical).sort(),
  });

/** The visitor after events, in one call. */
export const apply = (
  visitor: Visitor,
  events: readonly VisitorEvent[],
  context: ApplyContext = CONTEXT,
): Visitor => applyEvents(visitor, events, context).visitor;

/** The visitor whom these events make. */
export const visitorOf = (events: readonly VisitorEvent[], context: ApplyContext = CONTEXT): Visitor =>
  apply(STRANGER, events, context);

/** Events in another order, some of them twice, in several batches. */
export const arrivalsOf = (
  events: readonly VisitorEvent[],
): fc.Arbitrary<readonly (readonly VisitorEvent[])[]> =>
  fc
    .tuple(
      fc.shuffledSubarray([...events], { minLength: events.length, maxLength: events.length }),
      fc.subarray([...events]),
      fc.array(fc.integer({ min: 0, max: events.length }), { maxLength: 4 }),
    )
    .map(([shuffled, repeated, cuts]) => {
      const all = [...shuffled, ...repeated];
      const places = [...new Set([0, ...cuts, all.length])].sort((a, b) => a - b);
      return places
        .map((place, index) => all.slice(place, places[index + 1]))
        .filter(({ length }) => length > 0);
    });
