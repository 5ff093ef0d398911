import { mergeCartLogs } from '../cart/cart-log.ts';
import { mergeGrants, mergeJourneys, mergeMessageTimes, mergeSubjects } from '../journey/merge.ts';
import { mergeProblems } from '../problem/merge.ts';
import type { Stamp } from '../stamp.ts';
import { mergeAssignments } from '../visitor/assignments.ts';
import { boundCounters, type Counters, mergeCounters } from '../visitor/counters.ts';
import { mergeGroups } from '../visitor/groups.ts';
import { keepMarks, type Mark, mergeHomes } from '../visitor/marks.ts';
import { mergeOrders, totalsOf } from '../visitor/orders.ts';
import { mergeRegisters, older, REGISTER_BOUNDS } from '../visitor/registers.ts';
import { mergeSessions } from '../visitor/sessions.ts';
import { isKnown, type Visitor, type VisitorState } from '../visitor/state.ts';
import { mergeStatistics } from '../visitor/statistics.ts';
import { mergeIds } from './person-ids.ts';

export interface Merged {
  readonly visitor: Visitor;
  /** Marks that must be put as items of their own before the merge is committed. */
  readonly evictedMarks: readonly Mark[];
}

/**
 * One person out of two histories: as if every event of both had been this person's from the start, except for
 * what was already drawn. `known` is the person who stays; `joined` an anonymous visitor who turned out to be
 * them, or an earlier userId. Where both drew differently, what was the known person's first stands: what an
 * anonymous visitor drew is theirs only since they joined. The person is then disputed in that experiment.
 *
 * @param currency - the settings' currency, in which totals are kept
 * @param now - the service's clock, milliseconds since 1970
 * @param joinedAt - the event that joined them; without it they join now
 */
export const mergeVisitors = (
  known: Visitor,
  joined: Visitor,
  currency: string,
  now: number,
  joinedAt: Stamp = { at: now, tie: '' },
): Merged => {
  const a = known.state;
  const b = joined.state;
  const orders = mergeOrders(known.orders, joined.orders, currency);
  const { kept, evicted } = keepMarks([...new Map([...a.marks, ...b.marks])], [], now);
  const since = isKnown(b) ? null : joinedAt;
  const state: VisitorState = {
    ids: mergeIds(a.ids, b.ids),
    seed: older(a.seed, b.seed),
    traits: mergeRegisters(a.traits, b.traits, REGISTER_BOUNDS.traits),
    preferences: mergeRegisters(a.preferences, b.preferences, REGISTER_BOUNDS.preferences),
    consents: mergeRegisters(a.consents, b.consents, REGISTER_BOUNDS.consents),
    context: mergeRegisters(a.context, b.context, REGISTER_BOUNDS.context),
    firstSeenAt: least(a.firstSeenAt, b.firstSeenAt),
    lastSeenAt: most(a.lastSeenAt, b.lastSeenAt),
    sessions: mergeSessions(a.sessions, b.sessions),
    events: mergeStatistics(a.events, b.events),
    counters: mergeCounterRecords(a.counters, b.counters),
    cart: mergeCartLogs(a.cart, b.cart),
    orders: totalsOf(orders, currency),
    assignments: mergeAssignments(a.assignments, b.assignments, since),
    groups: mergeGroups(a.groups, b.groups),
    problems: mergeProblems(a.problems, b.problems),
    journeys: mergeJourneys(a.journeys, b.journeys),
    grants: mergeGrants(a.grants, b.grants),
    messages: mergeMessageTimes(a.messages, b.messages),
    subjects: mergeSubjects(a.subjects, b.subjects),
    // What is due is armed anew with the next commit; the other's timer finds nobody any more.
    timer: a.timer,
    marks: kept,
    markHomes: mergeHomes(a.markHomes, b.markHomes),
  };
  return { visitor: { state, orders }, evictedMarks: evicted };
};

const mergeCounterRecords = (a: Counters, b: Counters): Counters => {
  const merged = new Map(Object.entries(a));
  for (const [id, counter] of Object.entries(b)) {
    const present = merged.get(id);
    merged.set(id, present === undefined ? counter : mergeCounters(present, counter));
  }
  return boundCounters(Object.fromEntries(merged));
};

const least = (a: number | null, b: number | null): number | null =>
  a === null ? b : b === null ? a : Math.min(a, b);

const most = (a: number | null, b: number | null): number | null =>
  a === null ? b : b === null ? a : Math.max(a, b);
