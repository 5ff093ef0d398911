import type { Intent } from '../catalog/primitives.ts';
import type { Json, JsonObject } from '../json.ts';

/** All that a visitor's memory holds of journeys. Times are milliseconds since 1970. */
export interface Journeys {
  /** Those that run, and those whose last step is done and whose shows, grants or goal still live. */
  readonly instances: readonly JourneyInstance[];
  /** The newest of those that ended: what `again` counts from. */
  readonly ended: readonly EndedJourney[];
  /** By journey id, by key (`*`: all): when its last exit or goal happened. A trigger older than that starts nothing. */
  readonly barriers: { readonly [journeyId: string]: { readonly [key: string]: number } };
}

export const NO_JOURNEYS: Journeys = { instances: [], ended: [], barriers: {} };

/** One person in one journey, for one key. */
export interface JourneyInstance {
  /** Names the instance for good, through merges too: by it messages, grants and seats are counted once. */
  readonly run: string;
  readonly journeyId: string;
  /** Tells instances of one person apart; '' where the journey has no key. */
  readonly key: string;
  /** Fingerprint of the definition that it entered with: whoever is in flight finishes on it. */
  readonly definition: string;
  readonly catalogVersion: number;
  readonly enteredAt: number;
  /** When its current step began. */
  readonly since: number;
  /** Steps done: of two that merge the farther one survives. */
  readonly steps: number;
  /** Counted, and no step runs. */
  readonly heldOut: boolean;
  /** The step that it stands at; null where the last one is done. */
  readonly stepId: string | null;
  readonly waiting: Waiting | null;
  /** The event that it entered by, as far as its steps read it; null where a segment brought it in. */
  readonly event: EntryEvent | null;
  /** Rows that `pick` bound, by name. */
  readonly picked: { readonly [name: string]: JsonObject };
  /** Arms of its splits, by step id. */
  readonly variants: { readonly [stepId: string]: string };
  /** The arm of the last split that it went through. */
  readonly variant: string | null;
  readonly shows: readonly ActiveShow[];
  readonly asks: readonly ActiveAsk[];
  /** Ids of its tasks that nobody has done yet. */
  readonly tasks: readonly string[];
  /** Pools in which it waits for a seat, or holds one. */
  readonly pools: readonly JoinedPool[];
  /** Until when its goal counts; null where it has none, or counts for good. */
  readonly goalUntil: number | null;
  readonly goalAt: number | null;
  /** It granted an offer that sells: what it says from then on sells. */
  readonly sells: boolean;
  /** How often one instance's `emit` brought in the next within a day: a loop ends at a bound. */
  readonly depth: number;
}

/** What an instance waits for. `due` is when its timer runs out. */
export type Waiting =
  | { readonly kind: 'wait'; readonly due: number }
  | { readonly kind: 'await'; readonly due: number }
  /** A message held back by quiet hours or the message limit. */
  | { readonly kind: 'message'; readonly due: number }
  | { readonly kind: 'task'; readonly due: number | null; readonly taskId: string }
  /** So much came out of one commit that the rest goes on in the next. */
  | { readonly kind: 'pause'; readonly due: number };

/** The event that an instance entered by: `event.*` in its steps. */
export interface EntryEvent {
  readonly name: string;
  readonly time: number;
  readonly properties: JsonObject;
  /** Of business events. */
  readonly subject?: string;
  readonly data?: JsonObject;
}

export interface ActiveShow {
  readonly stepId: string;
  readonly placements: readonly string[];
  readonly intent: Intent;
  readonly priority: number;
  /** Null: as long as the instance lives. */
  readonly until: number | null;
  readonly variant: string | null;
}

export interface ActiveAsk {
  readonly stepId: string;
  readonly questionId: string;
  readonly intent: Intent;
  readonly until: number | null;
}

export interface JoinedPool {
  readonly poolId: string;
  readonly stepId: string;
  /** How long it waits for a seat. */
  readonly until: number;
}

/** An instance that is over; its goal may still be reached. */
export interface EndedJourney {
  readonly journeyId: string;
  readonly key: string;
  readonly run: string;
  readonly definition: string;
  readonly enteredAt: number;
  readonly endedAt: number;
  /** `completed`, `exit`, `goal`, `superseded`, `removed`, `merged`, `loop`, or the reason that an exit step states. */
  readonly reason: string;
  readonly goalUntil: number | null;
  readonly goalAt: number | null;
  readonly heldOut: boolean;
  readonly variant: string | null;
}

/** An offer that a journey granted to a person. */
export interface Grant {
  readonly grantId: string;
  readonly offerId: string;
  readonly journeyId: string;
  readonly key: string;
  readonly run: string;
  readonly stepId: string;
  readonly grantedAt: number;
  /** Null: until the offer ends. */
  readonly expiresAt: number | null;
  readonly because: Json;
  readonly intent: Intent;
  readonly status: 'held' | 'redeemed' | 'withdrawn' | 'expired';
  /** The pool whose seat it is. */
  readonly poolId: string | null;
}
