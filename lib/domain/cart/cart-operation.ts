import type { Stamp } from '../stamp.ts';
import { bytesOf } from '../visitor/bounds.ts';
import type { Cart, CartLine } from './cart.ts';
import { linesWithin, weightOfLine } from './line-weight.ts';

/**
 * What one event did to the cart of whoever did it. Where the event named no cart, the current one is meant, and
 * `cartId`, then its messageId, is the id of the cart that it opens where there is none.
 */
export type CartChange = Stamp & {
  readonly cartId: string;
  readonly named: boolean;
  readonly currency: string;
  /** Under which id it happened (`scopeOf`); operations stored before there were scopes have none. */
  readonly scope?: string;
} & (
    | { readonly kind: 'add'; readonly line: CartLine }
    | { readonly kind: 'remove'; readonly line: CartLine; readonly anyPrice: boolean }
    | { readonly kind: 'replace'; readonly lines: readonly CartLine[] }
    | { readonly kind: 'order' }
  );

/** That several ids are one person from then on: the newest of their carts is theirs, the others are gone. */
export interface CartJoin extends Stamp {
  readonly kind: 'join';
  /** At least two, ascending. */
  readonly scopes: readonly string[];
}

export type CartOperation = CartChange | CartJoin;

/** Lines of a cart, and their text; what would open a further one is ignored (the request contract refuses it). */
export const MAX_CART_LINES = 500;
export const MAX_CART_BYTES = 40_000;

/** Units of one line. */
const MAX_QUANTITY = 1_000_000;

/** Whether nothing that happened to the same cart before it matters: it empties the cart, or says all of another. */
export const isAbsolute = (operation: CartOperation): operation is CartChange =>
  operation.kind === 'order' ? !operation.named : operation.kind === 'replace' && operation.named;

const OPERATION_OVERHEAD = 24;

/** How much text an operation brings, bytes of UTF-8 JSON. */
export const weightOfOperation = (operation: CartOperation): number => {
  const own = OPERATION_OVERHEAD + bytesOf(operation.tie);
  switch (operation.kind) {
    case 'join':
      return own + bytesOf(operation.scopes);
    case 'add':
    case 'remove':
      return own + bytesOf(operation.cartId) + weightOfLine(operation.line);
    case 'replace':
      return operation.lines.reduce((sum, line) => sum + weightOfLine(line), own + bytesOf(operation.cartId));
    case 'order':
      return own + bytesOf(operation.cartId);
  }
};

const addLine = (lines: readonly CartLine[], added: CartLine): readonly CartLine[] => {
  const index = lines.findIndex((line) => line.id === added.id);
  const present = lines[index];
  const next =
    present === undefined
      ? [...lines, added]
      : lines.with(index, {
          ...present,
          ...added,
          quantity: Math.min(present.quantity + added.quantity, MAX_QUANTITY),
        });
  return linesWithin(next, MAX_CART_LINES, MAX_CART_BYTES).length === next.length ? next : lines;
};

const removeLine = (
  lines: readonly CartLine[],
  removed: CartLine,
  anyPrice: boolean,
): readonly CartLine[] => {
  let index = lines.findIndex((line) => line.id === removed.id);
  if (index < 0 && anyPrice) {
    index = lines.findIndex(
      (line) => productOf(line) === productOf(removed) && line.variant === removed.variant,
    );
  }
  const present = lines[index];
  if (present === undefined) return lines;
  const quantity = present.quantity - removed.quantity;
  return quantity > 0 ? lines.with(index, { ...present, quantity }) : lines.toSpliced(index, 1);
};

const productOf = (line: CartLine): string => line.productId ?? line.sku;

/** The cart after one more change of it, in order. */
export const stepCart = (cart: Cart | null, operation: CartChange): Cart | null => {
  const isCurrent = cart !== null && (!operation.named || operation.cartId === cart.id);
  if (operation.kind === 'order') return isCurrent ? null : cart;
  // What is taken off where there is no cart makes none; one that is named is the current cart from then on.
  if (operation.kind === 'remove' && !isCurrent && !operation.named) return cart;
  const current = isCurrent ? cart : null;
  // A shop that switches its currency shows new prices: what was priced in the old one starts anew.
  const before = current !== null && current.currency === operation.currency ? current.lines : [];
  const base = {
    id: current?.id ?? operation.cartId,
    currency: operation.currency,
    updatedAt: operation.at,
  };
  switch (operation.kind) {
    case 'add':
      return { ...base, lines: addLine(before, operation.line) };
    case 'remove':
      return { ...base, lines: removeLine(before, operation.line, operation.anyPrice) };
    case 'replace':
      return { ...base, lines: operation.lines };
  }
};
