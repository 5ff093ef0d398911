import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cart } from '../../../lib/domain/cart/cart.ts';
import { cartIdsOf } from '../../../lib/domain/cart/cart-ids.ts';
import { type CartLog, cartOf, MAX_CART_OPERATIONS } from '../../../lib/domain/cart/cart-log.ts';
import { joinedKeysOf } from '../../../lib/domain/identity/joined-keys.ts';
import { mergeVisitors } from '../../../lib/domain/identity/merge.ts';
import { anonymousKey, userKey } from '../../../lib/domain/identity/visitor-id.ts';
import type { VisitorEvent } from '../../../lib/domain/visitor/event.ts';
import { STRANGER, type Visitor } from '../../../lib/domain/visitor/state.ts';
import { failsOn } from '../law.ts';
import { apply, arrivalsOf, CONTEXT, event, START, visitorOf } from '../visitor/people.ts';

type Who = Pick<VisitorEvent, 'userId' | 'anonymousId'>;

const PHONE = { anonymousId: 'phone' };
const DESK = { anonymousId: 'desk' };
const DON = { userId: 'don' };
const DONALD = { userId: 'donald' };

const at = (minute: number): Pick<VisitorEvent, 'messageId' | 'at'> => ({
  messageId: `m${minute}`,
  at: START + minute * 60_000,
});

const shop = (minute: number, who: Who, name: string, properties: VisitorEvent['properties'] = {}) =>
  event({ ...at(minute), ...who, name, properties });

const add = (minute: number, who: Who, product: string, rest: VisitorEvent['properties'] = {}) =>
  shop(minute, who, 'Product Added', { product_id: product, price: 1, ...rest });

const login = (minute: number, { anonymousId }: typeof PHONE, { userId }: typeof DON): VisitorEvent =>
  event({ ...at(minute), type: 'identify', name: 'identify', userId, anonymousId });

/** Of two known people. */
const alias = (minute: number, previous: typeof DON, { userId }: typeof DON): VisitorEvent =>
  event({
    ...at(minute),
    type: 'alias',
    name: 'alias',
    userId,
    previousId: previous.userId,
    mayMergeUsers: true,
  });

const skusOf = (cart: Cart | null) => cart?.lines.map(({ sku }) => sku) ?? null;
const productsAfter = (...events: readonly VisitorEvent[]) => skusOf(cartOf(visitorOf(events).state.cart));

describe('at a log-in', () => {
  it('the newest of two carts that nobody named stands, and the older is gone', () => {
    expect(productsAfter(add(1, DON, 'hat'), add(2, PHONE, 'shoe'), login(3, PHONE, DON))).toEqual(['shoe']);
    expect(productsAfter(add(2, DON, 'hat'), add(1, PHONE, 'shoe'), login(3, PHONE, DON))).toEqual(['hat']);
  });

  it('the cart that stands is gone on with, from the device and from elsewhere', () => {
    const joined = [add(1, DON, 'hat'), add(2, PHONE, 'shoe'), login(3, PHONE, DON)];
    expect(productsAfter(...joined, add(4, DON, 'sock'), add(5, PHONE, 'scarf'))).toEqual([
      'shoe',
      'sock',
      'scarf',
    ]);
    expect(productsAfter(...joined, shop(4, DON, 'Order Completed'))).toBeNull();
    expect(productsAfter(...joined, shop(4, PHONE, 'Order Completed'), add(5, DON, 'bag'))).toEqual(['bag']);
  });

  it('the newest of three devices stands, one log-in after the other', () => {
    const phoneFirst = [login(4, PHONE, DON), login(5, DESK, DON)];
    expect(productsAfter(add(1, DESK, 'a'), add(3, PHONE, 'b'), add(2, DON, 'c'), ...phoneFirst)).toEqual([
      'b',
    ]);
  });

  it('what is told late still decides which was the newest', () => {
    const known = [add(1, PHONE, 'shoe'), add(2, DON, 'hat'), login(4, PHONE, DON)];
    expect(productsAfter(...known)).toEqual(['hat']);
    expect(productsAfter(...known, add(3, PHONE, 'sock'))).toEqual(['shoe', 'sock']);
  });

  it('a cart without lines gives way to one with some', () => {
    const looked = shop(2, PHONE, 'Cart Viewed', { products: [] });
    expect(productsAfter(add(1, DON, 'hat'), looked, login(3, PHONE, DON))).toEqual(['hat']);
  });

  it('the newest stands by name as without one, with all of its lines', () => {
    const filled = [
      add(1, PHONE, 'a', { cart_id: 'c' }),
      add(2, DON, 'b', { cart_id: 'd' }),
      add(3, PHONE, 'c', { cart_id: 'c' }),
    ];
    expect(productsAfter(...filled, login(4, PHONE, DON))).toEqual(['a', 'c']);
  });

  it('of two known people the newest stands', () => {
    const merged = alias(3, DONALD, DON);
    expect(productsAfter(add(1, DON, 'hat'), add(2, DONALD, 'shoe'), merged)).toEqual(['shoe']);
    expect(productsAfter(add(2, DON, 'hat'), add(1, DONALD, 'shoe'), merged, add(4, DONALD, 'bag'))).toEqual([
      'hat',
      'bag',
    ]);
  });

  it('both carts were carts, and are counted', () => {
    const { cart } = visitorOf([add(1, DON, 'hat'), add(2, PHONE, 'shoe'), login(3, PHONE, DON)]).state;
    expect([...cartIdsOf(cart)].sort()).toEqual(['m1', 'm2']);
  });
});

describe('an order', () => {
  it('that names a cart empties it on whatever device it was filled, joined by then or later', () => {
    const named = { cart_id: 'c' };
    const filled = add(1, PHONE, 'shoe', named);
    const ordered = shop(2, DON, 'Order Completed', named);
    expect(productsAfter(filled, ordered, login(3, PHONE, DON))).toBeNull();
    const later = shop(4, DON, 'Cart Updated', { products: [], cart_id: 'next' });
    expect(productsAfter(ordered, later, filled, login(5, PHONE, DON))).toEqual([]);
  });

  it('of one device leaves the cart of another alone until they are one', () => {
    const ordered = [add(1, PHONE, 'shoe'), add(2, DON, 'hat'), shop(3, DON, 'Order Completed')];
    expect(productsAfter(...ordered, login(4, PHONE, DON))).toEqual(['shoe']);
    expect(productsAfter(...ordered, login(0, PHONE, DON))).toBeNull();
  });
});

describe('the log of carts', () => {
  it('remembers one log-in of each device, however often there is one', () => {
    const logins = Array.from({ length: 200 }, (_, minute) => login(minute, PHONE, DON));
    expect(visitorOf(logins).state.cart.operations).toEqual(
      visitorOf(logins.toReversed().slice(-1)).state.cart.operations,
    );
    expect(visitorOf(logins.toReversed()).state.cart).toEqual(visitorOf(logins.slice(0, 1)).state.cart);
  });

  it('keeps nothing of before an order but who is one, and the last orders that name a cart', () => {
    const events = Array.from({ length: 20 }, (_, index) => [
      add(index * 3 + 10, PHONE, 'shoe', { cart_id: `c${index}` }),
      shop(index * 3 + 11, DON, 'Order Completed', { cart_id: `c${index}` }),
    ]).flat();
    const { operations } = visitorOf([login(1, PHONE, DON), ...events, shop(200, DON, 'Order Completed')])
      .state.cart;
    expect(operations.map(({ kind }) => kind)).toEqual(['join', 'order', 'order', 'order', 'order', 'order']);
  });

  it('knows who is one beyond its bound, and the newest cart', () => {
    const many = Array.from({ length: MAX_CART_OPERATIONS + 10 }, (_, index) =>
      add(index + 10, DON, `p${index % 5}`),
    );
    const joined = [add(1, DON, 'hat'), add(2, PHONE, 'shoe'), login(3, PHONE, DON)];
    expect(productsAfter(...joined, ...many, add(200, PHONE, 'late'))).toEqual([
      'shoe',
      'p0',
      'p1',
      'p2',
      'p3',
      'p4',
      'late',
    ]);
    const lateLogin = apply(visitorOf([add(2, PHONE, 'shoe'), ...many]), [login(3, PHONE, DON)]);
    expect(skusOf(cartOf(apply(lateLogin, [add(200, PHONE, 'late')]).state.cart))).toContain('late');
    expect(productsAfter(...many, add(201, PHONE, 'shoe'), login(202, PHONE, DON))).toEqual(['shoe']);
  });

  it('that overflowed keeps the whole of the cart that stands when two histories become one', () => {
    const longOnes = (who: Who, first: number) =>
      Array.from({ length: MAX_CART_OPERATIONS + 10 }, (_, index) => add(first + index, who, `${index}`));
    const user = visitorOf([...longOnes(DON, 1), add(500, DON, 'last')]);
    const phone = visitorOf(longOnes(PHONE, 200));
    for (const [known, joined] of [
      [user, phone],
      [phone, user],
    ] as const) {
      const { visitor } = mergeVisitors(known, joined, 'EUR', CONTEXT.now);
      const person = apply(visitor, [login(501, PHONE, DON)]);
      expect(cartOf(person.state.cart)?.lines).toHaveLength(MAX_CART_OPERATIONS + 11);
    }
  });

  it('that was stored before each id had a cart goes on as the one cart it was', () => {
    const old: CartLog = {
      base: {
        id: 'old',
        currency: 'EUR',
        lines: [{ id: 'hat||100', sku: 'hat', quantity: 1, unitPrice: 100, attributes: {} }],
        updatedAt: START,
      },
      horizon: { at: START, tie: 'm0' },
      operations: [
        {
          ...{ at: START + 1, tie: 'x', cartId: 'x', named: false, currency: 'EUR', kind: 'add' },
          line: { id: 'shoe||100', sku: 'shoe', quantity: 1, unitPrice: 100, attributes: {} },
        },
      ],
      bytes: 80,
    };
    const stored = { ...STRANGER, state: { ...STRANGER.state, cart: old } };
    expect(cartOf(old)).toMatchObject({ id: 'old', lines: [{ sku: 'hat' }, { sku: 'shoe' }] });
    expect(skusOf(cartOf(apply(stored, [add(5, DON, 'sock')]).state.cart))).toEqual(['hat', 'shoe', 'sock']);
    expect(cartOf(apply(stored, [shop(5, DON, 'Order Completed')]).state.cart)).toBeNull();
    const newer = apply(stored, [add(5, DON, 'sock'), login(6, PHONE, DON), add(7, PHONE, 'bag')]);
    expect(skusOf(cartOf(newer.state.cart))).toEqual(['hat', 'shoe', 'sock', 'bag']);
  });
});

/** Several ids, and the log-ins that make them one person: what each does, at moments of their own. */
const stories = fc
  .record({
    moments: fc.shuffledSubarray(
      Array.from({ length: 40 }, (_, index) => index + 1),
      { minLength: 22, maxLength: 22 },
    ),
    steps: fc.array(
      fc.record({
        who: fc.constantFrom(PHONE, DESK, DON, DONALD),
        kind: fc.constantFrom('add', 'add', 'add', 'remove', 'replace', 'order'),
        product: fc.constantFrom('p', 'q', 'r'),
        cartId: fc.constantFrom(undefined, undefined, undefined, 'c', 'd'),
      }),
      { minLength: 1, maxLength: 16 },
    ),
    repeated: fc.boolean(),
  })
  .map(({ moments, steps, repeated }): readonly VisitorEvent[] => {
    const minute = (index: number): number => moments[index] ?? 0;
    const joins = [
      login(minute(21), PHONE, DON),
      login(minute(20), DESK, DONALD),
      alias(minute(19), DONALD, DON),
      ...(repeated ? [login(minute(18), PHONE, DON), login(minute(17), DESK, DON)] : []),
    ];
    return [
      ...joins,
      ...steps.map(({ who, kind, product, cartId }, index) => {
        const named = cartId === undefined ? {} : { cart_id: cartId };
        const item = { product_id: product, price: 1 };
        switch (kind) {
          case 'add':
            return add(minute(index), who, product, named);
          case 'remove':
            return shop(minute(index), who, 'Product Removed', { ...item, ...named });
          case 'replace':
            return shop(minute(index), who, 'Cart Updated', { products: [item], ...named });
          default:
            return shop(minute(index), who, 'Order Completed', named);
        }
      }),
    ];
  })
  .chain((events) => fc.record({ events: fc.constant(events), arrivals: arrivalsOf(events) }));

interface Mind {
  readonly fold: (visitor: Visitor, events: readonly VisitorEvent[]) => Visitor;
  readonly merge: (known: Visitor, joined: Visitor) => Visitor;
}

const MIND: Mind = {
  fold: apply,
  merge: (known, joined) => mergeVisitors(known, joined, CONTEXT.currency, CONTEXT.now).visitor,
};

/** Each id a visitor of its own until the log-in arrives that joins it to somebody. */
const live = (arrivals: readonly (readonly VisitorEvent[])[], { fold, merge }: Mind): Visitor => {
  const visitors = new Map<string, Visitor>();
  const owners = new Map<string, string>();
  const ownerOf = (key: string): string => {
    const next = owners.get(key);
    return next === undefined ? key : ownerOf(next);
  };
  for (const one of arrivals.flat()) {
    const key = one.userId === undefined ? anonymousKey(one.anonymousId ?? '') : userKey(one.userId);
    const owner = ownerOf(key);
    for (const joined of joinedKeysOf(one).map(ownerOf)) {
      if (joined === owner) continue;
      visitors.set(owner, merge(visitors.get(owner) ?? STRANGER, visitors.get(joined) ?? STRANGER));
      visitors.delete(joined);
      owners.set(joined, owner);
    }
    visitors.set(owner, fold(visitors.get(owner) ?? STRANGER, [one]));
  }
  return [...visitors.values()].reduce(merge);
};

const withCart = ({ orders, state }: Visitor, change: (cart: CartLog) => CartLog): Visitor => ({
  orders,
  state: { ...state, cart: change(state.cart) },
});

/** Whenever each log-in arrives, the carts are those of one person to whom all of it happened. */
const joiningIsOnePerson = (mind: Mind) =>
  fc.property(stories, ({ events, arrivals }) => {
    const [lived, whole] = [live(arrivals, mind).state.cart, visitorOf(events).state.cart];
    return (
      JSON.stringify([lived.operations, cartOf(lived), [...cartIdsOf(lived)].sort()]) ===
      JSON.stringify([whole.operations, cartOf(whole), [...cartIdsOf(whole)].sort()])
    );
  });

/** Minds with one bug each. */
const broken: readonly (readonly [string, Mind])[] = [
  [
    'a log-in is not remembered',
    {
      ...MIND,
      fold: (visitor, events) =>
        withCart(apply(visitor, events), (cart) => (events[0]?.type === 'track' ? cart : visitor.state.cart)),
    },
  ],
  [
    'the last of several log-ins counts',
    {
      ...MIND,
      fold: (visitor, events) => {
        const isLogin = events.some(({ type }) => type !== 'track');
        const forgetful = withCart(visitor, (cart) => ({
          ...cart,
          operations: cart.operations.filter(({ kind }) => kind !== 'join'),
        }));
        return apply(isLogin ? forgetful : visitor, events);
      },
    },
  ],
  [
    'only the cart that is the newest now is remembered',
    {
      ...MIND,
      merge: (known, joined) => {
        const newest =
          (cartOf(known.state.cart)?.updatedAt ?? 0) > (cartOf(joined.state.cart)?.updatedAt ?? 0);
        return withCart(MIND.merge(known, joined), () => (newest ? known : joined).state.cart);
      },
    },
  ],
  [
    "an order makes everybody's past moot",
    {
      ...MIND,
      fold: (visitor, events) =>
        withCart(apply(visitor, events), (cart) => {
          const order = cart.operations.findLastIndex((one) => one.kind === 'order' && !one.named);
          return { ...cart, operations: cart.operations.slice(Math.max(order, 0)) };
        }),
    },
  ],
];

/**
 * The sentence as a model of its own: each group of ids has a history, and at a log-in that of the newest cart stays.
 * The cart is what one visitor with this history has.
 */
const cartByTheSentence = (events: readonly VisitorEvent[]): Cart | null => {
  type Group = { keys: readonly string[]; history: readonly VisitorEvent[] };
  const cartOfGroup = ({ history }: Group): Cart | null => cartOf(visitorOf(history).state.cart);
  const age = (group: Group): number => {
    const cart = cartOfGroup(group);
    return cart === null ? 0 : (cart.updatedAt ?? 0) - (cart.lines.length === 0 ? START * 2 : 0);
  };
  const newest = (groups: readonly Group[]): Group | undefined =>
    groups.filter((group) => cartOfGroup(group) !== null).toSorted((a, b) => age(b) - age(a))[0];
  let groups: readonly Group[] = [];
  for (const one of events.toSorted((a, b) => a.at - b.at)) {
    const key = one.userId === undefined ? anonymousKey(one.anonymousId ?? '') : userKey(one.userId);
    const keys = [key, ...joinedKeysOf(one)];
    const parts = groups.filter((group) => group.keys.some((its) => keys.includes(its)));
    const history = (parts.length > 1 ? newest(parts) : parts[0])?.history ?? [];
    const isSold = (group: Group): boolean =>
      one.name === 'Order Completed' && cartOfGroup(group)?.id === one.properties.cart_id;
    groups = [
      ...groups
        .filter((group) => !parts.includes(group))
        .map((group) => (isSold(group) ? { ...group, history: [] } : group)),
      {
        keys: [...keys, ...parts.flatMap((part) => part.keys)],
        history: [...history, { ...one, userId: 'anybody' }].filter(({ type }) => type === 'track'),
      },
    ];
  }
  const standing = newest(groups);
  return standing === undefined ? null : cartOfGroup(standing);
};

const isTheSentence = (fold: Mind['fold']) =>
  fc.property(
    stories,
    ({ events }) =>
      JSON.stringify(cartOf(fold(STRANGER, events).state.cart)) === JSON.stringify(cartByTheSentence(events)),
  );

/** A fold with a bug: the operations of all devices make one cart. */
const foldsTogether: Mind['fold'] = (visitor, events) =>
  apply(
    visitor,
    events.map((one) => (one.type === 'track' ? { ...one, userId: 'don' } : one)),
  );

/** A fold with a bug: carts stay apart after a log-in. */
const neverJoins: Mind['fold'] = (visitor, events) =>
  apply(
    visitor,
    events.filter(({ type }) => type === 'track'),
  );

describe('the carts of several devices', () => {
  it('end the same in any order, repetition and batching, whenever the log-ins arrive', () => {
    fc.assert(joiningIsOnePerson(MIND), { numRuns: 1500 });
  });

  it.each(broken)('would be seen to depend on it where %s', (_, mind) => {
    expect(failsOn(joiningIsOnePerson(mind))).toBe(true);
  });

  it('are the newest at each log-in, and nothing else', () => {
    fc.assert(isTheSentence(apply), { numRuns: 800 });
    expect(failsOn(isTheSentence(foldsTogether))).toBe(true);
    expect(failsOn(isTheSentence(neverJoins))).toBe(true);
  });
});
