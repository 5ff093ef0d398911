import type { Severity } from '../catalog/definition.ts';
import type { Json } from '../json.ts';
import type { Stamp } from '../stamp.ts';
import type { CartLog } from './cart.ts';
import type { Session } from './sessions.ts';

/**
 * The visitor item: what Wend remembers of a person. Everything here is a merge-able register, sum, set or log,
 * so that any order and repetition of a visitor's events ends in the same state. The merge rule of each field is
 * in `docs/adr/0003-what-the-visitor-item-holds.md`.
 */
export interface VisitorState {
  /** The ids that are this person, oldest link first. */
  readonly userIds: readonly string[];
  readonly anonymousIds: readonly string[];
  /** What variants and holdouts are drawn from; see `lib/domain/identity/seed.ts`. */
  readonly seed: Seed;
  readonly traits: Registers;
  readonly preferences: Registers;
  readonly consents: Registers;
  /** Last known `locale` and `timezone`. */
  readonly context: Registers;
  readonly firstSeenAt: number | null;
  readonly lastSeenAt: number | null;
  readonly sessions: readonly Session[];
  /** Sessions that fell off the list. */
  readonly olderSessions: number;
  readonly events: { readonly [name: string]: EventStatistic };
  readonly counters: { readonly [counterId: string]: Counter };
  readonly cart: CartLog;
  /** Totals of the orders item, kept here since conditions ask for them. */
  readonly orders: OrderTotals;
  /** Variants drawn, by experience id; `$global` is the global holdout. */
  readonly assignments: { readonly [experiment: string]: Assignment };
  readonly account: Register | null;
  readonly household: Register | null;
  readonly problems: readonly OpenedProblem[];
  /** Marks of the newest messages applied, by acceptance: `[mark, receivedAt]`. */
  readonly marks: readonly Mark[];
  /** Visitor ids under whose key older marks are kept as items of their own. */
  readonly markHomes: readonly string[];
}

/** Last writer wins, by stamp. */
export interface Register extends Stamp {
  readonly value: Json;
}

export type Registers = { readonly [key: string]: Register };

/** The id that this person's draws hang on, with the stamp of the event that chose it. */
export interface Seed extends Stamp {
  readonly id: string;
}

export interface EventStatistic {
  readonly count: number;
  readonly firstAt: number;
  readonly lastAt: number;
}

/** How often a condition's event happened: in all since first asked, and the newest times (ascending). */
export interface Counter {
  readonly total: number;
  readonly times: readonly number[];
}

export interface OrderTotals {
  readonly count: number;
  /** Minor units of the settings' currency. */
  readonly revenue: number;
  readonly lastOrderAt: number | null;
}

export interface Assignment extends Stamp {
  readonly variant: string;
  /** Two histories differed when they were joined: reports leave this person out. */
  readonly disputed?: true;
}

export interface OpenedProblem {
  /** The definition's id. */
  readonly problemId: string;
  readonly key: string;
  readonly severity: Severity;
  readonly openedAt: number;
  readonly closedAt: number | null;
}

export type Mark = readonly [mark: string, receivedAt: number];
