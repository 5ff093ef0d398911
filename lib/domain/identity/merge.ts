import { mergeCartLogs } from '../cart/cart-log.ts';
import { compareStamps } from '../stamp.ts';
import { boundCounters, boundGroups, MAX_ASSIGNMENTS, MAX_EVENT_NAMES, MAX_IDS } from '../visitor/apply.ts';
import { mergeCounters } from '../visitor/counters.ts';
import { keepMarks, type Mark } from '../visitor/marks.ts';
import { mergeOrders, totalsOf } from '../visitor/orders.ts';
import { mergeRegisters, older } from '../visitor/registers.ts';
import { mergeSessions } from '../visitor/sessions.ts';
import type { Assignment, EventStatistic, Group, Visitor, VisitorState } from '../visitor/state.ts';

export interface Merged {
  readonly visitor: Visitor;
  /** Marks that must be put as items of their own before the merge is committed. */
  readonly evictedMarks: readonly Mark[];
}

/**
 * One person out of two histories: as if every event of both had been this person's from the start, except for
 * what was already drawn. `known` is the person who stays; `joined` an anonymous visitor who turned out to be
 * them, or an earlier userId. Where both drew differently, the known person's draw stands (between two known
 * people the older), and the person is marked as disputed in that experiment.
 *
 * @param currency - the settings' currency, in which totals are kept
 * @param now - the service's clock, milliseconds since 1970
 */
export const mergeVisitors = (known: Visitor, joined: Visitor, currency: string, now: number): Merged => {
  const a = known.state;
  const b = joined.state;
  const orders = mergeOrders(known.orders, joined.orders, currency);
  const marks = new Map<string, Mark>();
  for (const mark of [...a.marks, ...b.marks]) marks.set(mark[0], mark);
  const { kept, evicted } = keepMarks([...marks.values()], now);
  const seed = older(a.seed, b.seed);
  const state: VisitorState = {
    ids: mergeRecords(a.ids, b.ids, (x, y) => (compareStamps(y, x) < 0 ? y : x), MAX_IDS),
    seed,
    traits: mergeRegisters(a.traits, b.traits),
    preferences: mergeRegisters(a.preferences, b.preferences),
    consents: mergeRegisters(a.consents, b.consents),
    context: mergeRegisters(a.context, b.context),
    firstSeenAt: least(a.firstSeenAt, b.firstSeenAt),
    lastSeenAt: most(a.lastSeenAt, b.lastSeenAt),
    sessions: mergeSessions(a.sessions, b.sessions),
    events: mergeRecords(a.events, b.events, mergeStatistics, MAX_EVENT_NAMES),
    counters: boundCounters(mergeRecords(a.counters, b.counters, mergeCounters)),
    cart: mergeCartLogs(a.cart, b.cart),
    orders: totalsOf(orders, currency),
    assignments: mergeRecords(a.assignments, b.assignments, standing(b.seed !== null), MAX_ASSIGNMENTS),
    groups: boundGroups(mergeRecords(a.groups, b.groups, mergeGroup)),
    problems: mergeProblems(a.problems, b.problems),
    marks: kept,
    markHomes: [...new Map([...a.markHomes, ...b.markHomes])],
  };
  return { visitor: { state, orders }, evictedMarks: evicted };
};

/** Two records as one; what both have is decided by `decide`, what is over the bound is left out. */
const mergeRecords = <T>(
  a: { readonly [key: string]: T },
  b: { readonly [key: string]: T },
  decide: (known: T, joined: T) => T,
  bound = Number.POSITIVE_INFINITY,
): { readonly [key: string]: T } => {
  const merged = new Map(Object.entries(a));
  for (const [key, value] of Object.entries(b)) {
    const present = merged.get(key);
    if (present !== undefined) merged.set(key, decide(present, value));
    else if (merged.size < bound) merged.set(key, value);
  }
  return Object.fromEntries(merged);
};

const mergeStatistics = (a: EventStatistic, b: EventStatistic): EventStatistic => ({
  count: a.count + b.count,
  firstAt: Math.min(a.firstAt, b.firstAt),
  lastAt: Math.max(a.lastAt, b.lastAt),
});

const standing =
  (bothKnown: boolean) =>
  (known: Assignment, joined: Assignment): Assignment => {
    const stands = bothKnown && compareStamps(joined, known) < 0 ? joined : known;
    const disputed = known.variant !== joined.variant || known.disputed || joined.disputed;
    return disputed ? { ...stands, disputed: true } : stands;
  };

const mergeGroup = (a: Group, b: Group): Group => ({
  ...(compareStamps(b, a) > 0 ? b : a),
  traits: mergeRegisters(a.traits, b.traits),
});

const mergeProblems = (
  a: VisitorState['problems'],
  b: VisitorState['problems'],
): VisitorState['problems'] => {
  const present = new Set(a.map((problem) => `${problem.problemId}\n${problem.key}`));
  return [...a, ...b.filter((problem) => !present.has(`${problem.problemId}\n${problem.key}`))];
};

const least = (a: number | null, b: number | null): number | null =>
  a === null ? b : b === null ? a : Math.min(a, b);

const most = (a: number | null, b: number | null): number | null =>
  a === null ? b : b === null ? a : Math.max(a, b);
