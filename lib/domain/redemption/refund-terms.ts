import type { CartLine } from '../cart/cart.ts';
import type { Prices } from '../offer/priceable-offer.ts';
import type { Counters } from '../visitor/counters.ts';

/** What is kept of a line beside what its price says: as much as conditions read. */
export type OrderedLine = Partial<Omit<CartLine, 'id' | 'sku' | 'quantity' | 'unitPrice'>>;

/**
 * What the offers of an order were decided by, so that they can be computed anew for what is left of it
 * (`onPartialRefund: recompute`). The rest stands in the order's priced cart and in the catalog's version, which never
 * changes.
 */
export interface RefundTerms {
  readonly catalogVersion: number;
  readonly cartId: string;
  /** When the cart last changed, milliseconds since 1970; null for a cart given in a request. */
  readonly cartUpdatedAt: number | null;
  /** Facts that the offers' conditions read, by their dotted path; those of the cart and its lines are not here. */
  readonly facts: { readonly [path: string]: unknown };
  /** Event counts that they read. */
  readonly counters: Counters;
  /** Of offers that price by the visitor's account, by offer. */
  readonly prices: { readonly [offerId: string]: Prices };
  /** In the order of the cart's lines; empty where nothing more is read of any. */
  readonly lines: readonly OrderedLine[];
}
