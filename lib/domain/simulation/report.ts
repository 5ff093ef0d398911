/** An amount in the minor unit of each currency that it came in, by ISO 4217 code. */
export type Amounts = { readonly [currency: string]: number };

/**
 * What a simulation found. The same events and catalog give the same report, to the byte; its JSON Schema comes
 * from the zod schema of the command that writes it.
 */
export interface SimulationReport {
  readonly formatVersion: 1;
  /** First and last event that took effect, RFC 3339; null where none did. */
  readonly period: { readonly from: string; readonly to: string } | null;
  readonly events: {
    /** Took effect. */
    readonly applied: number;
    /** Were there already, by their `messageId`. */
    readonly repeated: number;
    /** Took effect, by name, most frequent first. */
    readonly byName: readonly { readonly name: string; readonly count: number }[];
  };
  readonly visitors: {
    readonly total: number;
    /** With a userId. */
    readonly known: number;
    /** From whom the global holdout withholds. */
    readonly heldOut: number;
  };
  /** Carts that had a line, by visitor and cart id. */
  readonly carts: number;
  readonly orders: {
    /** Completed and not cancelled. */
    readonly count: number;
    /** Of the orders in the settings' currency, refunds taken off; minor units. */
    readonly revenue: number;
    readonly currency: string;
  };
  readonly decisions: {
    readonly count: number;
    /** With nothing sold, since a problem was open. */
    readonly serviceFirst: number;
    /** What they showed; each took effect as an `Experience Viewed` event. */
    readonly impressions: number;
  };
  /** Ordered by id; those never shown have 0. */
  readonly experiences: readonly ExperienceReport[];
  /** Ordered by id; those never applied have 0. */
  readonly offers: readonly OfferReport[];
  /** Ordered by id; those that nobody entered have 0. */
  readonly journeys: readonly JourneyReport[];
  /** Ordered by id. */
  readonly problems: readonly ProblemReport[];
  /** Offers that journeys granted. */
  readonly grants: readonly GrantReport[];
}

export interface JourneyReport {
  readonly journeyId: string;
  /** The holdout included. */
  readonly entered: number;
  readonly treated: { readonly entered: number; readonly goals: number };
  readonly heldOut: { readonly entered: number; readonly goals: number };
  readonly messages: { readonly requested: number; readonly dropped: number };
}

export interface ProblemReport {
  readonly problemId: string;
  readonly opened: number;
  readonly closed: number;
}

export interface GrantReport {
  readonly offerId: string;
  readonly granted: number;
  readonly withdrawn: number;
}

export interface ExperienceReport {
  readonly experienceId: string;
  readonly impressions: number;
  /** People who saw it. */
  readonly visitors: number;
  /** Empty where the experience has no variants. */
  readonly variants: readonly {
    readonly variant: string;
    readonly impressions: number;
    readonly visitors: number;
  }[];
}

export interface OfferReport {
  readonly offerId: string;
  /** Orders to which it would have applied, and what it would have cost. */
  readonly orders: { readonly count: number; readonly cost: Amounts };
  /** Decisions in whose cart it stood, and what it promised there: the same cart counts at each decision. */
  readonly decisions: { readonly count: number; readonly amount: Amounts };
}
