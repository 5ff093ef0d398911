import type { ControlSnapshot } from '../contracts/control.ts';
import type { Account, StoredVisitor } from '../domain/visitor/visitor-store.ts';
import type { Spent } from './account-of-decision.ts';
import type { CodeQuestion, CodeReading } from './codes/code-desk.ts';

/** What one decision reads. */
export type ReadForDecision = (request: {
  readonly visitorIds: readonly string[];
  readonly accountId: string | null;
  readonly control: boolean;
  readonly codes?: CodeQuestion;
  /** Caps of what its account spends. */
  readonly spending?: readonly string[];
}) => Promise<ReadOfDecision>;

export interface ReadOfDecision {
  readonly visitors: ReadonlyMap<string, StoredVisitor>;
  readonly account: Account | null;
  /** Whether nothing of the visitors and the account was left unread. */
  readonly complete: boolean;
  readonly control: ControlSnapshot | null;
  /** Null where it was not asked for, or could not be read. */
  readonly codes: CodeReading | null;
  /** By cap; null where it could not be read. */
  readonly spent: Spent | null;
}

/** What is known where nothing could be read. */
export const NOTHING_READ: ReadOfDecision = {
  visitors: new Map(),
  account: null,
  complete: false,
  control: null,
  codes: null,
  spent: null,
};
