import type { Unmet } from '../condition/explain.ts';
import type { CappedLimit } from './cap-room.ts';

/**
 * What became of one offer, and why: data, so that a page, an agent or a test can say it. `priceCart` gives the
 * first five; the others are decided before pricing (conditions, grants, ledger, holdout, rule 1).
 */
export type OfferOutcome = { readonly offerId: string; readonly grantId?: string } & (
  | {
      readonly status: 'APPLIED';
      /** What it takes off, minor units. */
      readonly amount: number;
    }
  | {
      /** A better one of its group applies. */
      readonly status: 'BEATEN';
      readonly by: string;
      /** How much more the applied set is worth than the same set with this offer in place of its rivals. */
      readonly difference: number;
    }
  | {
      /** It may not stand beside an applied offer of another group. */
      readonly status: 'EXCLUDED';
      readonly by: string;
      readonly difference: number;
    }
  | {
      /** It fits, and takes nothing off: no line matches, or nothing is left to take. */
      readonly status: 'NO_EFFECT';
    }
  /** With the first fact that does not hold: `cart.total`, what was needed and what was found. */
  | ({ readonly status: 'INELIGIBLE' } & Unmet)
  | { readonly status: 'CAPPED'; readonly limit: CappedLimit }
  | { readonly status: 'EXPIRED'; readonly from?: string; readonly until?: string }
  | { readonly status: 'NOT_GRANTED' }
  /** A granted entitlement: it stands in the answer's `offers`, and takes nothing off a cart. */
  | { readonly status: 'SHOWN' }
  | { readonly status: 'HOLDOUT' }
  | { readonly status: 'NO_CONSENT'; readonly purpose?: string }
  | { readonly status: 'FREQUENCY' }
  | {
      /** Suppressed while these problems are open. */
      readonly status: 'SERVICE_FIRST';
      readonly problems: readonly string[];
    }
);
