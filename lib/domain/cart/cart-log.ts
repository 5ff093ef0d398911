import { compareStamps, type Stamp } from '../stamp.ts';
import { type Cart, type CartLine, cartItemCount } from './cart.ts';

/** What one event did to the cart. `cartId` is absent where the event named no cart: the current one is meant. */
export type CartOperation = Stamp & { readonly cartId?: string; readonly currency: string } & (
    | { readonly kind: 'add'; readonly line: CartLine }
    | { readonly kind: 'remove'; readonly line: CartLine; readonly anyPrice: boolean }
    | { readonly kind: 'replace'; readonly lines: readonly CartLine[] }
    | { readonly kind: 'order' }
  );

/**
 * The cart as the operations that made it, so that a late event finds its place. Bounded: the oldest operations
 * are folded into `base`, and one that arrives later than that (before `horizon`) no longer changes the cart.
 */
export interface CartLog {
  readonly base: Cart | null;
  readonly horizon: Stamp | null;
  /** Ascending by stamp, after `horizon`. */
  readonly operations: readonly CartOperation[];
}

export const EMPTY_CART_LOG: CartLog = { base: null, horizon: null, operations: [] };

/** Operations kept one by one; late events are exact this far back. */
export const MAX_CART_OPERATIONS = 128;

/** Lines of a cart; what would open a further one is ignored (the request contract refuses it). */
export const MAX_CART_LINES = 500;

/** Units of one line. */
const MAX_QUANTITY = 1_000_000;

/** After these, nothing that happened before matters. */
const isAbsolute = (operation: CartOperation): boolean =>
  operation.kind === 'order' ? operation.cartId === undefined : isNamedReplace(operation);

const isNamedReplace = (operation: CartOperation): boolean =>
  operation.kind === 'replace' && operation.cartId !== undefined;

const addLine = (lines: readonly CartLine[], added: CartLine): readonly CartLine[] => {
  const index = lines.findIndex((line) => line.id === added.id);
  const present = lines[index];
  if (present === undefined) return lines.length < MAX_CART_LINES ? [...lines, added] : lines;
  const quantity = Math.min(present.quantity + added.quantity, MAX_QUANTITY);
  return lines.with(index, { ...present, ...added, quantity });
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

/** The cart after one more operation, in order. */
export const stepCart = (cart: Cart | null, operation: CartOperation): Cart | null => {
  if (operation.kind === 'order') {
    return operation.cartId === undefined || operation.cartId === cart?.id ? null : cart;
  }
  const current =
    cart !== null && (operation.cartId === undefined || operation.cartId === cart.id) ? cart : null;
  const id = operation.cartId ?? current?.id ?? operation.tie;
  // A shop that switches its currency shows new prices: what was priced in the old one starts anew.
  const before = current !== null && current.currency === operation.currency ? current.lines : [];
  const base = { id, currency: operation.currency, updatedAt: operation.at };
  switch (operation.kind) {
    case 'add':
      return { ...base, lines: addLine(before, operation.line) };
    case 'remove':
      return { ...base, lines: removeLine(before, operation.line, operation.anyPrice) };
    case 'replace':
      return { ...base, lines: operation.lines };
  }
};

/** Folded carts by log: a log never changes, so neither does its cart. */
const folded = new WeakMap<CartLog, { readonly cart: Cart | null }>();

/** The current cart of a log, or null where there is none. */
export const cartOf = (log: CartLog): Cart | null => {
  const known = folded.get(log);
  if (known !== undefined) return known.cart;
  const cart = log.operations.reduce(stepCart, log.base);
  folded.set(log, { cart });
  return cart;
};

/** The log with one more operation in its place. */
export const recordOperation = (log: CartLog, operation: CartOperation): CartLog => {
  if (log.horizon !== null && compareStamps(operation, log.horizon) <= 0) return log;
  const last = log.operations.at(-1);
  const inOrder = last === undefined || compareStamps(operation, last) > 0;
  const operations = [...log.operations];
  if (inOrder) operations.push(operation);
  else {
    const place = operations.findIndex((other) => compareStamps(other, operation) >= 0);
    if (operations[place]?.tie === operation.tie && operations[place]?.at === operation.at) return log;
    operations.splice(place, 0, operation);
  }
  const next = bounded({ ...log, operations });
  const known = inOrder ? folded.get(log) : undefined;
  if (known !== undefined) folded.set(next, { cart: stepCart(known.cart, operation) });
  return next;
};

/** Two histories of the same person as one. */
export const mergeCartLogs = (a: CartLog, b: CartLog): CartLog => {
  const [older, newer] = compareHorizons(a, b) <= 0 ? [a, b] : [b, a];
  return older.operations.reduce(recordOperation, newer);
};

const compareHorizons = (a: CartLog, b: CartLog): number =>
  a.horizon === null
    ? b.horizon === null
      ? 0
      : -1
    : b.horizon === null
      ? 1
      : compareStamps(a.horizon, b.horizon);

const bounded = (log: CartLog): CartLog => {
  const { operations } = log;
  const absolute = operations.findLastIndex(isAbsolute);
  const kept = absolute > 0 ? operations.slice(absolute) : operations;
  const base = absolute >= 0 ? null : log.base;
  const excess = kept.length - MAX_CART_OPERATIONS;
  if (excess <= 0) return { base, horizon: log.horizon, operations: kept };
  const dropped = kept.slice(0, excess);
  const lastDropped = dropped.at(-1);
  return {
    base: dropped.reduce(stepCart, base),
    horizon: lastDropped === undefined ? log.horizon : { at: lastDropped.at, tie: lastDropped.tie },
    operations: kept.slice(excess),
  };
};

/** Whether this operation took the last line out of the cart. */
export const emptiesCart = (before: Cart | null, after: Cart | null): boolean =>
  before !== null && cartItemCount(before) > 0 && (after === null || after.lines.length === 0);
