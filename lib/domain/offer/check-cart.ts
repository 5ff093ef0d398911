import type { Cart } from '../cart/cart.ts';

/** Why a cart can't be priced. */
export interface UnpriceableCart {
  /** `lines[3].quantity`, `shipping`, `lines`. */
  readonly path: string;
  readonly message: string;
}

/** Each unit of the answer is listed with its own price; a cart of more is no cart. */
const mostUnits = 100_000;

const isMinor = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;

/** What makes a cart impossible to price exactly; null where nothing does. */
export const checkCart = (cart: Cart): UnpriceableCart | null => {
  let worth = cart.shipping ?? 0;
  if (!isMinor(worth)) return { path: 'shipping', message: 'expected minor units, not negative' };
  let units = 0;
  for (const [index, line] of cart.lines.entries()) {
    const { quantity, unitPrice } = line;
    if (!isMinor(quantity) || quantity === 0) {
      return { path: `lines[${index}].quantity`, message: 'expected a positive integer' };
    }
    if (!isMinor(unitPrice)) {
      return { path: `lines[${index}].unitPrice`, message: 'expected minor units, not negative' };
    }
    units += quantity;
    if (units > mostUnits) {
      return { path: `lines[${index}].quantity`, message: `expected at most ${mostUnits} units in a cart` };
    }
    worth += quantity * unitPrice;
    if (worth > Number.MAX_SAFE_INTEGER) {
      return { path: 'lines', message: `expected a cart worth at most ${Number.MAX_SAFE_INTEGER}` };
    }
  }
  return null;
};
