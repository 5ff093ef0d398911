import type { BusinessEvent } from './business-event.ts';
import type { Follow, FollowerPage } from './follower.ts';

/** The latest business event of each type and subject. Every read is strongly consistent. */
export interface SubjectStore {
  /**
   * Keeps an event where it is later than the one that is kept: `kept`. `same`: it is the one that is kept already;
   * `older`: a later one is, and nothing was changed.
   */
  readonly keep: (event: BusinessEvent) => Promise<'kept' | 'same' | 'older'>;
  /** The latest event of a type; null where none is kept. */
  readonly latest: (subject: string, type: string) => Promise<BusinessEvent | null>;
  /** The latest event of every type. */
  readonly allLatest: (subject: string) => Promise<readonly BusinessEvent[]>;
  /** Counts an event that reached nobody, once, however often it is told. */
  readonly countUnfollowed: (event: BusinessEvent) => Promise<void>;
  /** Counts an entry of the bus that says it is a CloudEvent and is none that Wend can read. */
  readonly countInvalid: () => Promise<void>;
}

/** Who follows which subject. Every read is strongly consistent. */
export interface FollowerStore {
  /** Remembers a follow; of one that is known already the longer end and the later rank. */
  readonly follow: (follow: Follow) => Promise<void>;
  /** The followers after a place (null: from the first), in the order of their places; at most `limit`. */
  readonly page: (subject: string, after: string | null, limit: number) => Promise<FollowerPage>;
}
