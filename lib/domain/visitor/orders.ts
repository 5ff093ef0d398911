import type { CartLine } from '../cart/cart.ts';
import { weightOfLine } from '../cart/line-weight.ts';
import { own } from '../own.ts';
import { isAfter, type Stamp } from '../stamp.ts';
import { bytesOf, compareTexts } from './bounds.ts';

/** One order, whatever arrived of it so far: a refund may be there before its order. */
export interface Order {
  readonly orderId: string;
  /** The earliest of all that is known of it, milliseconds since 1970. */
  readonly firstAt: number;
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

/** Orders kept one by one, and bytes of their ids. */
export const MAX_ORDERS = 200;
const MAX_ORDERS_BYTES = 40_000;

/** Lines kept of one order, and their text (`weightOfLine`). */
export const MAX_ORDER_LINES = 100;
export const MAX_ORDER_BYTES = 8_000;

/** Text of all orders' lines; of the oldest orders only the amounts are kept. */
const MAX_LINES_BYTES = 120_000;

export type OrderOperation = Stamp & { readonly orderId: string } & (
    | { readonly kind: 'complete'; readonly content: Omit<OrderContent, keyof Stamp> }
    | { readonly kind: 'refund'; readonly amount: number | null }
    | { readonly kind: 'cancel' }
  );

const stranger = ({ orderId, at }: OrderOperation): Order => ({
  orderId,
  firstAt: at,
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
  const order = changed(present ?? stranger(operation), operation);
  return bounded({ ...orders, byId: { ...orders.byId, [operation.orderId]: order } }, currency);
};

const changed = (before: Order, operation: OrderOperation): Order => {
  const order = { ...before, firstAt: Math.min(before.firstAt, operation.at) };
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
  if (isEmpty(b)) return a;
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

const isEmpty = (orders: Orders): boolean => orders.horizon === null && Object.keys(orders.byId).length === 0;

const latest = (a: number | null, b: number | null): number | null =>
  a === null ? b : b === null ? a : Math.max(a, b);

const mergeOrder = (a: Order, b: Order): Order => ({
  orderId: a.orderId,
  firstAt: Math.min(a.firstAt, b.firstAt),
  completedAt: earliest(a.completedAt, b.completedAt),
  cancelledAt: earliest(a.cancelledAt, b.cancelledAt),
  refunded: a.refunded + b.refunded,
  refundedInFull: a.refundedInFull || b.refundedInFull,
  content: b.content !== null && isAfter(b.content, a.content ?? undefined) ? b.content : a.content,
});

const placeOf = (order: Order): number => order.completedAt ?? order.firstAt;

const bounded = (orders: Orders, currency: string): Orders => {
  const all = Object.values(orders.byId);
  // Most people have a few orders: nothing is weighed before it could matter.
  if (
    all.length * (MAX_ORDER_BYTES + 200) <= MAX_LINES_BYTES &&
    all.length * MAX_ID_BYTES <= MAX_ORDERS_BYTES
  )
    return orders;
  const newestFirst = all.toSorted((a, b) => placeOf(b) - placeOf(a) || compareTexts(a.orderId, b.orderId));
  let bytes = 0;
  let lineBytes = 0;
  const kept: [string, Order][] = [];
  for (const order of newestFirst) {
    bytes += ORDER_OVERHEAD + bytesOf(order.orderId);
    if (kept.length === MAX_ORDERS || bytes > MAX_ORDERS_BYTES) break;
    lineBytes += order.content?.lines.reduce((sum, line) => sum + weightOfLine(line), 0) ?? 0;
    kept.push([order.orderId, lineBytes > MAX_LINES_BYTES ? withoutLines(order) : order]);
  }
  const dropped = newestFirst.slice(kept.length);
  const oldestKept = kept.at(-1)?.[1];
  return {
    byId: Object.fromEntries(kept),
    older: dropped.reduce((totals, order) => addOrder(totals, order, currency), orders.older),
    horizon: dropped.length === 0 || oldestKept === undefined ? orders.horizon : placeOf(oldestKept),
  };
};

/** Longest order id as JSON, and what an order takes beside its id and lines. */
const MAX_ID_BYTES = 512 * 6;
const ORDER_OVERHEAD = 80;

const withoutLines = (order: Order): Order =>
  order.content === null || order.content.lines.length === 0
    ? order
    : { ...order, content: { ...order.content, lines: [] } };
