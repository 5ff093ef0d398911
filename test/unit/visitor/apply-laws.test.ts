import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { VisitorEvent } from '../../../lib/domain/visitor/event.ts';
import { STRANGER, type Visitor } from '../../../lib/domain/visitor/state.ts';
import { failsOn } from '../law.ts';
import { apply, arrivalsOf, historyOf, memoryOf, visitorOf } from './people.ts';

const RUNS = { numRuns: 1000 };

const person = fc.constantFrom({ userId: 'u' }, { userId: 'u', anonymousId: 'a' }, { userId: 'toString' });

const histories = historyOf(person).chain((events) =>
  fc.record({ events: fc.constant(events), arrivals: arrivalsOf(events) }),
);

type Fold = (visitor: Visitor, events: readonly VisitorEvent[]) => Visitor;

/** Any order, repetition and batching of the same events ends in the same visitor. */
const orderDoesNotMatter = (fold: Fold) =>
  fc.property(histories, ({ events, arrivals }) => {
    const visitor = arrivals.reduce((sofar, batch) => fold(sofar, batch), STRANGER);
    return memoryOf(visitor) === memoryOf(visitorOf(events));
  });

/** A fold with a bug: what arrives last counts as the newest. */
const believesArrival: Fold = (visitor, events) =>
  apply(
    visitor,
    events.map((event, index) => ({ ...event, at: event.at + visitor.state.marks.length + index })),
  );

/** A fold with a bug: it forgets which messages took effect. */
const forgetsMessages: Fold = (visitor, events) =>
  apply({ ...visitor, state: { ...visitor.state, marks: [] } }, events);

/** A fold with a bug: a refund or a cancellation that comes before its order is ignored. */
const ignoresEarlyRefunds: Fold = (visitor, events) =>
  apply(
    visitor,
    events.filter(
      ({ name, properties }) =>
        !/Refunded|Cancelled/.test(name) || Object.hasOwn(visitor.orders.byId, String(properties.order_id)),
    ),
  );

/** A fold with a bug: only the cart as it stands is remembered, not how it came about. */
const forgetsHowTheCartCameAbout: Fold = (visitor, events) => {
  const { cart } = visitor.state;
  const last = cart.operations.at(-1);
  const horizon = last === undefined ? cart.horizon : { at: last.at, tie: last.tie };
  return apply({ ...visitor, state: { ...visitor.state, cart: { ...cart, horizon } } }, events);
};

describe('the memory of a visitor', () => {
  it('is the same for any order, repetition and batching of the same events', () => {
    fc.assert(orderDoesNotMatter(apply), RUNS);
  });

  it.each([
    ['arrival counts as time', believesArrival],
    ['repeats are not known', forgetsMessages],
    ['a refund needs its order first', ignoresEarlyRefunds],
    ['a late cart event finds no place', forgetsHowTheCartCameAbout],
  ])('would be seen to depend on it where %s', (_, broken) => {
    expect(failsOn(orderDoesNotMatter(broken))).toBe(true);
  });

  it('never changes what was handed in', () => {
    fc.assert(
      fc.property(histories, ({ events, arrivals: [first = []] }) => {
        const before = visitorOf(first);
        const memory = memoryOf(before);
        apply(before, events);
        return memoryOf(before) === memory;
      }),
      { numRuns: 300 },
    );
  });

  it('survives being stored as JSON', () => {
    fc.assert(
      fc.property(histories, ({ events }) => {
        const visitor = visitorOf(events);
        return memoryOf(JSON.parse(JSON.stringify(visitor))) === memoryOf(visitor);
      }),
      { numRuns: 300 },
    );
  });
});
