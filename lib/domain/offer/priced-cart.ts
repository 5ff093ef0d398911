import type { Json } from '../json.ts';

/** One discount on one line, or on shipping; minor units, positive. */
export interface Discount {
  readonly offerId: string;
  readonly amount: number;
}

export interface PricedLine {
  readonly id: string;
  readonly sku: string;
  readonly quantity: number;
  readonly unitPrice: number;
  /** Quantity × unit price. */
  readonly subtotal: number;
  readonly discounts: readonly Discount[];
  /** What is paid for the line. */
  readonly total: number;
  /** What is paid for each unit; they add up to `total`. */
  readonly units: readonly number[];
}

export interface AppliedOffer {
  readonly offerId: string;
  readonly grantId?: string;
  readonly code?: string;
  /** What it takes off; 0 of a gift and of a claimed entitlement, which are worth nothing in a cart. */
  readonly amount: number;
  readonly label: string;
}

/** A line that an offer adds, worth nothing. */
export interface Gift {
  readonly offerId: string;
  readonly sku: string;
  readonly quantity: number;
  /** Among what the customer may choose, as the offer has it. */
  readonly choose?: Json;
}

/** A cart with its offers applied, as decide answers it; money in the currency's minor unit. */
export interface PricedCart {
  readonly currency: string;
  readonly lines: readonly PricedLine[];
  readonly gifts: readonly Gift[];
  /** All lines before discounts. */
  readonly subtotal: number;
  readonly shipping: {
    readonly amount: number;
    readonly discounts: readonly Discount[];
    readonly total: number;
  };
  /** All discounts, on lines and on shipping. */
  readonly discountTotal: number;
  /** Lines and shipping after discounts. */
  readonly total: number;
  readonly applied: readonly AppliedOffer[];
}
