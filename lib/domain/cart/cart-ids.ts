import type { Cart } from './cart.ts';
import { type CartLog, stepCart } from './cart-log.ts';

/**
 * Ids of the carts that had a line, as far back as the log goes: to its horizon, or to the last change after which
 * nothing before it matters (an order that names no cart, a named replacement of all lines).
 */
export const cartIdsOf = ({ base, operations }: CartLog): ReadonlySet<string> => {
  const ids = new Set<string>();
  const note = (cart: Cart | null): void => {
    if (cart !== null && cart.lines.length > 0) ids.add(cart.id);
  };
  let cart = base;
  note(cart);
  for (const operation of operations) {
    cart = stepCart(cart, operation);
    note(cart);
  }
  return ids;
};
