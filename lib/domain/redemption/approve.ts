import type { SpendingUse } from './cap-use.ts';
import type { Retaken } from './moves.ts';
import { HOLD_MS, type Hold, type OwedEvent, type Redemption } from './redemption.ts';
import { answered } from './withdraw-approval.ts';

/** The approver said no. @param now - milliseconds since 1970 */
export const refuseApproval = (redemption: Redemption, now: number): Redemption => ({
  ...redemption,
  ...answered(redemption, 'refused', now),
  status: 'cancelled',
  endedAt: now,
});

const refusedLate = ({ offerId, grantId, amount }: Hold): OwedEvent => ({
  name: 'Offer Refused Late',
  offerId,
  ...(grantId === undefined ? {} : { grantId }),
  amount,
});

/**
 * The approver said yes: the order is held as it was priced, over the authorization by their word. Where others got an
 * offer of it meanwhile, its price does not hold any more: the order expires, and may be held anew under that word.
 *
 * @param retaken - what came of taking each offer of the order
 * @param uses - what it takes of the account's authorizations
 * @param now - milliseconds since 1970
 * @returns whether it is held
 */
export const approve = (
  redemption: Redemption,
  retaken: ReadonlyMap<string, Retaken>,
  uses: readonly SpendingUse[],
  now: number,
): { readonly redemption: Redemption; readonly held: boolean } => {
  const { owed, spending } = answered(redemption, 'approved', now);
  const decided: Redemption = { ...redemption, ...(spending === undefined ? {} : { spending }), owed };
  const lost = redemption.holds.filter(({ offerId }) => retaken.get(offerId) === 'no-room');
  if (lost.length > 0) {
    const told = [...owed, ...lost.map(refusedLate)];
    return { redemption: { ...decided, status: 'expired', endedAt: now, owed: told }, held: false };
  }
  const holds = redemption.holds.map((hold): Hold => {
    const again = retaken.get(hold.offerId);
    return again === undefined || again === 'no-room' ? hold : { ...hold, state: 'held', uses: again.uses };
  });
  return {
    redemption: {
      ...decided,
      ...(spending === undefined ? {} : { spending: { ...spending, uses } }),
      status: 'held',
      expiresAt: now + HOLD_MS,
      holds,
    },
    held: true,
  };
};
