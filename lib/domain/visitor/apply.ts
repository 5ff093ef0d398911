import { recordOperation } from '../cart/cart-log.ts';
import type { CounterSpec } from '../condition/counter.ts';
import { holds } from '../condition/evaluate.ts';
import { factsOf } from '../condition/facts.ts';
import { anonymousKey, userKey } from '../identity/visitor-id.ts';
import { isJsonObject, type JsonObject } from '../json.ts';
import { own } from '../own.ts';
import { compareStamps, type Stamp } from '../stamp.ts';
import { readCartOperation, readOrderOperation } from './commerce.ts';
import { type Counter, tally } from './counters.ts';
import { stampOf, type VisitorEvent } from './event.ts';
import { keepMarks, type Mark } from './marks.ts';
import { recordOrder, totalsOf } from './orders.ts';
import { NO_REGISTERS, older, setRegisters } from './registers.ts';
import { extendSessions } from './sessions.ts';
import type { Assignment, EventStatistic, Group, Visitor, VisitorState } from './state.ts';

/** What of the world the mind of a visitor needs besides its memory and its mail. */
export interface ApplyContext {
  /** The settings' currency, in which statistics are kept. */
  readonly currency: string;
  /** The counters that the catalog's conditions ask for, by event name. */
  readonly countersByEvent: ReadonlyMap<string, readonly CounterSpec[]>;
  /** The service's clock, milliseconds since 1970. */
  readonly now: number;
  /** Marks of these events that were found outside the visitor item. */
  readonly olderMarks?: ReadonlySet<string>;
}

export interface Applied {
  readonly visitor: Visitor;
  /** Events that took effect; the others were there already. */
  readonly applied: readonly VisitorEvent[];
  /** Marks that must be put as items of their own before the visitor is committed. */
  readonly evictedMarks: readonly Mark[];
}

/** Event names kept one by one; what comes after that is not counted. */
export const MAX_EVENT_NAMES = 300;
/** Accounts and households kept of one visitor. */
export const MAX_GROUPS = 8;
/** Ids kept of one visitor; the links themselves are items of their own and have no bound. */
export const MAX_IDS = 100;
/** Counters kept of one visitor; the ones that last moved stay. */
export const MAX_COUNTERS = 200;
/** Draws kept of one visitor. */
export const MAX_ASSIGNMENTS = 500;

/** The name of Wend's own event that records a draw. */
export const VARIANT_ASSIGNED = 'Variant Assigned';

/**
 * The mind of the actor: the visitor after these events. Any order and repetition of the same events, in one call
 * or in many, ends in the same visitor (within the bounds that each field states).
 */
export const applyEvents = (
  visitor: Visitor,
  events: readonly VisitorEvent[],
  context: ApplyContext,
): Applied => {
  const marked = new Set(visitor.state.marks.map(([mark]) => mark));
  const marks: Mark[] = [];
  const applied: VisitorEvent[] = [];
  let next = visitor;
  for (const event of events) {
    const stamp = stampOf(event);
    if (marked.has(stamp.tie) || context.olderMarks?.has(stamp.tie)) continue;
    marked.add(stamp.tie);
    marks.push([stamp.tie, event.receivedAt]);
    applied.push(event);
    next = event.own === true ? applyOwn(next, event, stamp) : applyOne(next, event, stamp, context);
  }
  if (applied.length === 0) return { visitor, applied, evictedMarks: [] };
  const { kept, evicted } = keepMarks([...visitor.state.marks, ...marks], context.now);
  return {
    visitor: { ...next, state: { ...next.state, marks: kept } },
    applied,
    evictedMarks: evicted,
  };
};

/** Wend's own events: memory, not behaviour. */
const applyOwn = (visitor: Visitor, event: VisitorEvent, stamp: Stamp): Visitor => {
  const { experiment, variant, seed } = event.properties;
  if (event.name !== VARIANT_ASSIGNED || typeof experiment !== 'string' || typeof variant !== 'string') {
    return visitor;
  }
  const { state } = visitor;
  const seeded = event.userId !== undefined && typeof seed === 'string' ? { ...stamp, id: seed } : null;
  return {
    ...visitor,
    state: {
      ...state,
      ids: linkIds(state.ids, event, stamp),
      seed: older(state.seed, seeded),
      assignments: assign(state.assignments, experiment, { ...stamp, variant }),
    },
  };
};

const assign = (
  assignments: VisitorState['assignments'],
  experiment: string,
  assignment: Assignment,
): VisitorState['assignments'] => {
  const present = own(assignments, experiment);
  if (present === undefined && Object.keys(assignments).length >= MAX_ASSIGNMENTS) return assignments;
  return present !== undefined && compareStamps(present, assignment) <= 0
    ? assignments
    : { ...assignments, [experiment]: assignment };
};

const applyOne = (visitor: Visitor, event: VisitorEvent, stamp: Stamp, context: ApplyContext): Visitor => {
  const { state } = visitor;
  const { at } = event;
  const behaves = event.type === 'track' || event.type === 'page' || event.type === 'screen';
  const cartOperation = event.type === 'track' ? readCartOperation(event, stamp, context.currency) : null;
  const orderOperation = event.type === 'track' ? readOrderOperation(event, stamp, context.currency) : null;
  const orders =
    orderOperation === null ? visitor.orders : recordOrder(visitor.orders, orderOperation, context.currency);
  return {
    orders,
    state: {
      ...state,
      ids: linkIds(state.ids, event, stamp),
      seed: older(state.seed, seedClaim(event, stamp)),
      traits:
        event.type === 'identify'
          ? setRegisters(state.traits, plainTraits(event.traits), stamp)
          : state.traits,
      preferences: setRegisters(state.preferences, preferencesOf(event), stamp),
      consents: setRegisters(state.consents, event.context.consents ?? {}, stamp),
      context: setRegisters(
        state.context,
        { locale: event.context.locale, timezone: event.context.timezone },
        stamp,
      ),
      firstSeenAt: state.firstSeenAt === null ? at : Math.min(state.firstSeenAt, at),
      lastSeenAt: state.lastSeenAt === null ? at : Math.max(state.lastSeenAt, at),
      sessions: behaves ? extendSessions(state.sessions, at) : state.sessions,
      events: behaves ? countEvent(state.events, event) : state.events,
      counters: behaves ? countConditions(state.counters, event, context) : state.counters,
      cart: cartOperation === null ? state.cart : recordOperation(state.cart, cartOperation),
      orders: orders === visitor.orders ? state.orders : totalsOf(orders, context.currency),
      groups:
        event.groupId === undefined ? state.groups : joinGroup(state.groups, event.groupId, event, stamp),
    },
  };
};

const linkIds = (ids: VisitorState['ids'], event: VisitorEvent, stamp: Stamp): VisitorState['ids'] => {
  const keys = [
    ...(event.userId === undefined ? [] : [userKey(event.userId)]),
    ...(event.anonymousId === undefined || event.type === 'alias' ? [] : [anonymousKey(event.anonymousId)]),
    ...(event.previousId === undefined || event.mayMergeUsers === true
      ? []
      : [anonymousKey(event.previousId)]),
  ];
  let next = ids;
  for (const key of keys) {
    const present = own(next, key);
    if (present !== undefined && compareStamps(present, stamp) <= 0) continue;
    if (present === undefined && Object.keys(next).length >= MAX_IDS) continue;
    next = { ...next, [key]: stamp };
  }
  return next;
};

/**
 * The seed that an event would choose: a person first met by logging in keeps drawing as the anonymous visitor
 * they were; one first met otherwise draws as themselves. The oldest claim stands.
 */
const seedClaim = (event: VisitorEvent, stamp: Stamp): { id: string; at: number; tie: string } | null => {
  if (event.userId === undefined) return null;
  const joined =
    event.type === 'identify' ? event.anonymousId : event.type === 'alias' ? event.previousId : undefined;
  return { ...stamp, id: joined === undefined ? userKey(event.userId) : anonymousKey(joined) };
};

const plainTraits = (traits: JsonObject): JsonObject => {
  if (!isJsonObject(traits.preferences)) return traits;
  const { preferences: _, ...plain } = traits;
  return plain;
};

const preferencesOf = (event: VisitorEvent): JsonObject => {
  const { preferences } = event.traits;
  return event.type === 'identify' && isJsonObject(preferences) ? preferences : {};
};

const countEvent = (events: VisitorState['events'], event: VisitorEvent): VisitorState['events'] => {
  const present = own(events, event.name);
  if (present === undefined && Object.keys(events).length >= MAX_EVENT_NAMES) return events;
  const next: EventStatistic =
    present === undefined
      ? { count: 1, firstAt: event.at, lastAt: event.at }
      : {
          count: present.count + 1,
          firstAt: Math.min(present.firstAt, event.at),
          lastAt: Math.max(present.lastAt, event.at),
        };
  return { ...events, [event.name]: next };
};

const NO_SEGMENTS = { get: () => undefined };

const countConditions = (
  counters: VisitorState['counters'],
  event: VisitorEvent,
  { countersByEvent }: ApplyContext,
): VisitorState['counters'] => {
  const specs = countersByEvent.get(event.name);
  if (specs === undefined) return counters;
  const facts = factsOf(event.properties, event.at);
  let next: { [counterId: string]: Counter } | null = null;
  for (const spec of specs) {
    if (spec.where !== null && !holds(spec.where, facts, NO_SEGMENTS)) continue;
    next ??= { ...counters };
    next[spec.id] = tally(next[spec.id], event.at);
  }
  return next === null ? counters : boundCounters(next);
};

/** Keeps the counters whose event happened last. */
export const boundCounters = (counters: VisitorState['counters']): VisitorState['counters'] => {
  const entries = Object.entries(counters);
  if (entries.length <= MAX_COUNTERS) return counters;
  const lastOf = (counter: Counter): number => counter.times.at(-1) ?? 0;
  entries.sort(([idA, a], [idB, b]) => lastOf(b) - lastOf(a) || (idA < idB ? -1 : 1));
  return Object.fromEntries(entries.slice(0, MAX_COUNTERS));
};

const joinGroup = (
  groups: VisitorState['groups'],
  groupId: string,
  event: VisitorEvent,
  stamp: Stamp,
): VisitorState['groups'] => {
  const present = own(groups, groupId);
  const group: Group = {
    ...(present !== undefined && compareStamps(stamp, present) <= 0
      ? { at: present.at, tie: present.tie }
      : stamp),
    traits: setRegisters(present?.traits ?? NO_REGISTERS, event.traits, stamp),
  };
  return boundGroups({ ...groups, [groupId]: group });
};

/** Keeps the newest groups. */
export const boundGroups = (groups: VisitorState['groups']): VisitorState['groups'] => {
  const entries = Object.entries(groups);
  if (entries.length <= MAX_GROUPS) return groups;
  entries.sort(([, a], [, b]) => compareStamps(b, a));
  return Object.fromEntries(entries.slice(0, MAX_GROUPS));
};
