import type { Task } from '../task/task.ts';
import type { Cap, CapPart } from './cap.ts';
import type { Redemption } from './redemption.ts';

/** A redemption as it lies in the ledger; `version` grows with every write. */
export interface StoredRedemption {
  readonly redemption: Redemption;
  readonly version: number;
}

/** How often somebody used an offer under one of their ids; version null: never. */
export interface PersonLine {
  readonly visitorId: string;
  readonly offerId: string;
  readonly used: number;
  readonly version: number | null;
}

/** By whom a code is held, as a fingerprint that names nobody, and until when, milliseconds since 1970. */
export interface CodeHold {
  readonly holder: string;
  readonly until: number;
}

/** What a move takes of one part of a cap: it has that much, under this limit, or the move is not made. */
export interface PartTake {
  readonly capId: string;
  readonly part: number;
  readonly amount: number;
  /** Null: whatever is left of the part, and under whatever limit. */
  readonly limit: number | null;
  /** Of a code: by whom it is held. */
  readonly hold?: CodeHold;
}

export interface PartGive {
  readonly capId: string;
  readonly part: number;
  readonly amount: number;
}

/** One move of the ledger: all of it is written, or nothing. */
export interface LedgerMove {
  /** The redemption as it was read; null: it is not there yet. */
  readonly before: StoredRedemption | null;
  readonly after: Redemption;
  /** Work that the order makes for somebody: it is there when the order is. */
  readonly task?: Task;
  readonly takes: readonly PartTake[];
  readonly gives: readonly PartGive[];
  /** Each person's line as it was read: one more use of it, or nothing but that it is still so. */
  readonly personTakes: readonly PersonLine[];
  readonly personChecks: readonly PersonLine[];
  readonly personGives: readonly { readonly visitorId: string; readonly offerId: string }[];
}

/**
 * What became of a move: `moved` where the redemption was written by somebody else first, `short` where a cap or a
 * person's line was, `contended` where another transaction was under way on the same items.
 */
export type WriteOutcome = 'written' | 'moved' | 'short' | 'contended';

/** The offer ledger: orders, and what they hold of caps. All reads are strongly consistent. */
export interface RedemptionStore {
  /** Null where there is none. */
  readonly read: (orderId: string) => Promise<StoredRedemption | null>;
  readonly readCap: (capId: string) => Promise<readonly CapPart[]>;
  readonly readPerson: (visitorIds: readonly string[], offerId: string) => Promise<readonly PersonLine[]>;
  /** Writes a cap's parts as `shape` has them, unless one of them was written since it was read. */
  readonly reshape: (
    cap: Cap,
    before: readonly CapPart[],
    after: readonly CapPart[],
  ) => Promise<'written' | 'contended'>;
  readonly write: (move: LedgerMove) => Promise<WriteOutcome>;
  /** Orders that should have been looked at before a moment, milliseconds since 1970; page by page. */
  readonly findOverdue: (before: number) => AsyncIterable<readonly string[]>;
}
