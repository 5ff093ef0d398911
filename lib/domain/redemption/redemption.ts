import type { PricedCart } from '../offer/priced-cart.ts';
import type { CapUse } from './cap-use.ts';
import type { RefundTerms } from './refund-terms.ts';
import type { Spending } from './spending.ts';

export type RedemptionStatus =
  | 'held'
  | 'committed'
  | 'cancelled'
  | 'expired'
  | 'refunded'
  /** Over its account's authorization: it has nothing of any cap until somebody approves it. */
  | 'awaitingApproval';

/** For how long an order is held, milliseconds. */
export const HOLD_MS = 15 * 60_000;

/** One offer of an order. */
export interface Hold {
  readonly offerId: string;
  readonly grantId?: string;
  readonly code?: string;
  /** What it takes off, minor units; 0 for an entitlement. */
  readonly amount: number;
  /** `honoured`: paid after its hold ended and was given to somebody else, and granted all the same. */
  readonly state: 'held' | 'committed' | 'released' | 'honoured';
  /** What becomes of it where the payment comes too late. */
  readonly late: 'honour' | 'refuse';
  /** What it takes of caps while its state is `held` or `committed`, and would take again. */
  readonly uses: readonly CapUse[];
}

/** Something to tell the visitor's journeys, until it is told. */
export type OwedEvent =
  | {
      readonly name: 'Offer Redeemed' | 'Offer Returned' | 'Offer Honoured Late' | 'Offer Refused Late';
      readonly offerId: string;
      readonly grantId?: string;
      readonly amount: number;
    }
  /** With the last of them the approver's task is taken back too. */
  | {
      readonly name: 'Order Approved' | 'Order Refused' | 'Approval Withdrawn';
      readonly taskId: string;
      readonly amount: number;
    };

/** What is to be paid back: so many units of lines, and shipping or not. */
export interface RefundRequest {
  readonly units: readonly { readonly lineId: string; readonly quantity: number }[];
  readonly shipping: boolean;
}

/** A refund that was made. */
export interface Refund extends RefundRequest {
  /** The sender's Idempotency-Key. */
  readonly key: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly amount: number;
}

/** All that the ledger knows of one order. Times are milliseconds since 1970. */
export interface Redemption {
  readonly orderId: string;
  readonly visitorId: string;
  readonly status: RedemptionStatus;
  readonly heldAt: number;
  readonly expiresAt: number;
  readonly committedAt: number | null;
  readonly endedAt: number | null;
  /** Null where it is of claims alone. */
  readonly cart: PricedCart | null;
  readonly holds: readonly Hold[];
  readonly refunds: readonly Refund[];
  /** Absent where no authorization of an account applies. */
  readonly spending?: Spending;
  /** Absent where no offer of the order is computed anew when some of it is given back. */
  readonly refundTerms?: RefundTerms;
  readonly owed: readonly OwedEvent[];
}

/** A redemption after a move, with what it gives back. Taking is planned against the ledger, by whoever moves it. */
export interface Moved {
  readonly redemption: Redemption;
  readonly gives: readonly CapUse[];
}

/** What a move comes to; `refused` says why it is not allowed, in a sentence. */
export type Outcome = Moved | { readonly refused: string };

/** Whether an offer of an order has what it takes of caps. */
export const isTaken = ({ state }: Hold): boolean => state === 'held' || state === 'committed';

const spends = ({ status }: Redemption): boolean =>
  status === 'held' || status === 'committed' || status === 'refunded';

/** What a redemption has of caps. The ledger's sum is the sum of these over all redemptions, at every moment. */
export const usesOf = (redemption: Redemption): readonly CapUse[] => [
  ...redemption.holds.filter(isTaken).flatMap(({ uses }) => uses),
  ...(spends(redemption) ? (redemption.spending?.uses ?? []) : []),
];

/**
 * The status as it is to be told: a hold whose time is over is expired, whether anybody has released it or not, and so
 * is a question to an approver.
 *
 * @param now - milliseconds since 1970
 */
export const statusAt = ({ status, expiresAt }: Redemption, now: number): RedemptionStatus =>
  (status === 'held' || status === 'awaitingApproval') && now >= expiresAt ? 'expired' : status;

/** Whether somebody has to come back to it: to release what it holds, or to tell what it owes. */
export const isOpen = ({ status, owed }: Redemption): boolean =>
  status === 'held' || status === 'awaitingApproval' || owed.length > 0;
