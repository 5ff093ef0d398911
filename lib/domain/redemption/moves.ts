import type { CapUse } from './cap-use.ts';
import {
  type Hold,
  isTaken,
  type Moved,
  type Outcome,
  type OwedEvent,
  type Redemption,
  usesOf,
} from './redemption.ts';
import { withdrawApproval } from './withdraw-approval.ts';

const unchanged = (redemption: Redemption): Moved => ({ redemption, gives: [] });

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

/** What was told is not owed any more; what came on top of it meanwhile still is. */
export const payOwed = (redemption: Redemption, told: readonly OwedEvent[]): Redemption => {
  const names = new Set(told.map((event) => JSON.stringify(event)));
  const owed = redemption.owed.filter((event) => !names.has(JSON.stringify(event)));
  return owed.length === redemption.owed.length ? redemption : { ...redemption, owed };
};
