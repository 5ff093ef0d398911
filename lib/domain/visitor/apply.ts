import { joinOf, recordOperation } from '../cart/cart-log.ts';
import type { CounterSpec } from '../condition/condition.ts';
import { markOf } from '../hash.ts';
import { joinedKeysOf } from '../identity/joined-keys.ts';
import { nameIds } from '../identity/person-ids.ts';
import { seedClaim } from '../identity/seed.ts';
import { userKey } from '../identity/visitor-id.ts';
import { own, setOwn } from '../own.ts';
import { OFFER_REDEEMED, OFFER_RETURNED } from '../redemption/told-events.ts';
import type { Stamp } from '../stamp.ts';
import { assign, joinAssignment } from './assignments.ts';
import { readCartChange, readOrderOperation } from './commerce.ts';
import { boundCounters, type Counter, countersMovedBy, tally } from './counters.ts';
import { identify, MESSAGE_UNSUBSCRIBED, rememberContext, unsubscribe } from './declare.ts';
import { stampOf, type VisitorEvent } from './event.ts';
import { joinGroup } from './groups.ts';
import { keepMarks, type Mark } from './marks.ts';
import { recordOrder, totalsOf } from './orders.ts';
import { older } from './registers.ts';
import { extendSessions } from './sessions.ts';
import type { Visitor, VisitorState } from './state.ts';
import { boundStatistics, countMore, type EventStatistic } from './statistics.ts';

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
  /** Where these events came under an anonymous id: since when it is this person. */
  readonly joinedAt?: Stamp;
}

export interface Applied {
  readonly visitor: Visitor;
  /** Events that took effect; the others were there already. */
  readonly applied: readonly VisitorEvent[];
  /** Marks that must be put as items of their own before the visitor is committed. */
  readonly evictedMarks: readonly Mark[];
}

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
  const { fresh, applied } = notYetApplied(visitor.state.marks, events, context.olderMarks);
  if (applied.length === 0) return { visitor, applied, evictedMarks: [] };
  const draft = createDraft(visitor);
  for (const event of applied) {
    const { name, type } = event;
    const isTold = event.own === true ? OF_ORDERS.has(name) : type === 'business' || TOLD_OF.has(name);
    if (isTold) applyBusiness(draft, event, context);
    else if (event.own === true) applyOwn(draft.state, event, context);
    else applyOne(draft, event, context);
  }
  const { kept, evicted } = keepMarks(visitor.state.marks, fresh, context.now);
  return {
    visitor: finish(draft, kept, context),
    applied,
    evictedMarks: evicted,
  };
};

const notYetApplied = (
  marks: readonly Mark[],
  events: readonly VisitorEvent[],
  olderMarks: ReadonlySet<string> | undefined,
): { readonly fresh: readonly Mark[]; readonly applied: readonly VisitorEvent[] } => {
  const fresh: Mark[] = [];
  const applied: VisitorEvent[] = [];
  // One event is compared with each mark sooner than a set of them is made.
  const marked = events.length === 1 ? null : new Set(marks.map((known) => known[0]));
  for (const event of events) {
    const mark = markOf(event.messageId);
    const isMarked = marked === null ? marks.some((known) => known[0] === mark) : marked.has(mark);
    if (isMarked || olderMarks?.has(mark)) continue;
    marked?.add(mark);
    fresh.push([mark, event.receivedAt]);
    applied.push(event);
  }
  return { fresh, applied };
};

/**
 * A visitor in the making: the fields are the draft's own, and so are the two maps that nearly every event
 * changes, so that a commit of many events copies them once. Nobody else sees it.
 */
interface Draft {
  readonly before: Visitor;
  readonly state: { -readonly [Field in keyof VisitorState]: VisitorState[Field] };
  orders: Visitor['orders'];
  events: { [name: string]: EventStatistic } | null;
  hasNewName: boolean;
  counters: { [counterId: string]: Counter } | null;
}

const createDraft = (before: Visitor): Draft => ({
  before,
  state: { ...before.state },
  orders: before.orders,
  events: null,
  hasNewName: false,
  counters: null,
});

const finish = (draft: Draft, marks: readonly Mark[], { currency }: ApplyContext): Visitor => {
  const { state, orders, events, counters } = draft;
  if (events !== null) state.events = draft.hasNewName ? boundStatistics(events) : events;
  if (counters !== null) state.counters = boundCounters(counters);
  if (orders !== draft.before.orders) state.orders = totalsOf(orders, currency);
  state.marks = marks;
  return { state, orders };
};

/** Wend's own events: memory, not behaviour. */
const applyOwn = (state: Draft['state'], event: VisitorEvent, { joinedAt }: ApplyContext): void => {
  const { experiment, variant, seed } = event.properties;
  if (event.name !== VARIANT_ASSIGNED || typeof experiment !== 'string' || typeof variant !== 'string')
    return;
  const stamp = stampOf(event);
  const drawn = { ...stamp, variant };
  const assignment =
    event.userId === undefined && joinedAt !== undefined ? joinAssignment(drawn, joinedAt) : drawn;
  state.ids = nameIds(state.ids, event, stamp);
  state.assignments = assign(state.assignments, experiment, assignment);
  if (event.userId !== undefined && typeof seed === 'string') {
    state.seed = older(state.seed, { ...stamp, id: seed });
  }
};

/** What deliverers tell of a message: nobody has seen it yet. */
const TOLD_OF: ReadonlySet<string> = new Set(['Message Delivered', 'Message Bounced']);

/** What the ledger tells of a person's orders: what they have had of each offer is counted by it. */
const OF_ORDERS: ReadonlySet<string> = new Set([OFFER_REDEEMED, OFFER_RETURNED]);

/** What happened to the visitor and not by them: it is counted, and is no visit. */
const applyBusiness = (draft: Draft, event: VisitorEvent, context: ApplyContext): void => {
  const { state } = draft;
  const stamp = stampOf(event);
  state.ids = nameIds(state.ids, event, stamp);
  state.seed = older(state.seed, seedClaim(event, stamp));
  countOne(draft, event, context.countersByEvent);
};

const applyOne = (draft: Draft, event: VisitorEvent, context: ApplyContext): void => {
  const { state } = draft;
  const { at } = event;
  const stamp = stampOf(event);
  state.ids = nameIds(state.ids, event, stamp);
  state.seed = older(state.seed, seedClaim(event, stamp));
  state.firstSeenAt = Math.min(state.firstSeenAt ?? at, at);
  state.lastSeenAt = Math.max(state.lastSeenAt ?? at, at);
  rememberContext(state, event, stamp);
  switch (event.type) {
    case 'identify':
      identify(state, event.traits, stamp);
      joinCarts(state, event, stamp);
      return;
    case 'group':
      if (event.groupId !== undefined)
        state.groups = joinGroup(state.groups, event.groupId, event.traits, stamp);
      return;
    case 'alias':
      joinCarts(state, event, stamp);
      return;
    case 'page':
    case 'screen':
      behave(draft, event, context);
      return;
    case 'track':
      behave(draft, event, context);
      trade(draft, event, stamp, context);
      if (event.name === MESSAGE_UNSUBSCRIBED) unsubscribe(state, event, stamp);
      return;
    case 'business':
  }
};

/** A log-in: of the carts filled under the ids that it joins, the newest is the person's from then on. */
const joinCarts = (state: Draft['state'], event: VisitorEvent, stamp: Stamp): void => {
  const joined = joinedKeysOf(event);
  if (event.userId === undefined || joined.length === 0) return;
  state.cart = recordOperation(state.cart, joinOf(stamp, [userKey(event.userId), ...joined]));
};

/** What counts as behaviour: visits, event statistics, and the counters that conditions ask for. */
const behave = (draft: Draft, event: VisitorEvent, { countersByEvent }: ApplyContext): void => {
  draft.state.sessions = extendSessions(draft.state.sessions, event.at);
  countOne(draft, event, countersByEvent);
};

/** Event statistics, and the counters that conditions ask for. */
const countOne = (
  draft: Draft,
  event: VisitorEvent,
  countersByEvent: ApplyContext['countersByEvent'],
): void => {
  const { state } = draft;
  const { at, name } = event;
  draft.events ??= { ...state.events };
  const present = own(draft.events, name);
  if (present === undefined) draft.hasNewName = true;
  setOwn(draft.events, name, countMore(present, 1, at, at));
  for (const id of countersMovedBy(event, countersByEvent.get(name))) {
    draft.counters ??= { ...state.counters };
    draft.counters[id] = tally(draft.counters[id], at);
  }
};

/** What an e-commerce event does to the cart and the orders. */
const trade = (draft: Draft, event: VisitorEvent, stamp: Stamp, { currency }: ApplyContext): void => {
  const cartChange = readCartChange(event, stamp, currency);
  if (cartChange !== null) draft.state.cart = recordOperation(draft.state.cart, cartChange);
  const orderOperation = readOrderOperation(event, stamp, currency);
  if (orderOperation !== null) draft.orders = recordOrder(draft.orders, orderOperation, currency);
};
