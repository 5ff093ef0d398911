import type { Rees46Call } from '../events/rees46.ts';

/** What the events of a file add up to, counted straight from them. */
export interface Totals {
  readonly events: number;
  readonly visitors: number;
  /** Distinct carts that something was put into, by visitor and `cart_id`. */
  readonly carts: number;
  readonly orders: number;
  /** Cents. */
  readonly revenue: number;
}

/** Of one visitor. */
export interface VisitorTotals {
  readonly userId: string;
  readonly events: number;
  readonly carts: number;
  readonly orders: number;
}

const centsOf = (call: Rees46Call): number => Math.round(Number(call.properties.revenue) * 100);

const cartsIn = (calls: readonly Rees46Call[]): number =>
  new Set(
    calls
      .filter(({ event }) => event === 'Product Added')
      .map(({ userId, properties }) => JSON.stringify([userId, properties.cart_id])),
  ).size;

const ordersIn = (calls: readonly Rees46Call[]): readonly Rees46Call[] =>
  calls.filter(({ event }) => event === 'Order Completed');

/** All visitors of the file, in the order in which they were last seen. */
export const totalsByVisitor = (calls: readonly Rees46Call[]): readonly VisitorTotals[] => {
  // A map keeps the order of first insertion: going backwards that is the last event of each.
  const lastSeen = new Set(calls.toReversed().map(({ userId }) => userId));
  const byUser = Map.groupBy(calls, ({ userId }) => userId);
  return [...lastSeen].reverse().map((userId) => {
    const theirs = byUser.get(userId) ?? [];
    return { userId, events: theirs.length, carts: cartsIn(theirs), orders: ordersIn(theirs).length };
  });
};

/** The whole file. */
export const totalsOf = (calls: readonly Rees46Call[]): Totals => {
  const orders = ordersIn(calls);
  return {
    events: calls.length,
    visitors: new Set(calls.map(({ userId }) => userId)).size,
    carts: cartsIn(calls),
    orders: orders.length,
    revenue: orders.reduce((sum, order) => sum + centsOf(order), 0),
  };
};
