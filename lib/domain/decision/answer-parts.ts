import type { Json } from '../json.ts';

/** Why something stands in a placement. */
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
