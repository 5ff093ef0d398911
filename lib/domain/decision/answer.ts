import type { Json, JsonObject } from '../json.ts';
import type { PricedCart } from '../offer/priced-cart.ts';
import type { Explanation } from './explain.ts';

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

export type DecisionReason = 'TARGETING_MATCH' | 'JOURNEY' | 'SPLIT' | 'DEFAULT' | 'RECOVERY';

export interface PlacementItem {
  /** For a journey's show `<journeyId>.<stepId>`. */
  readonly experienceId: string;
  readonly journeyId?: string;
  readonly stepId?: string;
  /** Absent where the experience has no variants, or the journey drew no arm. */
  readonly variant?: string;
  readonly content: Json;
  readonly reason: DecisionReason;
}

/** Something that went wrong and did not spoil the answer. */
export interface DecisionWarning {
  readonly code:
    | 'TEMPLATE_FAILED'
    | 'CART_NOT_PRICED'
    | 'VISITOR_UNREAD'
    | 'NOT_RECORDED'
    | 'CODE_UNKNOWN'
    | 'CODE_USED'
    | 'CODE_UNREAD'
    | 'CODE_NOT_APPLIED';
  readonly message: string;
  readonly placement?: string;
  readonly experienceId?: string;
}
