import { compareStamps } from '../stamp.ts';
import { type CartOperation, isAbsolute } from './cart-operation.ts';
import { type ScopedCart, UNTOLD } from './scoped-carts.ts';

/** What of a log still matters. */
export interface Relevant {
  readonly carts: readonly ScopedCart[];
  readonly operations: readonly CartOperation[];
}

/**
 * Orders that name their cart, kept though all before them is moot for their own id: they empty that cart on any
 * device, also on one that is joined later. The newest stay.
 */
const KEPT_ORDERS = 4;

/**
 * A log without what can't matter any more: what happened before an operation that empties the cart or says all of
 * it, under the ids that shared this cart by then. Log-ins stay, since they say which ids those are. A late event
 * can only make more ids share it, so that what was dropped stays moot.
 */
export const withoutMoot = (carts: readonly ScopedCart[], operations: readonly CartOperation[]): Relevant => {
  const moot = new Set<CartOperation>();
  let left = carts;
  for (const [index, operation] of [...operations.entries()].reverse()) {
    if (!isAbsolute(operation) || moot.has(operation)) continue;
    const before = operations.slice(0, index);
    const scopes = sharersOf(operation.scope ?? UNTOLD, carts, before);
    for (const earlier of before) {
      if (earlier.kind !== 'join' && scopes.has(earlier.scope ?? UNTOLD)) moot.add(earlier);
    }
    left = left.map((scoped) =>
      scoped.scopes.some((scope) => scopes.has(scope)) ? { ...scoped, cart: null } : scoped,
    );
  }
  if (moot.size === 0) return { carts: left, operations };
  const orders = [...moot].filter((operation) => operation.kind === 'order' && operation.named);
  for (const order of orders.sort(compareStamps).slice(-KEPT_ORDERS)) moot.delete(order);
  return { carts: left, operations: operations.filter((operation) => !moot.has(operation)) };
};

/** The ids that share a cart with this one after these operations. */
const sharersOf = (
  scope: string,
  carts: readonly ScopedCart[],
  operations: readonly CartOperation[],
): ReadonlySet<string> => {
  const groups = [...carts, ...operations.filter((operation) => operation.kind === 'join')];
  const sharers = new Set([scope, UNTOLD]);
  for (let size = 0; size < sharers.size; ) {
    size = sharers.size;
    for (const { scopes } of groups) {
      if (scopes.some((one) => sharers.has(one))) for (const one of scopes) sharers.add(one);
    }
  }
  return sharers;
};
