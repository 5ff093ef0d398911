import type { PricedCart } from '../offer/priced-cart.ts';
import { isAllReturned, type Recomputed, refundOf } from '../offer/refund.ts';
import type { Redemption, Refund, RefundRequest } from './redemption.ts';

/** A refund's answer, minor units. */
export interface RefundAmounts {
  readonly amount: number;
  readonly currency: string;
  /** Paid back so far, this one included. */
  readonly refunded: number;
  readonly remaining: number;
}

export type RefundOutcome =
  | { readonly redemption: Redemption; readonly amounts: RefundAmounts }
  | { readonly refused: string }
  | { readonly invalid: { readonly path: string; readonly message: string } };

const unitsRefunded = (refunds: readonly Refund[], lineId: string): number =>
  refunds
    .flatMap(({ units }) => units)
    .reduce((sum, unit) => (unit.lineId === lineId ? sum + unit.quantity : sum), 0);

const sumOf = (refunds: readonly Refund[]): number => refunds.reduce((sum, { amount }) => sum + amount, 0);

const amountsAfter = (cart: PricedCart, refunds: readonly Refund[], amount: number): RefundAmounts => {
  const refunded = sumOf(refunds);
  return { amount, currency: cart.currency, refunded, remaining: cart.total - refunded };
};

/** The units of one line, of all that are asked for. */
const byLine = (units: RefundRequest['units']): ReadonlyMap<string, number> => {
  const wanted = new Map<string, number>();
  for (const { lineId, quantity } of units) wanted.set(lineId, (wanted.get(lineId) ?? 0) + quantity);
  return wanted;
};

/**
 * Refunds units at what each was paid for, in the order of `lines[].units`; where offers are computed anew, what is
 * left of the payment but for what the rest costs. Over all units and shipping the sum is exactly what was paid. The
 * same key again gives the same answer.
 *
 * @param now - milliseconds since 1970
 * @param recomputed - null where no offer of the order is computed anew
 */
export const refund = (
  redemption: Redemption,
  request: RefundRequest,
  key: string,
  now: number,
  recomputed: Recomputed | null,
): RefundOutcome => {
  const { cart, refunds, status } = redemption;
  if (cart === null) return { refused: 'The order has no cart: nothing was paid for it here.' };
  const before = refunds.findIndex((made) => made.key === key);
  if (before !== -1) {
    const made = refunds.slice(0, before + 1);
    return { redemption, amounts: amountsAfter(cart, made, made[before]?.amount ?? 0) };
  }
  if (status !== 'committed' && status !== 'refunded') {
    return { refused: `The order is ${status}; only a committed one can be refunded.` };
  }
  const returned = new Map(cart.lines.map(({ id }) => [id, unitsRefunded(refunds, id)]));
  for (const [lineId, quantity] of byLine(request.units)) {
    const line = cart.lines.find(({ id }) => id === lineId);
    if (line === undefined) return { invalid: { path: 'units', message: `the order has no line ${lineId}` } };
    const first = returned.get(lineId) ?? 0;
    if (first + quantity > line.quantity) {
      return { refused: `Of the line ${lineId} only ${line.quantity - first} units are left to refund.` };
    }
    returned.set(lineId, first + quantity);
  }
  const wasShipping = refunds.some(({ shipping }) => shipping);
  if (request.shipping && wasShipping) return { refused: 'Shipping was refunded before.' };
  const all = { units: returned, shipping: wasShipping || request.shipping };
  const amount = refundOf(cart, sumOf(refunds), all, recomputed);
  const made = [...refunds, { ...request, key, at: now, amount }];
  const after: Redemption = {
    ...redemption,
    status: isAllReturned(cart, all) ? 'refunded' : 'committed',
    refunds: made,
  };
  return { redemption: after, amounts: amountsAfter(cart, made, amount) };
};
