import type { Json, JsonObject } from '../json.ts';
import type { ConditionDocument, EventTrigger, Intent, IsoDuration, Percent } from './primitives.ts';

/** What brings a visitor into a journey: an event, or membership of a segment. */
export interface JourneyEntry {
  readonly on?: string | readonly string[];
  readonly where?: ConditionDocument;
  readonly segment?: string;
  /** Fact whose value tells instances of one person apart. */
  readonly key?: string;
  /** Whether the same key may enter again: `never`, `always`, or after so long from its end. */
  readonly again?: 'never' | 'always' | IsoDuration;
}

/** What ends a journey; `as: goal` counts it as reaching the goal. */
export interface JourneyExit extends EventTrigger {
  readonly as?: 'goal';
}

/** What the journey is for: counted within so long of the entry. */
export interface JourneyGoal {
  readonly on: string | readonly string[];
  readonly where?: ConditionDocument;
  readonly key?: string;
  readonly within?: IsoDuration;
}

/** A journey: who enters, what ends it, what it is for, and its steps. */
export interface JourneyDefinition {
  readonly kind: 'journey';
  readonly id: string;
  readonly enter: JourneyEntry;
  readonly exit?: readonly JourneyExit[];
  readonly goal?: JourneyGoal;
  readonly holdout?: Percent;
  readonly priority?: number;
  readonly steps: readonly Step[];
}

/** Waits so long, until a time of day, or both. */
export interface WaitStep {
  readonly id: string;
  readonly wait: {
    readonly for?: IsoDuration;
    /** `HH:MM` in the visitor's time zone. */
    readonly until?: string;
    readonly restartOn?: string | readonly string[];
  };
}

/** Shows content in placements, for so long. */
export interface ShowStep {
  readonly id: string;
  readonly show: {
    readonly placement: string | readonly string[];
    readonly intent?: Intent;
    readonly priority?: number;
    readonly content: Json;
    readonly for?: IsoDuration;
  };
}

/** Sends a message over a channel. */
export interface MessageStep {
  readonly id: string;
  readonly message: {
    readonly channel: string;
    readonly topic: string;
    readonly intent?: Intent;
    readonly content: Json;
    /** Ignores quiet hours and the message limit; for topic `service` only. */
    readonly urgent?: boolean;
  };
}

/** One way on: taken where its condition holds. The last may be an `else`. */
export type Branch =
  | { readonly if: ConditionDocument; readonly then: readonly Step[] }
  | { readonly else: readonly Step[] };

/** Takes the first branch whose condition holds. */
export interface WhenStep {
  readonly id: string;
  readonly when: readonly Branch[];
}

/** Draws one arm, for good; weights are relative to their sum. */
export interface SplitStep {
  readonly id: string;
  readonly split: readonly {
    readonly name: string;
    readonly weight: number;
    readonly steps: readonly Step[];
  }[];
}

/** Waits for an event, at most so long. */
export interface AwaitStep {
  readonly id: string;
  readonly await: {
    readonly on: string | readonly string[];
    readonly where?: ConditionDocument;
    readonly timeout: IsoDuration;
    readonly then?: readonly Step[];
    readonly else?: readonly Step[];
  };
}

/** Grants an offer; with `rank`, to the best of those who gather. */
export interface GrantStep {
  readonly id: string;
  readonly grant: {
    readonly offer: string;
    readonly for?: IsoDuration;
    readonly because?: string;
    readonly rank?: {
      readonly by: string;
      readonly pool: string;
      readonly seats: number;
      readonly gather: IsoDuration;
    };
  };
}

/** Asks a question of the catalog, where a channel can. */
export interface AskStep {
  readonly id: string;
  readonly ask: { readonly question: string; readonly intent?: Intent; readonly for?: IsoDuration };
}

/** Writes traits or preferences; a value may be `{ $fact: path }`. */
export interface SetStep {
  readonly id: string;
  readonly set: Assignments;
}

/** What an answer or a step writes into the profile. */
export interface Assignments {
  readonly traits?: JsonObject;
  readonly preferences?: JsonObject;
}

/** Work for a person; waits where it has outcomes. */
export interface TaskStep {
  readonly id: string;
  readonly task: {
    readonly queue: string;
    readonly summary: string;
    readonly outcomes?: readonly string[];
    readonly timeout?: IsoDuration;
    readonly then?: { readonly [outcome: string]: readonly Step[] };
    readonly else?: readonly Step[];
  };
}

/** Takes the first row of a list for which the condition holds. */
export interface PickStep {
  readonly id: string;
  readonly pick: {
    readonly list: string;
    readonly where?: ConditionDocument;
    readonly as: string;
    readonly then?: readonly Step[];
    readonly else?: readonly Step[];
  };
}

/** Emits an event of the visitor. */
export interface EmitStep {
  readonly id: string;
  readonly emit: { readonly event: string; readonly properties?: JsonObject };
}

/** Ends the instance, with a reason. */
export interface ExitStep {
  readonly id: string;
  readonly exit: string;
}

export type Step =
  | WaitStep
  | ShowStep
  | MessageStep
  | WhenStep
  | SplitStep
  | AwaitStep
  | GrantStep
  | AskStep
  | SetStep
  | TaskStep
  | PickStep
  | EmitStep
  | ExitStep;
