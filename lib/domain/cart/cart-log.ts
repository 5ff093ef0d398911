import { compareStamps, type Stamp } from '../stamp.ts';
import type { Cart } from './cart.ts';
import { type CartJoin, type CartOperation, isAbsolute, weightOfOperation } from './cart-operation.ts';
import { withoutMoot } from './moot.ts';
import {
  areOne,
  boundCarts,
  newestOf,
  type ScopedCart,
  scopeOf,
  stepCarts,
  UNTOLD,
  uniteCarts,
} from './scoped-carts.ts';

/**
 * The carts of a person as the operations that made them, so that a late event finds its place. Until a log-in each
 * id has a current cart of its own; from then on the newest of them is the person's. Bounded: the oldest operations
 * are folded into `base`, and one that arrives later than that (before `horizon`) no longer changes a cart.
 */
export interface CartLog {
  /** Logs stored before each id had a cart hold the one cart there was. */
  readonly base: readonly ScopedCart[] | Cart | null;
  readonly horizon: Stamp | null;
  /** Ascending by stamp, after `horizon`. */
  readonly operations: readonly CartOperation[];
  /** What the operations weigh together. */
  readonly bytes: number;
}

export const EMPTY_CART_LOG: CartLog = { base: null, horizon: null, operations: [], bytes: 0 };

/** Operations kept one by one, and how much text (`weightOfOperation`); late events are exact this far back. */
export const MAX_CART_OPERATIONS = 64;
const MAX_LOG_BYTES = 40_000;

/** Folded carts by log: a log never changes, so neither do its carts. */
const folded = new WeakMap<CartLog, readonly ScopedCart[]>();

const NONE: readonly ScopedCart[] = [];

/** The carts that the operations of a log start from. */
export const baseOf = ({ base }: CartLog): readonly ScopedCart[] => {
  if (base === null) return NONE;
  return 'lines' in base
    ? [{ scopes: [UNTOLD], cart: base, last: { at: base.updatedAt ?? 0, tie: '' } }]
    : base;
};

const cartsOf = (log: CartLog): readonly ScopedCart[] => {
  const known = folded.get(log);
  if (known !== undefined) return known;
  const carts = log.operations.reduce(stepCarts, baseOf(log));
  folded.set(log, carts);
  return carts;
};

/** The current cart of a log, or null where there is none: the newest, where ids were not joined yet. */
export const cartOf = (log: CartLog): Cart | null => newestOf(cartsOf(log))?.cart ?? null;

/** A cart that lost its last line between two states of a log by what somebody did, and not by a log-in; or null. */
export const emptiedCart = (before: CartLog, after: CartLog): Cart | null => {
  if (before === after) return null;
  const now = cartsOf(after);
  for (const { scopes, cart } of cartsOf(before)) {
    if (cart === null || cart.lines.length === 0) continue;
    const next = now.find((scoped) => scopes.some((scope) => scoped.scopes.includes(scope)));
    if ((next?.cart?.lines.length ?? 0) === 0) return cart;
  }
  return null;
};

/** The log with one more operation in its place. */
export const recordOperation = (log: CartLog, operation: CartOperation): CartLog => {
  if (operation.kind === 'join') return recordJoin(log, operation);
  return isBeyond(log, operation) ? log : insert(log, operation);
};

const isBeyond = ({ horizon }: CartLog, operation: CartOperation): boolean =>
  horizon !== null && compareStamps(operation, horizon) <= 0;

/** Of several log-ins under the same ids the first says all; one from beyond the horizon is true all the same. */
const recordJoin = (log: CartLog, join: CartJoin): CartLog => {
  const base = baseOf(log);
  if (areOne(base, join)) return log;
  if (isBeyond(log, join)) {
    const operations = withoutSame(log, join);
    return bounded({ ...log, base: stepCarts(base, join), operations, bytes: weigh(operations) }, true);
  }
  const same = log.operations.find((other) => isSame(other, join));
  if (same === undefined) return insert(log, join);
  if (compareStamps(same, join) <= 0) return log;
  return insert(
    { ...log, operations: withoutSame(log, join), bytes: log.bytes - weightOfOperation(same) },
    join,
  );
};

const isSame = (operation: CartOperation, join: CartJoin): boolean =>
  operation.kind === 'join' && operation.scopes.join() === join.scopes.join();

const withoutSame = ({ operations }: CartLog, join: CartJoin): readonly CartOperation[] =>
  operations.filter((operation) => !isSame(operation, join));

const insert = (log: CartLog, operation: CartOperation): CartLog => {
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
  const bytes = log.bytes + weightOfOperation(operation);
  const next = bounded({ ...log, operations, bytes }, !inOrder || isAbsolute(operation));
  // Of several carts that no longer fit into the base some are gone from now on, not with the next reading.
  const known = inOrder && (next.base === log.base || baseOf(next).length < 2) ? folded.get(log) : undefined;
  if (known !== undefined) folded.set(next, stepCarts(known, operation));
  return next;
};

/**
 * The log as it will be once these ids (`user:…`, `anon:…`) are known to be one person, while the event that says so
 * is still on its way: it comes after all that was seen of them.
 */
export const joinAtOnce = (log: CartLog, idKeys: readonly string[]): CartLog => {
  const last = log.operations.at(-1) ?? log.horizon;
  return recordOperation(log, joinOf({ at: (last?.at ?? 0) + 1, tie: '' }, idKeys));
};

/** That these ids (`user:…`, `anon:…`) are one person since an event. */
export const joinOf = ({ at, tie }: Stamp, idKeys: readonly string[]): CartJoin => ({
  at,
  tie,
  kind: 'join',
  scopes: idKeys.map(scopeOf).sort(),
});

/** Two histories of the same person as one. */
export const mergeCartLogs = (a: CartLog, b: CartLog): CartLog => {
  const [older, newer] = compareHorizons(a, b) <= 0 ? [a, b] : [b, a];
  const late = older.operations.filter((operation) => isBeyond(newer, operation));
  const base = late.reduce(stepCarts, baseOf(older));
  const start =
    base.length === 0 ? newer : bounded({ ...newer, base: uniteCarts(baseOf(newer), base) }, true);
  return older.operations.slice(late.length).reduce(recordOperation, start);
};

const compareHorizons = (a: CartLog, b: CartLog): number =>
  a.horizon === null
    ? b.horizon === null
      ? 0
      : -1
    : b.horizon === null
      ? 1
      : compareStamps(a.horizon, b.horizon);

const weigh = (operations: readonly CartOperation[]): number =>
  operations.reduce((sum, operation) => sum + weightOfOperation(operation), 0);

/** @param hasMoot - whether something that happened before another operation of the log may be moot now */
const bounded = (log: CartLog, hasMoot: boolean): CartLog => {
  let { bytes, operations } = log;
  let carts = baseOf(log);
  if (hasMoot) {
    ({ carts, operations } = withoutMoot(carts, operations));
    if (operations !== log.operations) bytes = weigh(operations);
  }
  let kept = 0;
  for (; operations.length - kept > MAX_CART_OPERATIONS || bytes > MAX_LOG_BYTES; kept++) {
    const oldest = operations[kept];
    if (oldest === undefined) break;
    bytes -= weightOfOperation(oldest);
  }
  if (kept === 0) {
    const base = hasMoot ? storedBase(carts) : log.base;
    return { base, horizon: log.horizon, operations, bytes };
  }
  const past = operations.slice(0, kept);
  const { at, tie } = past.at(-1) ?? { at: 0, tie: '' };
  return {
    base: storedBase(past.reduce(stepCarts, carts)),
    horizon: { at, tie },
    operations: operations.slice(kept),
    bytes,
  };
};

const storedBase = (carts: readonly ScopedCart[]): readonly ScopedCart[] | null => {
  const kept = boundCarts(carts);
  return kept.length === 0 ? null : kept;
};
