import { type Cart, cartTotal } from '../cart/cart.ts';
import { borneByFirst } from './assemble.ts';
import { type PriceCartInput, priceCart } from './price-cart.ts';
import type { Discount, PricedCart } from './priced-cart.ts';

/** What is given back of an order, or was before: so many units of lines, the first ones first, and shipping or not. */
export interface Returned {
  /** By line. */
  readonly units: ReadonlyMap<string, number>;
  readonly shipping: boolean;
}

/** An offer of an order that is computed anew for what is left (`onPartialRefund: recompute`). */
export interface Recomputed {
  /** Whether it was computed anew: of the others each unit keeps what it got. */
  readonly isRecomputed: (offerId: string) => boolean;
  /** The cart that was ordered. */
  readonly cart: Cart;
  /**
   * The offers of the order as `priceCart` takes them: those that are computed anew where their conditions still hold
   * for the rest, the others in any case, since some are computed of what those leave.
   */
  readonly candidatesFor: (rest: Cart) => Pick<PriceCartInput, 'candidates' | 'matchesLine'>;
}

const returnedOf = ({ units }: Returned, lineId: string): number => units.get(lineId) ?? 0;

/** What was paid for all that is not given back, unit by unit; minor units. */
const paidForRest = (priced: PricedCart, returned: Returned): number =>
  priced.lines.reduce(
    (sum, line) =>
      sum + line.units.slice(returnedOf(returned, line.id)).reduce((paid, unit) => paid + unit, 0),
    returned.shipping ? 0 : priced.shipping.total,
  );

/** The ordered cart without what is given back. */
const restOf = (cart: Cart, returned: Returned): Cart => {
  const { shipping, ...rest } = cart;
  const lines = cart.lines
    .map((line) => ({ ...line, quantity: line.quantity - returnedOf(returned, line.id) }))
    .filter(({ quantity }) => quantity > 0);
  return { ...rest, lines, ...(returned.shipping || shipping === undefined ? {} : { shipping }) };
};

/**
 * What the rest of an order costs where some of its offers are computed anew for it: as if only that had been
 * ordered, while of the others each unit keeps its part; minor units.
 */
const dueForRest = (priced: PricedCart, returned: Returned, recomputed: Recomputed): number => {
  const rest = restOf(recomputed.cart, returned);
  const kept = (discounts: readonly Discount[]): readonly Discount[] =>
    discounts.filter(({ offerId }) => !recomputed.isRecomputed(offerId));
  const onLines = priced.lines.reduce((sum, line) => {
    const gone = returnedOf(returned, line.id);
    const parts = kept(line.discounts).map(
      ({ amount }) => amount - borneByFirst(gone, amount, line.quantity),
    );
    return parts.reduce((total, part) => total + part, sum);
  }, 0);
  const onShipping = returned.shipping ? [] : kept(priced.shipping.discounts);
  const anew = priceCart({ cart: rest, ...recomputed.candidatesFor(rest) });
  const offAnew = (anew.ok ? anew.priced.applied : []).reduce(
    (sum, { offerId, amount }) => (recomputed.isRecomputed(offerId) ? sum + amount : sum),
    0,
  );
  const list = cartTotal(rest) + (rest.shipping ?? 0);
  const discounts = onShipping.reduce((sum, { amount }) => sum + amount, onLines);
  return Math.max(0, list - discounts - offAnew);
};

/** Whether nothing of an order is left that was paid for: where shipping was free, all its units are all of it. */
export const isAllReturned = ({ lines, shipping }: PricedCart, returned: Returned): boolean =>
  lines.every((line) => returnedOf(returned, line.id) === line.quantity) &&
  (returned.shipping || shipping.total === 0);

/**
 * What to pay back: what is left of the payment, less what the rest costs. Never negative, and over all refunds of
 * an order together, whatever their number and order, exactly what was paid.
 *
 * @param refunded - what was paid back before, minor units
 * @param returned - all that is given back by now, this time included
 * @param recomputed - absent where no offer of the order is computed anew
 */
export const refundOf = (
  priced: PricedCart,
  refunded: number,
  returned: Returned,
  recomputed: Recomputed | null,
): number => {
  const left = priced.total - refunded;
  if (isAllReturned(priced, returned)) return left;
  const due =
    recomputed !== null && priced.applied.some(({ offerId }) => recomputed.isRecomputed(offerId))
      ? dueForRest(priced, returned, recomputed)
      : paidForRest(priced, returned);
  return left - Math.min(left, due);
};
