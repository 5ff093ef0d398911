import { baseOf, type CartLog } from './cart-log.ts';
import { type ScopedCart, stepCarts } from './scoped-carts.ts';

/**
 * Ids of the carts that had a line, as far back as the log goes: to its horizon, or to the last change after which
 * nothing before it matters (an order that names no cart, a named replacement of all lines).
 */
export const cartIdsOf = (log: CartLog): ReadonlySet<string> => {
  const ids = new Set<string>();
  const note = (carts: readonly ScopedCart[]): void => {
    for (const { cart } of carts) if (cart !== null && cart.lines.length > 0) ids.add(cart.id);
  };
  let carts = baseOf(log);
  note(carts);
  for (const operation of log.operations) {
    carts = stepCarts(carts, operation);
    note(carts);
  }
  return ids;
};
