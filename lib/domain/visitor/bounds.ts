import type { Json } from '../json.ts';

/**
 * How much of one kind a visitor has at most. Bytes are of UTF-8 JSON before compression; hostile text hardly
 * compresses, so the sum of all bounds is what keeps an item below 200 KB (a test fills every one of them).
 */
export interface Bound {
  readonly count: number;
  readonly bytes: number;
}

/** UTF-8 bytes of a value's JSON. */
export const bytesOf = (value: Json): number => Buffer.byteLength(JSON.stringify(value));

/** No less than `bytesOf`, without looking at the text: a control character is six bytes of JSON. */
export const mostBytesOf = (text: string): number => text.length * 6 + 2;

/**
 * A record within its bound: as many of its entries, in `order`, as fit. The same record is returned where all do.
 *
 * @param most - no less than what `weigh` says of an entry, and cheaper: weighing is left until it could matter
 * @param order - which entries stay; where it only ever moves an entry forward (its first time falls, its last
 * time grows) and its weight is fixed, what stays does not depend on the order of arrival
 */
export const withinBound = <T>(
  record: { readonly [key: string]: T },
  bound: Bound,
  most: (key: string, value: T) => number,
  weigh: (key: string, value: T) => number,
  order: (a: readonly [string, T], b: readonly [string, T]) => number,
): { readonly [key: string]: T } => {
  const entries = Object.entries(record);
  if (entries.length <= bound.count) {
    let bytes = 0;
    for (const [key, value] of entries) bytes += most(key, value);
    if (bytes <= bound.bytes) return record;
    bytes = 0;
    for (const [key, value] of entries) bytes += weigh(key, value);
    if (bytes <= bound.bytes) return record;
  }
  entries.sort(order);
  const kept: [string, T][] = [];
  let used = 0;
  for (const [key, value] of entries) {
    used += weigh(key, value);
    if (kept.length === bound.count || used > bound.bytes) break;
    kept.push([key, value]);
  }
  return Object.fromEntries(kept);
};

/** Order of two texts by UTF-16 code units, the same on every machine. */
export const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
