import type { CartLine } from '../cart/cart.ts';
import { own } from '../own.ts';
import { isAfter, type Stamp } from '../stamp.ts';

/** One order, whatever arrived of it so far: a refund may be there before its order. */
export interface Order {
  readonly orderId: string;
  /** When it was first completed, milliseconds since 1970; null before its `Order Completed` arrived. */
  readonly completedAt: number | null;
  readonly cancelledAt: number | null;
  /** Sum of its refunds, minor units; what exceeds its revenue does not count. */
  readonly refunded: number;
  /** A refund that named no amount took all that was left. */
  readonly refundedInFull: boolean;
  /** What was ordered, as the newest `Order Completed` says; null before one arrived. */
  readonly content: OrderContent | null;
}

export interface OrderContent extends Stamp {
  readonly currency: string;
  /** Minor units. */
  readonly revenue: number;
  readonly lines: readonly CartLine[];
}

/** The orders item. Beyond `MAX_ORDERS` the oldest are kept as totals only. */
export interface Orders {
  readonly byId: { readonly [orderId: string]: Order };
  readonly older: OrderTotals;
  /** What was completed before this is in `older`; events about it change nothing any more. */
  readonly horizon: number | null;
}

export interface OrderTotals {
  /** Orders completed and not cancelled. */
  readonly count: number;
  /** Those of them in the settings' currency, which `revenue` sums. */
  readonly summed: number;
  /** Minor units of the settings' currency, refunds taken off. */
  readonly revenue: number;
  readonly lastOrderAt: number | null;
}

export const NO_TOTALS: OrderTotals = { count: 0, summed: 0, revenue: 0, lastOrderAt: null };
export const NO_ORDERS: Orders = { byId: {}, older: NO_TOTALS, horizon: null };

/** Orders kept one by one, and lines kept of each. */
export const MAX_ORDERS = 200;
export const MAX_ORDER_LINES = 100;

export type OrderOperation = Stamp & { readonly orderId: string } & (
    | { readonly kind: 'complete'; readonly content: Omit<OrderContent, keyof Stamp> }
    | { readonly kind: 'refund'; readonly amount: number | null }
    | { readonly kind: 'cancel' }
  );

const stranger = (orderId: string): Order => ({
  orderId,
  completedAt: null,
  cancelledAt: null,
  refunded: 0,
  refundedInFull: false,
  content: null,
});

/** The orders after one more event about one of them; any order of arrival gives the same. */
export const recordOrder = (orders: Orders, operation: OrderOperation, currency: string): Orders => {
  const present = own(orders.byId, operation.orderId);
  if (present === undefined && orders.horizon !== null && operation.at < orders.horizon) return orders;
  const order = changed(present ?? stranger(operation.orderId), operation);
  return bounded({ ...orders, byId: { ...orders.byId, [operation.orderId]: order } }, currency);
};

const changed = (order: Order, operation: OrderOperation): Order => {
  switch (operation.kind) {
    case 'complete': {
      const { at, tie, content } = operation;
      return {
        ...order,
        completedAt: earliest(order.completedAt, at),
        content: isAfter({ at, tie }, order.content ?? undefined) ? { ...content, at, tie } : order.content,
      };
    }
    case 'refund':
      return operation.amount === null
        ? { ...order, refundedInFull: true }
        : { ...order, refunded: order.refunded + operation.amount };
    case 'cancel':
      return { ...order, cancelledAt: earliest(order.cancelledAt, operation.at) };
  }
};

const earliest = (a: number | null, b: number | null): number | null =>
  a === null ? b : b === null ? a : Math.min(a, b);

/** What an order brought in, minor units of its own currency; 0 where cancelled or not complete. */
export const orderRevenue = (order: Order): number => {
  if (order.content === null || order.cancelledAt !== null || order.refundedInFull) return 0;
  return Math.max(0, order.content.revenue - order.refunded);
};

/** Totals of all orders; revenue sums those in `currency`. */
export const totalsOf = (orders: Orders, currency: string): OrderTotals =>
  Object.values(orders.byId).reduce((totals, order) => addOrder(totals, order, currency), orders.older);

const addOrder = (totals: OrderTotals, order: Order, currency: string): OrderTotals => {
  if (order.content === null || order.cancelledAt !== null) return totals;
  const sums = order.content.currency === currency;
  return {
    count: totals.count + 1,
    summed: totals.summed + (sums ? 1 : 0),
    revenue: totals.revenue + (sums ? orderRevenue(order) : 0),
    lastOrderAt: Math.max(totals.lastOrderAt ?? 0, order.completedAt ?? 0),
  };
};

/** Two histories' orders as one. The same order on both sides is the newest of each of its facts. */
export const mergeOrders = (a: Orders, b: Orders, currency: string): Orders => {
  const byId = new Map(Object.entries(a.byId));
  for (const order of Object.values(b.byId)) {
    const twin = byId.get(order.orderId);
    byId.set(order.orderId, twin === undefined ? order : mergeOrder(twin, order));
  }
  const older: OrderTotals = {
    count: a.older.count + b.older.count,
    summed: a.older.summed + b.older.summed,
    revenue: a.older.revenue + b.older.revenue,
    lastOrderAt: latest(a.older.lastOrderAt, b.older.lastOrderAt),
  };
  const horizon = latest(a.horizon, b.horizon);
  return bounded({ byId: Object.fromEntries(byId), older, horizon }, currency);
};

const latest = (a: number | null, b: number | null): number | null =>
  a === null ? b : b === null ? a : Math.max(a, b);

const mergeOrder = (a: Order, b: Order): Order => ({
  orderId: a.orderId,
  completedAt: earliest(a.completedAt, b.completedAt),
  cancelledAt: earliest(a.cancelledAt, b.cancelledAt),
  refunded: a.refunded + b.refunded,
  refundedInFull: a.refundedInFull || b.refundedInFull,
  content: b.content !== null && isAfter(b.content, a.content ?? undefined) ? b.content : a.content,
});

const bounded = (orders: Orders, currency: string): Orders => {
  const all = Object.values(orders.byId);
  const excess = all.length - MAX_ORDERS;
  if (excess <= 0) return orders;
  const sorted = all.toSorted((a, b) => placeOf(a) - placeOf(b) || (a.orderId < b.orderId ? -1 : 1));
  const dropped = sorted.slice(0, excess);
  const oldestKept = sorted[excess];
  return {
    byId: Object.fromEntries(sorted.slice(excess).map((order) => [order.orderId, order])),
    older: dropped.reduce((totals, order) => addOrder(totals, order, currency), orders.older),
    horizon: oldestKept === undefined ? orders.horizon : placeOf(oldestKept),
  };
};

const placeOf = (order: Order): number => order.completedAt ?? order.cancelledAt ?? 0;
