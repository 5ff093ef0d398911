import { murmur3 } from '../hash.ts';
import { own } from '../own.ts';
import { type Bound, bytesOf, compareTexts, mostBytesOf, withinBound } from './bounds.ts';

/** How often an event happened, and when; milliseconds since 1970. */
export interface EventStatistic {
  readonly count: number;
  readonly firstAt: number;
  readonly lastAt: number;
}

export type EventStatistics = { readonly [name: string]: EventStatistic };

/** Event names counted one by one. */
export const EVENT_NAMES_BOUND: Bound = { count: 300, bytes: 16_000 };

/** Always counted, however many other names a client makes up: what shops and Wend itself ask for. */
const WELL_KNOWN: ReadonlySet<string> = new Set([
  'Page Viewed',
  'Screen Viewed',
  'Products Searched',
  'Product List Viewed',
  'Product Viewed',
  'Product Added',
  'Product Removed',
  'Cart Viewed',
  'Cart Updated',
  'Checkout Started',
  'Checkout Step Completed',
  'Payment Info Entered',
  'Order Completed',
  'Order Refunded',
  'Order Cancelled',
  'Coupon Applied',
  'Experience Viewed',
  'Experience Clicked',
]);

/** The statistic after `count` more events between these times. */
export const countMore = (
  present: EventStatistic | undefined,
  count: number,
  firstAt: number,
  lastAt: number,
): EventStatistic =>
  present === undefined
    ? { count, firstAt, lastAt }
    : {
        count: present.count + count,
        firstAt: Math.min(present.firstAt, firstAt),
        lastAt: Math.max(present.lastAt, lastAt),
      };

/** Two histories' statistics as one. */
export const mergeStatistics = (a: EventStatistics, b: EventStatistics): EventStatistics => {
  const merged = new Map(Object.entries(a));
  for (const [name, { count, firstAt, lastAt }] of Object.entries(b)) {
    merged.set(name, countMore(own(a, name), count, firstAt, lastAt));
  }
  return boundStatistics(Object.fromEntries(merged));
};

/**
 * Keeps the well-known names, and of the others those with the smallest hash: a choice that neither time nor order
 * of arrival moves, so that what is counted is counted in full.
 */
export const boundStatistics = (statistics: EventStatistics): EventStatistics =>
  withinBound(
    statistics,
    EVENT_NAMES_BOUND,
    (name) => OVERHEAD + mostBytesOf(name),
    (name) => OVERHEAD + bytesOf(name),
    ([a], [b]) => rankOf(a) - rankOf(b) || compareTexts(a, b),
  );

/** What a statistic's numbers and braces take beside its name. */
const OVERHEAD = 20;

const rankOf = (name: string): number => (WELL_KNOWN.has(name) ? -1 : murmur3(name, 0x6e616d65));
