import type { Json, JsonObject } from '../json.ts';

/**
 * What a commit of a visitor wants of the world. Effects are written with the state, in the same conditional write,
 * so neither is there without the other; the table's stream hands them to one queue per kind
 * (`docs/adr/0009-effects-travel-with-the-state.md`). Each has an id that is the same whenever it is repeated: at least
 * once on the way, once in effect. Times are milliseconds since 1970.
 */
export type Effect =
  | BusEffect
  | TimerEffect
  | TimelineEffect
  | CountEffect
  | DeliveryEffect
  | FollowEffect
  | PoolEffect
  | TaskEffect
  | OrderEffect;

export type EffectKind = Effect['kind'];

/** Tells the shop's own systems: one entry on the bus. */
export interface BusEffect {
  readonly kind: 'bus';
  readonly id: string;
  /** The event's name, such as `Message Requested` or `Order Completed`. */
  readonly detailType: string;
  readonly detail: JsonObject;
}

/** Arms the visitor's one timer: when it fires, react looks what is due. */
export interface TimerEffect {
  readonly kind: 'timer';
  readonly due: number;
  /** Grows with each timer of the visitor: no name of a schedule is ever used twice. */
  readonly generation: number;
  /** Many people may be due at this very minute (a time of day): the scheduler may spread them over ten minutes. */
  readonly spread: boolean;
}

/** A line of the visitor's story. */
export interface TimelineEffect {
  readonly kind: 'timeline';
  readonly id: string;
  readonly at: number;
  /** Among lines of the same moment: what came of a later commit, or later in it, has more. Absent: before them. */
  readonly order?: number;
  readonly entry: TimelineEntry;
}

/** What the story tells; `why` is a sentence or a code that says what brought it about. */
export type TimelineEntry = { readonly why?: string } & (
  | {
      readonly kind: 'event';
      readonly name: string;
      readonly messageId: string;
      readonly detail?: JsonObject;
    }
  | {
      readonly kind: 'journey';
      readonly journeyId: string;
      readonly key: string;
      /** `entered`, `step`, `exited`, `goal`, `held-out`, `moved`, `merged`. */
      readonly what: string;
      readonly stepId?: string;
      readonly variant?: string;
    }
  | {
      readonly kind: 'message';
      readonly journeyId: string;
      readonly stepId: string;
      readonly channel: string;
      readonly topic: string;
      /** `requested`, `delayed`, `dropped`. */
      readonly what: string;
    }
  | {
      readonly kind: 'problem';
      readonly problemId: string;
      readonly key: string;
      /** `opened`, `closed`. */
      readonly what: string;
    }
  | {
      readonly kind: 'grant';
      readonly offerId: string;
      readonly grantId: string;
      /** `granted`, `refused`, `redeemed`, `withdrawn`, `expired`. */
      readonly what: string;
    }
  | { readonly kind: 'timer'; readonly what: 'set' | 'cancelled' | 'fired'; readonly due: number }
  | { readonly kind: 'task'; readonly taskId: string; readonly queue: string; readonly what: string }
  | { readonly kind: 'identity'; readonly what: 'joined'; readonly visitorId: string }
);

/** Adds to a counter of the environment: `journey/<id>/entered`. */
export interface CountEffect {
  readonly kind: 'count';
  readonly counter: string;
  readonly add: number;
}

/** A message for a person, rendered. */
export interface OutboundMessage {
  /** The same for the same step of the same instance, however often it is asked for. */
  readonly messageId: string;
  /** RFC 3339. */
  readonly at: string;
  readonly visitorId: string;
  readonly userId: string | null;
  readonly anonymousId: string | null;
  readonly channel: string;
  readonly topic: string;
  readonly journeyId: string;
  readonly stepId: string;
  readonly content: Json;
}

/** Hands a message to whoever delivers its channel. */
export interface DeliveryEffect {
  readonly kind: 'delivery';
  readonly message: OutboundMessage;
  /** Where the person can be reached, as far as their traits say: never on the bus. */
  readonly address: { readonly email: string | null; readonly phone: string | null };
}

/** The visitor wants to hear of a business event's subject. */
export interface FollowEffect {
  readonly kind: 'follow';
  readonly followId: string;
  readonly subject: string;
  /** Null: for good. */
  readonly until: number | null;
  /** Whom to reach first: higher goes first. */
  readonly rank: number;
  readonly wave: { readonly size: number; readonly gapMs: number } | null;
}

/** Asks for, or gives back, one of a pool's seats. The pool answers with mail: `Seat Offered`. */
export type PoolEffect = {
  readonly kind: 'pool';
  readonly poolId: string;
  /** Names the asking instance, for good. */
  readonly run: string;
  readonly stepId: string;
} & (
  | {
      readonly what: 'join';
      readonly seats: number;
      /** Higher goes first; ties by visitor id. */
      readonly rank: number;
      /** When candidates have gathered, milliseconds since 1970. */
      readonly closesAt: number;
    }
  /** The seat was not used, or nobody is there to take it: the next candidate gets it. */
  | { readonly what: 'release' }
);

/** Makes work for a person, or takes it back. */
export type TaskEffect = {
  readonly kind: 'task';
  readonly taskId: string;
} & (
  | {
      readonly what: 'open';
      readonly queue: string;
      readonly summary: string;
      /** Empty: nothing waits for it. */
      readonly outcomes: readonly string[];
      readonly dueAt: number | null;
      readonly journeyId: string;
      readonly stepId: string;
      readonly run: string;
    }
  | { readonly what: 'withdraw' }
);

/** An order of the visitor was completed: what the offer ledger holds for it is its own from now on. */
export interface OrderEffect {
  readonly kind: 'order';
  readonly orderId: string;
}

/** The effects of one commit, as they travel: with the visitor and the version of the item that they were written in. */
export interface EffectsOfCommit {
  readonly visitorId: string;
  readonly version: number;
  /** The service's clock at the commit, milliseconds since 1970. */
  readonly at: number;
  readonly effects: readonly Effect[];
}
