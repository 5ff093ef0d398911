import type { AuthorizationFacts } from '../account/authorization.ts';
import type { Cart } from '../cart/cart.ts';
import type { JsonObject } from '../json.ts';

/** What is asked, after validation: of whom is in the profile. */
export interface DecisionRequest {
  readonly placements: readonly PlacementRequest[];
  readonly channel: string | null;
  /** Replaces the remembered cart; null: that one is priced. */
  readonly cart: Cart | null;
  readonly context: JsonObject;
  /** Traits of the account that the request names, read for it; null: the visitor's own account. */
  readonly account: {
    readonly id: string;
    readonly traits: JsonObject;
    /** As it stood; null or absent where none applies, or it could not be read. */
    readonly authorization?: AuthorizationFacts | null;
  } | null;
  readonly explain: boolean;
}

export interface PlacementRequest {
  readonly id: string;
  /** How many items it has room for. */
  readonly limit: number;
}

/** Nothing is asked: what is true of a visitor outside of any request. */
export const NO_REQUEST: DecisionRequest = {
  placements: [],
  channel: null,
  cart: null,
  context: {},
  account: null,
  explain: false,
};
