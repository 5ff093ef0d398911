import type { JsonObject } from '../json.ts';
import type { OfferOutcome } from '../offer/outcome.ts';
import type { PricedCart } from '../offer/priced-cart.ts';
import type { DecisionWarning, PlacementItem } from './answer-parts.ts';
import type { ExperienceOutcome } from './explain.ts';
import type { JourneyOutcome } from './explain-journeys.ts';

/** What a visitor gets, field by field as the HTTP contract has it. */
export interface DecisionAnswer {
  readonly decisionId: string;
  readonly visitorId: string;
  readonly catalogVersion: number;
  readonly decidedAt: string;
  /** Until when the answer may be kept and shown. */
  readonly expiresAt: string;
  readonly serviceFirst: boolean;
  readonly placements: { readonly [placement: string]: { readonly items: readonly PlacementItem[] } };
  /** Absent where there is no cart. */
  readonly cart?: PricedCart;
  readonly offers: readonly JsonObject[];
  readonly guards: readonly JsonObject[];
  readonly questions: readonly JsonObject[];
  readonly warnings: readonly DecisionWarning[];
  readonly explanation?: Explanation;
}

/** The body of the HTTP answer: with what only the service knows, the messageIds that the store does not show yet. */
export type CompleteAnswer = DecisionAnswer & { readonly pending: readonly string[] };

/** Every candidate of a decision and what became of it, as data. */
export interface Explanation {
  readonly experiences: readonly ExperienceOutcome[];
  readonly offers: readonly OfferOutcome[];
  readonly journeys: readonly JourneyOutcome[];
}
