import type { JsonObject } from '../json.ts';

/** A shopping cart: one currency, money in its minor unit. */
export interface Cart {
  readonly id: string;
  /** ISO 4217. */
  readonly currency: string;
  readonly lines: readonly CartLine[];
  /** What shipping costs before discounts, minor units; absent where not known yet. */
  readonly shipping?: number;
  /** Codes the visitor entered. */
  readonly codes?: readonly string[];
  /** When the cart last changed, milliseconds since 1970; null for a cart given in a request. */
  readonly updatedAt: number | null;
}

export interface CartLine {
  readonly id: string;
  readonly sku: string;
  readonly productId?: string;
  readonly variant?: string;
  readonly name?: string;
  readonly category?: string;
  /** A positive integer. */
  readonly quantity: number;
  /** Minor units, not negative. */
  readonly unitPrice: number;
  readonly attributes: JsonObject;
}

/** Sum of quantity × unit price over all lines, before discounts and shipping; minor units. */
export const cartTotal = (cart: Cart): number =>
  cart.lines.reduce((sum, line) => sum + line.quantity * line.unitPrice, 0);

/** Number of units in the cart. */
export const cartItemCount = (cart: Cart): number => cart.lines.reduce((sum, line) => sum + line.quantity, 0);
