import { compareStamps, type Stamp } from '../stamp.ts';
import { bytesOf } from '../visitor/bounds.ts';
import type { Cart, CartLine } from './cart.ts';
import { linesWithin, weightOfLine } from './line-weight.ts';

/**
 * What one event did to the cart. Where the event named no cart, the current one is meant, and `cartId`, then its
 * messageId, is the id of the cart that it opens where there is none.
 */
export type CartOperation = Stamp & {
  readonly cartId: string;
  readonly named: boolean;
  readonly currency: string;
} & (
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
  /** What the operations weigh together. */
  readonly bytes: number;
}

export const EMPTY_CART_LOG: CartLog = { base: null, horizon: null, operations: [], bytes: 0 };

/** Operations kept one by one, and how much text (`weightOfLine`); late events are exact this far back. */
export const MAX_CART_OPERATIONS = 64;
const MAX_LOG_BYTES = 40_000;

/** Lines of a cart, and their text; what would open a further one is ignored (the request contract refuses it). */
export const MAX_CART_LINES = 500;
export const MAX_CART_BYTES = 40_000;

/** Units of one line. */
const MAX_QUANTITY = 1_000_000;

/** Whether nothing that happened before it matters: it empties the cart, or says all of another. */
const isAbsolute = ({ kind, named }: CartOperation): boolean =>
  kind === 'order' ? !named : kind === 'replace' && named;

const OPERATION_OVERHEAD = 24;

const weightOfOperation = (operation: CartOperation): number => {
  const own = OPERATION_OVERHEAD + bytesOf(operation.tie) + bytesOf(operation.cartId);
  switch (operation.kind) {
    case 'add':
    case 'remove':
      return own + weightOfLine(operation.line);
    case 'replace':
      return operation.lines.reduce((sum, line) => sum + weightOfLine(line), own);
    case 'order':
      return own;
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

/** The cart after one more operation, in order. */
export const stepCart = (cart: Cart | null, operation: CartOperation): Cart | null => {
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
    const next = operations[place];
    if (next !== undefined && compareStamps(next, operation) === 0) return log;
    operations.splice(place, 0, operation);
  }
  const next = bounded({ ...log, operations, bytes: log.bytes + weightOfOperation(operation) });
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
  const start = Math.max(absolute, 0);
  let { bytes } = log;
  let kept = start;
  for (const moot of operations.slice(0, start)) bytes -= weightOfOperation(moot);
  for (; operations.length - kept > MAX_CART_OPERATIONS || bytes > MAX_LOG_BYTES; kept++) {
    const oldest = operations[kept];
    if (oldest === undefined) break;
    bytes -= weightOfOperation(oldest);
  }
  const base = absolute >= 0 ? null : log.base;
  if (kept === start) return { base, horizon: log.horizon, operations: operations.slice(start), bytes };
  const folded = operations.slice(start, kept);
  const { at, tie } = folded.at(-1) ?? operations[0] ?? { at: 0, tie: '' };
  return {
    base: folded.reduce(stepCart, base),
    horizon: { at, tie },
    operations: operations.slice(kept),
    bytes,
  };
};
