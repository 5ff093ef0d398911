import type { CappedLimit } from '../offer/cap-room.ts';
import type { PricedCart } from '../offer/priced-cart.ts';
import type { Share } from './cap.ts';
import type { Refund } from './refund.ts';
import type { RefundTerms } from './refund-terms.ts';
import type { Spending, SpendingUse } from './spending.ts';
import { withdrawApproval } from './withdraw-approval.ts';

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

/** What one offer took of one cap. It is given back to the very same place. */
export type CapUse =
  | {
      readonly kind: 'cap';
      readonly limit: CappedLimit | 'grant' | 'code';
      readonly capId: string;
      readonly shares: readonly Share[];
    }
  | SpendingUse
  /** Of what one person may use; counted under the id that they had then. */
  | { readonly kind: 'person'; readonly visitorId: string; readonly offerId: string; readonly limit: number };

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

const unchanged = (redemption: Redemption): Moved => ({ redemption, gives: [] });

const isTaken = ({ state }: Hold): boolean => state === 'held' || state === 'committed';

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

const withState = (redemption: Redemption, state: Hold['state']): readonly Hold[] =>
  redemption.holds.map((hold) => (isTaken(hold) ? { ...hold, state } : hold));

const eventOf = (
  { offerId, grantId, amount }: Hold,
  name: 'Offer Redeemed' | 'Offer Returned' | 'Offer Honoured Late' | 'Offer Refused Late',
): OwedEvent => ({
  name,
  offerId,
  ...(grantId === undefined ? {} : { grantId }),
  amount,
});

/** What is told of an order that is paid: each offer redeemed, and what was granted beyond its cap. */
const eventsOf = (holds: readonly Hold[]): readonly OwedEvent[] =>
  holds.flatMap((hold): readonly OwedEvent[] => {
    if (hold.state === 'released') return [];
    const redeemed = eventOf(hold, 'Offer Redeemed');
    return hold.state === 'honoured' ? [redeemed, eventOf(hold, 'Offer Honoured Late')] : [redeemed];
  });

const committed = (redemption: Redemption, holds: readonly Hold[], now: number): Redemption => ({
  ...redemption,
  status: 'committed',
  committedAt: now,
  holds,
  owed: [...redemption.owed, ...eventsOf(holds)],
});

/** The order is paid in time, or before anybody released what it holds. Twice is once. */
export const commitHeld = (redemption: Redemption, now: number): Outcome | 'expired' => {
  switch (redemption.status) {
    case 'held':
      return { redemption: committed(redemption, withState(redemption, 'committed'), now), gives: [] };
    case 'committed':
    case 'refunded':
      return unchanged(redemption);
    case 'expired':
      return 'expired';
    case 'cancelled':
      return { refused: 'The order was cancelled.' };
    case 'awaitingApproval':
      return { refused: 'The order awaits its approval.' };
  }
};

/** What came of taking one offer of an expired order again. */
export type Retaken = { readonly uses: readonly CapUse[] } | 'no-room';

/** Offers of an expired order that say `refuse`, and find no room any more. */
const refusedOf = (redemption: Redemption, retaken: ReadonlyMap<string, Retaken>): readonly Hold[] =>
  redemption.holds.filter(
    ({ offerId, late, state }) =>
      state === 'released' && late === 'refuse' && retaken.get(offerId) === 'no-room',
  );

/**
 * The order is paid after what it held was released: each offer is taken again where there is room (`uses`), else
 * honoured or refused as it says. Where one is refused nothing is committed, since the order was paid at a price that
 * does not hold any more; that is told.
 *
 * @returns whether it is committed; where not, `redemption` stays expired and owes the refusal
 */
export const commitLate = (
  redemption: Redemption,
  retaken: ReadonlyMap<string, Retaken>,
  now: number,
): { readonly redemption: Redemption; readonly committed: boolean } => {
  const refused = refusedOf(redemption, retaken);
  if (refused.length > 0) {
    const told = refused.map((hold) => eventOf(hold, 'Offer Refused Late'));
    const before = redemption.owed.filter(({ name }) => name !== 'Offer Refused Late');
    return { redemption: { ...redemption, owed: [...before, ...told] }, committed: false };
  }
  const holds = redemption.holds.map((hold): Hold => {
    const again = retaken.get(hold.offerId);
    if (again === undefined || hold.state !== 'released') return hold;
    return again === 'no-room'
      ? { ...hold, state: 'honoured' }
      : { ...hold, state: 'committed', uses: again.uses };
  });
  return { redemption: committed(redemption, holds, now), committed: true };
};

const ended = (redemption: Redemption, status: 'cancelled' | 'expired', now: number): Moved => ({
  redemption: { ...redemption, status, endedAt: now, holds: withState(redemption, 'released') },
  gives: usesOf(redemption),
});

/** A paid order is cancelled: whoever was told of its offers is told that they have them no more. */
const returned = (redemption: Redemption, now: number): Moved => {
  const { redemption: after, gives } = ended(redemption, 'cancelled', now);
  const told = redemption.holds.filter(({ state }) => state !== 'released');
  const owed = [...after.owed, ...told.map((hold) => eventOf(hold, 'Offer Returned'))];
  return { redemption: { ...after, owed }, gives };
};

/** Gives back all that the order has, paid or not. Twice is once. */
export const cancel = (redemption: Redemption, now: number): Outcome => {
  switch (redemption.status) {
    case 'held':
      return ended(redemption, 'cancelled', now);
    case 'committed':
      return returned(redemption, now);
    case 'expired':
      return { redemption: { ...redemption, status: 'cancelled', endedAt: now }, gives: [] };
    case 'awaitingApproval':
      return withdrawApproval(redemption, 'cancelled', now);
    case 'cancelled':
      return unchanged(redemption);
    case 'refunded':
      return { refused: 'The order was refunded.' };
  }
};

/** Releases a hold whose time is over, and gives up a question that nobody answered; anything else stays as it is. */
export const expire = (redemption: Redemption, now: number): Moved => {
  if (now < redemption.expiresAt) return unchanged(redemption);
  if (redemption.status === 'awaitingApproval') return withdrawApproval(redemption, 'expired', now);
  return redemption.status === 'held' ? ended(redemption, 'expired', now) : unchanged(redemption);
};

/** Whether somebody has to come back to it: to release what it holds, or to tell what it owes. */
export const isOpen = ({ status, owed }: Redemption): boolean =>
  status === 'held' || status === 'awaitingApproval' || owed.length > 0;

/** What was told is not owed any more; what came on top of it meanwhile still is. */
export const payOwed = (redemption: Redemption, told: readonly OwedEvent[]): Redemption => {
  const names = new Set(told.map((event) => JSON.stringify(event)));
  const owed = redemption.owed.filter((event) => !names.has(JSON.stringify(event)));
  return owed.length === redemption.owed.length ? redemption : { ...redemption, owed };
};
