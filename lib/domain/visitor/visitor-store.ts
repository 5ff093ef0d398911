import type { Effect } from '../effect/effect.ts';
import type { Link } from '../identity/links.ts';
import type { JsonObject } from '../json.ts';
import type { Stamp } from '../stamp.ts';
import type { Mark, MarkHome } from './marks.ts';
import type { Registers } from './registers.ts';
import type { Visitor } from './state.ts';

/**
 * What lies beside a visitor's memory, whoever the id is, and goes with their item: what their events are archived with
 * (`docs/concepts/archive.md`).
 */
export interface Sealing {
  /** Opens what was archived of them. */
  readonly key: Uint8Array;
  /** When somebody of this id was erased, milliseconds since 1970: what was received until then is dropped. */
  readonly erasedAt: number | null;
  /** It was made just now, and is not in the store yet. */
  readonly fresh?: true;
}

/** What lies under a visitor id. `version` grows with every write. */
export type StoredVisitor = {
  readonly sealing?: Sealing;
  /** What the tombstone of the id says, where there is one: when they were erased, milliseconds since 1970. */
  readonly erasedAt?: number;
} & (
  | {
      readonly kind: 'none';
      readonly visitorId: string;
      readonly version: null;
      /** Version of the orders item of somebody who was forgotten, which expires later than their state; else null. */
      readonly ordersVersion: number | null;
    }
  | {
      readonly kind: 'visitor';
      readonly visitorId: string;
      readonly version: number;
      /** Version of the orders item; null where there is none. */
      readonly ordersVersion: number | null;
      readonly visitor: Visitor;
    }
  | {
      readonly kind: 'linked';
      readonly visitorId: string;
      readonly version: number;
      readonly links: readonly Link[];
    }
);

/** One commit: a person's new state and, where ids joined, what now lies under those ids; all or nothing. */
export interface VisitorCommit {
  readonly person: {
    readonly visitorId: string;
    readonly version: number | null;
    readonly ordersVersion: number | null;
    readonly visitor: Visitor;
    /** Whether the orders item is written too. */
    readonly writesOrders: boolean;
    /** What the commit wants of the world: written with it, routed from the table's stream. */
    readonly effects: readonly Effect[];
    /** When something is due next, milliseconds since 1970: by it the sweep finds timers that were lost. */
    readonly due: number | null;
    readonly sealing?: Sealing;
  };
  /** The service's clock at the commit, milliseconds since 1970. */
  readonly at: number;
  readonly links: readonly {
    readonly visitorId: string;
    readonly version: number | null;
    readonly ordersVersion: number | null;
    readonly links: readonly Link[];
    readonly sealing?: Sealing;
  }[];
  /** How long an anonymous visitor is remembered after they were last seen, milliseconds. */
  readonly anonymousRetentionMs: number;
}

/** The memory of visitors. */
export interface VisitorStore {
  /** Reads what lies under visitor ids, strongly consistent. */
  readonly read: (visitorIds: readonly string[]) => Promise<ReadonlyMap<string, StoredVisitor>>;
  /** Writes, or answers `conflict` where anything was written in between. */
  readonly commit: (commit: VisitorCommit) => Promise<'committed' | 'conflict'>;
  /** Which of these marks lie under these homes. */
  readonly readMarks: (homes: readonly MarkHome[], marks: readonly string[]) => Promise<ReadonlySet<string>>;
  /** Puts marks that left the visitor item. */
  readonly putMarks: (visitorId: string, marks: readonly Mark[]) => Promise<void>;
  /** Adds to what is known of an account: the newest of each trait. */
  readonly mergeAccount: (accountId: string, traits: JsonObject, stamp: Stamp) => Promise<void>;
}

/** What is known of an account. */
export interface Account {
  readonly id: string;
  readonly traits: Registers;
}
