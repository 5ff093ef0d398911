import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pack } from '../../../lib/adapters/dynamodb/blob.ts';
import { cartOf, MAX_CART_OPERATIONS } from '../../../lib/domain/cart/cart-log.ts';
import { murmur3 } from '../../../lib/domain/hash.ts';
import { mergeVisitors } from '../../../lib/domain/identity/merge.ts';
import { VARIANT_ASSIGNED } from '../../../lib/domain/visitor/apply.ts';
import { bytesOf } from '../../../lib/domain/visitor/bounds.ts';
import { MAX_COUNTER_AGE_MS, MAX_COUNTER_TIMES, MAX_TIMES } from '../../../lib/domain/visitor/counters.ts';
import type { VisitorEvent } from '../../../lib/domain/visitor/event.ts';
import { MAX_ORDERS } from '../../../lib/domain/visitor/orders.ts';
import { MAX_SESSIONS } from '../../../lib/domain/visitor/sessions.ts';
import { STRANGER, type Visitor } from '../../../lib/domain/visitor/state.ts';
import { EVENT_NAMES_BOUND } from '../../../lib/domain/visitor/statistics.ts';
import { failsOn } from '../law.ts';
import { apply, CONTEXT, event, eventsOf, memoryOf, START, visitorOf } from './people.ts';

const HOUR = 3_600_000;

/** Text that no compressor shortens, of `length` UTF-16 units: `wide` ones take three bytes each. */
const noise = (length: number, seed: number, wide: boolean): string => {
  const [first, span] = wide ? [0x3400, 0x6a00] : [33, 94];
  const units: number[] = [];
  let random = murmur3(`${seed}`, 7) | 1;
  for (let index = 0; index < length; index++) {
    random ^= random << 13;
    random ^= random >>> 17;
    random ^= random << 5;
    units.push(first + ((random >>> 0) % span));
  }
  return String.fromCharCode(...units);
};

/** As bad an event as a client gets past the contract. */
const hostile = (index: number, wide: boolean): Partial<VisitorEvent> => {
  const text = (length: number, salt = 0): string => noise(length, index * 31 + salt, wide);
  const products = Array.from({ length: 20 }, (_, line) => ({
    product_id: text(150, line),
    cart_line_id: text(100, line + 50),
    name: text(100, line + 100),
    price: line,
    [text(10, line)]: text(100, line),
  }));
  const messageId = text(255, 9);
  switch (index % 9) {
    case 0:
      return { messageId, name: text(200) };
    case 1:
      return {
        messageId,
        type: 'identify',
        name: 'identify',
        traits: {
          [text(100)]: text(3000),
          preferences: { [text(50)]: text(2000) },
        },
      };
    case 2:
      return { messageId, name: 'Product Added', properties: { ...products[0], quantity: 1 } };
    case 3:
      return { messageId, name: 'Cart Updated', properties: { products } };
    case 4:
      return {
        messageId,
        name: 'Order Completed',
        properties: { order_id: text(500), products, cart_id: 'no' },
      };
    case 5:
      return {
        messageId,
        type: 'group',
        name: 'group',
        groupId: text(500),
        traits: { [text(90)]: text(1000) },
      };
    case 6:
      return { messageId, anonymousId: text(500), userId: text(500, 1) };
    case 7:
      return {
        messageId,
        context: {
          locale: text(100),
          timezone: text(100, 1),
          consents: { [text(100)]: true, [text(100, 1)]: false },
        },
      };
    default:
      return {
        messageId,
        name: VARIANT_ASSIGNED,
        own: true,
        properties: { experiment: text(60), variant: text(60, 1) },
      };
  }
};

/** Two hundred counters that every other event moves. */
const BUSY = {
  ...CONTEXT,
  countersByEvent: new Map([
    [
      'Product Viewed',
      Array.from({ length: 250 }, (_, index) => ({
        id: `counter-${index}`,
        name: 'Product Viewed',
        where: null,
        window: null,
      })),
    ],
  ]),
};

describe.each([
  ['ASCII', false],
  ['three-byte characters', true],
])('a visitor made of %s by a hostile client', (_, wide) => {
  const events = eventsOf(9 * 210, HOUR, (index) => hostile(index, wide));
  const views = eventsOf(150, 7_919_113, (index) => ({ messageId: `view-${index}`, userId: 'u' }));
  const visitor = apply(
    apply(visitorOf(events), views, BUSY),
    eventsOf(500, 1, () => ({})).map((one, index) => ({
      ...one,
      messageId: noise(60, index, wide),
    })),
  );

  it('never passes 200 KB, and neither do their orders', () => {
    expect(pack(visitor.state).byteLength).toBeLessThan(200_000);
    expect(pack(visitor.orders).byteLength).toBeLessThan(200_000);
  });

  it('stays as small when merged with another of the kind', () => {
    const other = visitorOf(eventsOf(9 * 60, HOUR, (index) => hostile(index + 9000, wide)));
    const { visitor: both } = mergeVisitors(visitor, other, 'EUR', CONTEXT.now);
    expect(pack(both.state).byteLength).toBeLessThan(200_000);
    expect(pack(both.orders).byteLength).toBeLessThan(200_000);
  });
});

describe('a person of many devices, each with a full cart', () => {
  it('never passes 200 KB', () => {
    let person = STRANGER;
    for (let device = 0; device < 12; device++) {
      const anonymousId = `device ${device}`;
      const events = eventsOf(80, HOUR, (index) => {
        const { messageId, ...rest } = hostile(index * 9 + 2 + (index % 2), false);
        return { ...rest, messageId: `${device} ${messageId}`, anonymousId };
      });
      person = mergeVisitors(person, visitorOf(events), 'EUR', CONTEXT.now).visitor;
    }
    expect(pack(person.state).byteLength).toBeLessThan(200_000);
    expect(bytesOf(JSON.parse(JSON.stringify(person.state.cart)))).toBeLessThan(150_000);
    expect(cartOf(person.state.cart)?.lines.length).toBeGreaterThan(0);
  });
});

describe('a usual visitor', () => {
  it('is far below 8 KB', () => {
    const visitor = visitorOf(
      eventsOf(120, 20 * 60_000, (index) => {
        const messageId = `ajs-next-${START + index}-${noise(32, index, false)}`;
        const sku = `SKU-${murmur3(`${index % 40}`, 1)}`;
        if (index === 3)
          return {
            messageId,
            type: 'identify',
            name: 'identify',
            anonymousId: 'a1b2c3d4-e5f6-4711-8901-abcdefabcdef',
            traits: Object.fromEntries(
              Array.from({ length: 15 }, (_, trait) => [`trait${trait}`, `value ${trait}`]),
            ),
          };
        if (index % 6 === 0)
          return {
            messageId,
            name: 'Product Added',
            properties: { product_id: sku, name: `Product number ${index}`, price: index, category: 'shoes' },
          };
        if (index % 30 === 29)
          return { messageId, name: 'Order Completed', properties: { order_id: `o-${index}`, revenue: 99 } };
        return { messageId, properties: { product_id: sku } };
      }),
    );
    expect(pack(visitor.state).byteLength).toBeLessThan(6_000);
  });
});

const shuffled = <T>(items: readonly T[]): fc.Arbitrary<readonly T[]> =>
  fc.shuffledSubarray([...items], { minLength: items.length, maxLength: items.length });

type Fold = (visitor: Visitor, events: readonly VisitorEvent[]) => Visitor;

/** What stays of too much does not depend on the order in which it came. */
const overflowIsOrderless = (events: readonly VisitorEvent[], fold: Fold) =>
  fc.property(shuffled(events), (arrivals) => {
    let visitor = STRANGER;
    for (const one of arrivals) visitor = fold(visitor, [one]);
    const stripped = (of: Visitor) => memoryOf({ ...of, state: { ...of.state, marks: [] } });
    return stripped(visitor) === stripped(visitorOf(events));
  });

/** A fold with a bug: the first to come fill the bound. */
const firstComeFirstServed =
  (isFull: (visitor: Visitor, one: VisitorEvent) => boolean): Fold =>
  (visitor, events) =>
    apply(
      visitor,
      events.filter((one) => !isFull(visitor, one)),
    );

describe('what stays of too much', () => {
  const names = eventsOf(400, 1000, (index) => ({ name: `name ${index % 350}` }));
  const ids = eventsOf(130, 1000, (index) => ({ userId: 'u', anonymousId: `device ${index % 120}` }));
  const traits = eventsOf(300, 1000, (index) => ({
    type: 'identify',
    name: 'identify',
    traits: { [`trait ${index % 280}`]: index },
  }));
  const repeated = eventsOf(160, 1000, () => ({}));

  it.each([
    [
      'event names',
      names,
      firstComeFirstServed(
        ({ state }, { name }) =>
          Object.keys(state.events).length >= EVENT_NAMES_BOUND.count && !Object.hasOwn(state.events, name),
      ),
    ],
    ['ids', ids, firstComeFirstServed(({ state }) => Object.keys(state.ids).length >= 100)],
    ['traits', traits, firstComeFirstServed(({ state }) => Object.keys(state.traits).length >= 256)],
    [
      'times of a counter',
      repeated,
      firstComeFirstServed(({ state }) => (state.counters.c5?.times.length ?? 0) >= MAX_COUNTER_TIMES),
    ],
  ] as const)('of %s does not depend on the order of arrival', (_, events, broken) => {
    fc.assert(overflowIsOrderless(events, apply), { numRuns: 8 });
    expect(failsOn(overflowIsOrderless(events, broken))).toBe(true);
  });

  it('of event names always holds those that shops ask for', () => {
    const made = eventsOf(600, 1000, (index) => ({ name: `made up ${index}` }));
    const { events } = visitorOf([...made, event({ messageId: 'view' })]).state;
    expect(Object.keys(events)).toHaveLength(EVENT_NAMES_BOUND.count);
    expect(events['Product Viewed']?.count).toBe(1);
  });

  it('of ids always holds the userId', () => {
    const devices = eventsOf(300, 1000, (index) => ({ anonymousId: `d${index}` }));
    const { ids: kept } = visitorOf([
      ...devices,
      event({ messageId: 'x', at: START + HOUR, userId: 'u' }),
    ]).state;
    expect(Object.keys(kept)).toHaveLength(100);
    expect(kept).toHaveProperty(['user:u']);
    expect(kept).toHaveProperty(['anon:d0']);
  });

  it('of counters is the newest times of all, and every total', () => {
    const { counters } = apply(
      STRANGER,
      eventsOf(150, 1000, () => ({})),
      BUSY,
    ).state;
    const all = Object.values(counters);
    expect(all.reduce((sum, { times }) => sum + times.length, 0)).toBeLessThanOrEqual(MAX_TIMES);
    expect(new Set(all.map(({ total }) => total))).toEqual(new Set([150]));
  });

  it('of a counter is nothing that no window can ask for', () => {
    const { counters } = visitorOf([
      event({ messageId: 'old', at: START - MAX_COUNTER_AGE_MS }),
      event({ messageId: 'new' }),
    ]).state;
    expect(counters.c5).toEqual({ total: 2, times: [START] });
  });

  it('of a value too large is nothing, and it pushes no other out', () => {
    const { traits: kept } = visitorOf([
      event({ messageId: 'a', type: 'identify', traits: { name: 'Don' } }),
      event({ messageId: 'b', type: 'identify', at: START + 1, traits: { essay: 'x'.repeat(5000) } }),
    ]).state;
    expect(Object.keys(kept)).toEqual(['name']);
  });
});

describe('what arrives from beyond a bound', () => {
  /** A visitor with so many of them that the oldest fell off, and one more from before. */
  const late = (
    count: number,
    step: number,
    one: (index: number) => Partial<VisitorEvent>,
  ): { readonly before: Visitor; readonly after: Visitor } => {
    const before = visitorOf(eventsOf(count, step, one));
    const from = { ...one(count), messageId: 'late', at: START - 10 * HOUR };
    return { before, after: apply(before, [event(from)]) };
  };

  it('changes no cart', () => {
    const { before, after: later } = late(MAX_CART_OPERATIONS + 10, 1000, (index) => ({
      name: 'Product Added',
      properties: { product_id: `p${index % 7}`, price: 1 },
    }));
    expect(cartOf(later.state.cart)).toEqual(cartOf(before.state.cart));
    expect(cartOf(before.state.cart)?.id).toBe('m0');
  });

  it('adds no session', () => {
    const { before, after: later } = late(MAX_SESSIONS + 10, HOUR, () => ({}));
    expect(before.state.sessions.older).toBe(10);
    expect(later.state.sessions).toEqual(before.state.sessions);
  });

  it('adds no order, and those before are still in the totals', () => {
    const { before, after: later } = late(MAX_ORDERS + 10, 1000, (index) => ({
      name: 'Order Completed',
      properties: { order_id: `o${index}`, revenue: 1 },
    }));
    expect(before.state.orders).toMatchObject({ count: MAX_ORDERS + 10, revenue: (MAX_ORDERS + 10) * 100 });
    expect(Object.keys(before.orders.byId)).toHaveLength(MAX_ORDERS);
    expect(later.state.orders).toEqual(before.state.orders);
  });
});
