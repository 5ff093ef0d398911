import type { CompiledCatalog } from '../../domain/catalog/compiled.ts';
import { recomputedBy } from '../../domain/decision/recompute.ts';
import type { Recomputed } from '../../domain/offer/refund.ts';
import type { SpendingUse } from '../../domain/redemption/cap-use.ts';
import type { Redemption, RefundRequest } from '../../domain/redemption/redemption.ts';
import { type RefundAmounts, refund } from '../../domain/redemption/refund.ts';
import { giveBack } from '../../domain/redemption/spending.ts';
import { NOTHING_TAKEN } from '../../domain/redemption/take.ts';
import { Conflict, InvalidRequest } from '../../runtime/errors.ts';
import { createOrderChanger } from './change-order.ts';
import type { LedgerDeps } from './ledger.ts';

export interface RefundDeps extends LedgerDeps {
  /** A version of the catalog, however old: none is ever deleted. */
  readonly catalogAt: (version: number) => Promise<CompiledCatalog>;
}

/** Refunds some of an order. @throws NotFound (404), Conflict (409), InvalidRequest (400) for a line it has not */
export type RefundOrder = (orderId: string, request: RefundRequest, key: string) => Promise<RefundAmounts>;

/**
 * Says what is to be paid back of an order. Offers that are computed anew for the rest (`onPartialRefund: recompute`)
 * are those of the catalog version by which the order was priced.
 */
export const createRefunder = ({ catalogAt, ...ledger }: RefundDeps): RefundOrder => {
  const change = createOrderChanger(ledger);

  const recomputedOf = async ({ cart, refundTerms, heldAt }: Redemption): Promise<Recomputed | null> =>
    cart === null || refundTerms === undefined
      ? null
      : recomputedBy(refundTerms, cart, heldAt, await catalogAt(refundTerms.catalogVersion));

  return (orderId, request, key) =>
    change(orderId, async (redemption) => {
      const outcome = refund(redemption, request, key, ledger.now(), await recomputedOf(redemption));
      if ('refused' in outcome) throw new Conflict(outcome.refused);
      if ('invalid' in outcome) {
        throw new InvalidRequest('The body is not what this operation takes.', [outcome.invalid]);
      }
      const { redemption: refunded, amounts } = outcome;
      const { after, gives } = unspent(redemption, refunded, amounts.amount);
      return { after, gives, taking: NOTHING_TAKEN, answer: amounts };
    });
};

/** What is paid back was not spent for the account; an answer that is given again gives nothing back again. */
const unspent = (
  before: Redemption,
  after: Redemption,
  amount: number,
): { readonly after: Redemption; readonly gives: readonly SpendingUse[] } => {
  if (after === before || after.spending === undefined) return { after, gives: [] };
  const { spending, gives } = giveBack(after.spending, amount);
  return { after: { ...after, spending }, gives };
};
