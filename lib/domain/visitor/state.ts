import type { Cart } from '../cart/cart.ts';
import { type CartLog, cartOf, EMPTY_CART_LOG } from '../cart/cart-log.ts';
import type { Severity } from '../catalog/definition.ts';
import type { PersonIds } from '../identity/person-ids.ts';
import type { Seed } from '../identity/seed.ts';
import { type Grant, type Journeys, NO_JOURNEYS } from '../journey/instance.ts';
import type { Assignments } from './assignments.ts';
import type { Counters } from './counters.ts';
import type { Group, Groups } from './groups.ts';
import type { Mark, MarkHome } from './marks.ts';
import { NO_ORDERS, NO_TOTALS, type Orders, type OrderTotals } from './orders.ts';
import { NO_REGISTERS, type Registers } from './registers.ts';
import { NO_SESSIONS, type Sessions } from './sessions.ts';
import type { EventStatistics } from './statistics.ts';

/**
 * The visitor item: what Wend remembers of a person. Every field is a register, a sum, a set or a log that merges,
 * so that any order and repetition of a visitor's events ends in the same state. The rule of each field, and how
 * far back it is exact: `docs/adr/0003-what-the-visitor-item-holds.md`.
 */
export interface VisitorState {
  /** The ids that are this person, as `user:<userId>` and `anon:<anonymousId>`, with their first event. */
  readonly ids: PersonIds;
  /** What a known person's variants and holdouts are drawn from; null for an anonymous visitor: their own id. */
  readonly seed: Seed | null;
  readonly traits: Registers;
  readonly preferences: Registers;
  /** Purpose to whether it is granted. */
  readonly consents: Registers;
  /** Last known `locale` and `timezone`. */
  readonly context: Registers;
  readonly firstSeenAt: number | null;
  readonly lastSeenAt: number | null;
  readonly sessions: Sessions;
  readonly events: EventStatistics;
  readonly counters: Counters;
  readonly cart: CartLog;
  /** Totals of the orders item, kept here since conditions ask for them. */
  readonly orders: OrderTotals;
  /** Variants drawn, by experience id; `$global` is the global holdout. */
  readonly assignments: Assignments;
  /** Accounts and households that the visitor belongs or belonged to. */
  readonly groups: Groups;
  readonly problems: readonly OpenedProblem[];
  readonly journeys: Journeys;
  /** Offers that journeys granted; those that are over stay for a while. */
  readonly grants: readonly Grant[];
  /** When messages were sent, milliseconds since 1970, ascending: what the message limit counts. */
  readonly messages: readonly number[];
  /** Of business events: the newest that the visitor knows of, by `<type>\n<subject>`. */
  readonly subjects: { readonly [event: string]: Revision };
  /** The one timer that is armed. */
  readonly timer: ArmedTimer;
  /** Marks of the newest messages that took effect. */
  readonly marks: readonly Mark[];
  /** Under whose key older marks are kept as items of their own. */
  readonly markHomes: readonly MarkHome[];
}

/** A person's state with their orders, which are an item of their own. */
export interface Visitor {
  readonly state: VisitorState;
  readonly orders: Orders;
}

/** Which of several business events of one type and subject is the newest. */
export interface Revision {
  /** CloudEvents' time, milliseconds since 1970. */
  readonly at: number;
  readonly sequence: string | null;
  readonly messageId: string;
}

/** The timer that the scheduler holds for a visitor. */
export interface ArmedTimer {
  /** Milliseconds since 1970; null where none is armed. */
  readonly due: number | null;
  /** Of the last one that was: it only grows, so that no name is used twice. */
  readonly generation: number;
}

export interface OpenedProblem {
  /** The definition's id. */
  readonly problemId: string;
  readonly key: string;
  readonly severity: Severity;
  readonly openedAt: number;
  readonly closedAt: number | null;
  /** When it closes by itself, milliseconds since 1970; absent: never. */
  readonly expiresAt?: number;
  /** The business event that opened it, as `<type>\n<subject>`: a newer one may take it back. */
  readonly openedBy?: string;
}

/** A visitor of whom nothing is known. */
export const STRANGER: Visitor = {
  state: {
    ids: {},
    seed: null,
    traits: NO_REGISTERS,
    preferences: NO_REGISTERS,
    consents: NO_REGISTERS,
    context: NO_REGISTERS,
    firstSeenAt: null,
    lastSeenAt: null,
    sessions: NO_SESSIONS,
    events: {},
    counters: {},
    cart: EMPTY_CART_LOG,
    orders: NO_TOTALS,
    assignments: {},
    groups: {},
    problems: [],
    journeys: NO_JOURNEYS,
    grants: [],
    messages: [],
    subjects: {},
    timer: { due: null, generation: 0 },
    marks: [],
    markHomes: [],
  },
  orders: NO_ORDERS,
};

/** The visitor's current cart, or null. */
export const currentCart = (state: VisitorState): Cart | null => cartOf(state.cart);

/** Whether the shop knows who this is. */
export const isKnown = (state: VisitorState): boolean =>
  Object.keys(state.ids).some((idKey) => idKey.startsWith('user:'));

/**
 * When the service last heard of the visitor, milliseconds since 1970: by its own clock, since an event may say that
 * it happened years ago and a draw is no event of theirs; `lastSeenAt` where that is later.
 */
export const lastHeardAt = ({ lastSeenAt, marks }: VisitorState): number =>
  marks.reduce((latest, [, receivedAt]) => Math.max(latest, receivedAt), lastSeenAt ?? 0);

/** The latest account or household, with its id. */
export const currentGroup = (
  state: VisitorState,
  household: boolean,
): (Group & { readonly id: string }) | null => {
  let current: (Group & { readonly id: string }) | null = null;
  for (const [id, group] of Object.entries(state.groups)) {
    if ((group.traits.type?.value === 'household') !== household) continue;
    if (current === null || group.at > current.at || (group.at === current.at && group.tie > current.tie)) {
      current = { ...group, id };
    }
  }
  return current;
};
