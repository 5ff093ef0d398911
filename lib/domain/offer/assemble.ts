import type { Cart } from '../cart/cart.ts';
import type { Layout } from './ledger.ts';
import type { OfferCandidate } from './priceable-offer.ts';
import type { AppliedOffer, Discount, Gift, PricedCart, PricedLine } from './priced-cart.ts';

/** A candidate that applies, with what it takes off each slot. */
export interface TakenOffer {
  /** Position in the candidates given. */
  readonly index: number;
  readonly candidate: OfferCandidate;
  readonly amount: number;
  readonly shares: Float64Array;
}

/**
 * What the first `units` of `quantity` equal units bear of `taken`: each bears the same, and the rest goes to the
 * first ones, one each. It rises with `taken`, so that discounts applied one after another never meet on a unit.
 */
export const borneByFirst = (units: number, taken: number, quantity: number): number => {
  const rest = taken % quantity;
  return ((taken - rest) / quantity) * units + Math.min(units, rest);
};

const giftOf = ({ offer }: OfferCandidate): readonly Gift[] => {
  const { id: offerId, reward } = offer;
  if (reward.type !== 'gift') return [];
  const { sku, quantity = 1, choose } = reward;
  return [{ offerId, sku, quantity, ...(choose === undefined ? {} : { choose }) }];
};

/** The priced cart of the answer: shares of slots become discounts of lines, and prices of single units. */
export const assemble = (cart: Cart, layout: Layout, taken: readonly TakenOffer[]): PricedCart => {
  const { ledger } = layout;
  const shippingSlot = ledger.size - 1;
  const lines = cart.lines.map((line, index): PricedLine => {
    const slot = layout.slotOf[index] ?? 0;
    const first = layout.firstUnit[index] ?? 0;
    const quantity = ledger.quantities[slot] ?? 1;
    const borneByLine = (total: number): number =>
      borneByFirst(first + line.quantity, total, quantity) - borneByFirst(first, total, quantity);
    const discounts: Discount[] = [];
    let soFar = 0;
    for (const { candidate, shares } of taken) {
      const share = shares[slot] ?? 0;
      if (share === 0) continue;
      const before = soFar;
      soFar += share;
      const amount = borneByLine(soFar) - borneByLine(before);
      if (amount > 0) discounts.push({ offerId: candidate.offer.id, amount });
    }
    const subtotal = line.quantity * line.unitPrice;
    const rest = soFar % quantity;
    const each = line.unitPrice - (soFar - rest) / quantity;
    const units: number[] = [];
    for (let unit = first; unit < first + line.quantity; unit += 1) units.push(unit < rest ? each - 1 : each);
    return {
      id: line.id,
      sku: line.sku,
      quantity: line.quantity,
      unitPrice: line.unitPrice,
      subtotal,
      discounts,
      total: subtotal - borneByLine(soFar),
      units,
    };
  });
  const subtotal = lines.reduce((sum, line) => sum + line.subtotal, 0);
  const shipping = cart.shipping ?? 0;
  const onShipping = taken.flatMap(({ candidate, shares }): readonly Discount[] => {
    const amount = shares[shippingSlot] ?? 0;
    return amount === 0 ? [] : [{ offerId: candidate.offer.id, amount }];
  });
  const discountTotal = taken.reduce((sum, offer) => sum + offer.amount, 0);
  return {
    currency: cart.currency,
    lines,
    gifts: taken.flatMap(({ candidate }) => giftOf(candidate)),
    subtotal,
    shipping: {
      amount: shipping,
      discounts: onShipping,
      total: onShipping.reduce((left, discount) => left - discount.amount, shipping),
    },
    discountTotal,
    total: subtotal + shipping - discountTotal,
    applied: taken.map(
      ({ candidate, amount }): AppliedOffer => ({
        offerId: candidate.offer.id,
        ...(candidate.grantId === undefined ? {} : { grantId: candidate.grantId }),
        ...(candidate.code === undefined ? {} : { code: candidate.code }),
        amount,
        label: candidate.offer.label,
      }),
    ),
  };
};
