import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergeVisitors } from '../../../lib/domain/identity/merge.ts';
import { stampOf, type VisitorEvent } from '../../../lib/domain/visitor/event.ts';
import { STRANGER, type Visitor } from '../../../lib/domain/visitor/state.ts';
import { failsOn } from '../law.ts';
import {
  apply,
  arrivalsOf,
  CONTEXT,
  event,
  historyOf,
  memoryOf,
  START,
  visitorOf,
} from '../visitor/people.ts';

const RUNS = { numRuns: 600 };

type Merge = (known: Visitor, joined: Visitor, joinedAt?: { at: number; tie: string }) => Visitor;

const merge: Merge = (known, joined, joinedAt) =>
  mergeVisitors(known, joined, CONTEXT.currency, CONTEXT.now, joinedAt).visitor;

const anonymousHistory = historyOf(fc.constant({ anonymousId: 'a' }), 12);
const userHistory = (userId: string) => historyOf(fc.constant({ userId }), 12);

/** Both histories with messages of their own. */
const renamed = (events: readonly VisitorEvent[], prefix: string): readonly VisitorEvent[] =>
  events.map((one) => ({ ...one, messageId: `${prefix}${one.messageId}` }));

const loginAt = (minutes: number): VisitorEvent =>
  event({
    messageId: 'login',
    type: 'identify',
    name: 'identify',
    userId: 'u',
    anonymousId: 'a',
    at: START + minutes * 60_000,
  });

const stories = fc
  .record({
    anonymous: anonymousHistory.map((events) => renamed(events, 'a')),
    user: userHistory('u').map((events) => renamed(events, 'u')),
    login: fc.integer({ min: 0, max: 130 }).map(loginAt),
  })
  .chain(({ anonymous, user, login }) =>
    fc.record({
      anonymous: fc.constant(anonymous),
      user: fc.constant(user),
      login: fc.constant(login),
      arrivals: arrivalsOf([...anonymous, ...user, login]),
    }),
  );

/** Two visitors, until a log-in arrives and they turn out to be one; then one. */
const live = (arrivals: readonly (readonly VisitorEvent[])[], login: VisitorEvent, how: Merge): Visitor => {
  const joinedAt = stampOf(login);
  let anonymous: Visitor | null = STRANGER;
  let user = STRANGER;
  for (const one of arrivals.flat()) {
    if (one.messageId === 'login' && anonymous !== null) {
      user = how(user, anonymous, joinedAt);
      anonymous = null;
    }
    if (one.userId !== undefined) user = apply(user, [one]);
    else if (anonymous !== null) anonymous = apply(anonymous, [one]);
    else user = apply(user, [one], { ...CONTEXT, joinedAt });
  }
  return user;
};

/** Whenever the log-in arrives, the person is the one to whom all of it happened. */
const joiningIsOnePerson = (how: Merge) =>
  fc.property(stories, ({ anonymous, user, login, arrivals }) => {
    const whole = apply(visitorOf(anonymous, { ...CONTEXT, joinedAt: stampOf(login) }), [...user, login]);
    return memoryOf(live(arrivals, login, how)) === memoryOf(whole);
  });

/** Merges with one bug each. */
const broken: readonly (readonly [string, Merge])[] = [
  [
    "the known person's traits always win",
    (known, joined, at) => {
      const visitor = merge(known, joined, at);
      const traits = { ...joined.state.traits, ...known.state.traits };
      return { ...visitor, state: { ...visitor.state, traits } };
    },
  ],
  [
    "the anonymous visitor's draw stands where it is older",
    (known, joined) => merge(known, joined, { at: 0, tie: '' }),
  ],
  [
    'the totals of orders are added',
    (known, joined, at) => {
      const visitor = merge(known, joined, at);
      const count = known.state.orders.count + joined.state.orders.count;
      return { ...visitor, state: { ...visitor.state, orders: { ...visitor.state.orders, count } } };
    },
  ],
  [
    'sessions are added',
    (known, joined, at) => {
      const visitor = merge(known, joined, at);
      const recent = [...known.state.sessions.recent, ...joined.state.sessions.recent];
      return { ...visitor, state: { ...visitor.state, sessions: { ...visitor.state.sessions, recent } } };
    },
  ],
  [
    "the anonymous visitor's messages are forgotten",
    (known, joined, at) => {
      const visitor = merge(known, joined, at);
      return { ...visitor, state: { ...visitor.state, marks: known.state.marks } };
    },
  ],
  [
    'the cart of the known person stays',
    (known, joined, at) => {
      const visitor = merge(known, joined, at);
      return { ...visitor, state: { ...visitor.state, cart: known.state.cart } };
    },
  ],
];

describe('a log-in', () => {
  it('ends in one person to whom all of it happened, whenever it arrives', () => {
    fc.assert(joiningIsOnePerson(merge), RUNS);
  });

  it.each(broken)('would be seen to spoil that where %s', (_, how) => {
    expect(failsOn(joiningIsOnePerson(how))).toBe(true);
  });

  it('changes nothing when it is merged again with what is left: a stranger', () => {
    fc.assert(
      fc.property(stories, ({ anonymous, user, login }) => {
        const person = merge(visitorOf(user), visitorOf(anonymous), stampOf(login));
        return memoryOf(merge(person, STRANGER, stampOf(login))) === memoryOf(person);
      }),
      RUNS,
    );
  });
});

const people = fc.record({
  a: userHistory('u').map((events) => visitorOf(renamed(events, 'a'))),
  b: userHistory('v').map((events) => visitorOf(renamed(events, 'b'))),
  c: userHistory('w').map((events) => visitorOf(renamed(events, 'c'))),
});

const mergingCommutes = (how: Merge) =>
  fc.property(people, ({ a, b }) => memoryOf(how(a, b)) === memoryOf(how(b, a)));

const mergingAssociates = (how: Merge) =>
  fc.property(people, ({ a, b, c }) => memoryOf(how(how(a, b), c)) === memoryOf(how(a, how(b, c))));

/** A merge with a bug: what the first one drew stands, whoever drew first. */
const firstDrawsStand: Merge = (a, b) => {
  const visitor = merge(a, b);
  const assignments = { ...b.state.assignments, ...a.state.assignments };
  return { ...visitor, state: { ...visitor.state, assignments } };
};

/** A merge with a bug: an event statistic remembers the mean of both counts. */
const meanCounts: Merge = (a, b) => {
  const visitor = merge(a, b);
  const counts = Object.entries(visitor.state.events).map(([name, { count, ...times }]) => [
    name,
    { ...times, count: count / 2 },
  ]);
  return { ...visitor, state: { ...visitor.state, events: Object.fromEntries(counts) } };
};

describe('two known people who are one', () => {
  it('are the same person whoever is merged into whom', () => {
    fc.assert(mergingCommutes(merge), RUNS);
    expect(failsOn(mergingCommutes(firstDrawsStand))).toBe(true);
  });

  it('are the same person as three in any grouping', () => {
    fc.assert(mergingAssociates(merge), RUNS);
    expect(failsOn(mergingAssociates(meanCounts))).toBe(true);
  });
});
