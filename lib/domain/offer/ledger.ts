import type { Cart, CartLine } from '../cart/cart.ts';
import { zeros } from './amounts.ts';

/**
 * A cart as pricing sees it: slots of equal units, and shipping as the last slot. Lines that differ in nothing
 * that an offer looks at share a slot, so that a line of three and three lines of one are the same cart. Slots
 * stand in an order of their own (sku, price), so that the order of lines decides nothing.
 */
export interface Ledger {
  /** Number of slots, shipping included. */
  readonly size: number;
  readonly prices: Float64Array;
  readonly quantities: Float64Array;
  /** Price × quantity. */
  readonly lists: Float64Array;
  /** The parts of the cart that rewards are on, each once: a 1 for each slot in it. */
  readonly parts: readonly Uint8Array[];
  /** What each part costs at list prices. */
  readonly partLists: Float64Array;
}

/** Where the lines of a cart ended up. */
export interface Layout {
  readonly ledger: Ledger;
  /** Number of the part that each coverage asked for is. */
  readonly partOf: readonly number[];
  /** The slot of each line of the cart. */
  readonly slotOf: readonly number[];
  /** The position of each line's first unit within its slot. */
  readonly firstUnit: readonly number[];
  /** The sku of each slot; shipping, the last, has none. */
  readonly skus: readonly string[];
}

/** Which part of the cart a reward is on: all lines, shipping, or the lines that match. */
export type Coverage = 'order' | 'shipping' | ((line: CartLine) => boolean);

/** Numbers of the parts that every cart has: all lines, and shipping. */
export const orderPart = 0;
export const shippingPart = 1;

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Sum of the slots of a part. */
export const sumOver = (part: Uint8Array, values: Float64Array): number => {
  let sum = 0;
  for (let slot = 0; slot < values.length; slot += 1) if (part[slot] === 1) sum += values[slot] ?? 0;
  return sum;
};

const ledgerOf = (prices: Float64Array, quantities: Float64Array, parts: readonly Uint8Array[]): Ledger => {
  const lists = zeros(prices.length);
  for (let slot = 0; slot < lists.length; slot += 1)
    lists[slot] = (prices[slot] ?? 0) * (quantities[slot] ?? 0);
  const partLists = zeros(parts.length);
  partLists.set(parts.map((part) => sumOver(part, lists)));
  return { size: prices.length, prices, quantities, lists, parts, partLists };
};

const hashOf = (row: Uint8Array): number => {
  let hash = 0;
  for (let at = 0; at < row.length; at += 1) hash = (Math.imul(hash, 31) + (row[at] ?? 0)) | 0;
  return hash;
};

/** Gives equal rows one number, from 2 on: 0 and 1 are the order and shipping. */
const numberRows = () => {
  const rows: Uint8Array[] = [];
  const byHash = new Map<number, number[]>();
  const equal = (a: Uint8Array, b: Uint8Array | undefined): boolean => {
    for (let at = 0; at < a.length; at += 1) if (a[at] !== b?.[at]) return false;
    return true;
  };
  return {
    rows,
    numberOf: (row: Uint8Array): number => {
      const hash = hashOf(row);
      const alike = byHash.get(hash);
      const known = alike?.find((number) => equal(row, rows[number - 2]));
      if (known !== undefined) return known;
      rows.push(row.slice());
      const number = rows.length + 1;
      if (alike === undefined) byHash.set(hash, [number]);
      else alike.push(number);
      return number;
    },
  };
};

/** A row of lines as a part of slots; shipping, the last, is none of it. */
const partOfRow = (row: Uint8Array, places: readonly number[]): Uint8Array => {
  const part = new Uint8Array(places.length + 1);
  for (let slot = 0; slot < places.length; slot += 1) part[slot] = row[places[slot] ?? 0] ?? 0;
  return part;
};

/** Whether of two places of a row one is in its part and the other is not. */
const differ =
  (a: number, b = 0) =>
  (row: Uint8Array): boolean =>
    row[a] !== row[b];

/** Lays a cart out in slots. A coverage that comes again is not asked again. */
export const layOut = (cart: Cart, coverages: readonly Coverage[]): Layout => {
  const order = cart.lines
    .map((line, index) => ({ line, index }))
    .sort(
      (a, b) =>
        compareText(a.line.sku, b.line.sku) ||
        a.line.unitPrice - b.line.unitPrice ||
        compareText(a.line.id, b.line.id),
    );
  const partOf: number[] = [];
  const { rows, numberOf } = numberRows();
  const row = new Uint8Array(order.length);
  const numbers = new Map<Coverage, number>();
  for (let at = 0; at < coverages.length; at += 1) {
    const coverage = coverages[at];
    if (typeof coverage !== 'function') {
      partOf.push(coverage === 'shipping' ? shippingPart : orderPart);
      continue;
    }
    let number = numbers.get(coverage);
    if (number === undefined) {
      for (let place = 0; place < order.length; place += 1) {
        const line = order[place]?.line;
        row[place] = line !== undefined && coverage(line) ? 1 : 0;
      }
      number = numberOf(row);
      numbers.set(coverage, number);
    }
    partOf.push(number);
  }

  const slotOf: number[] = order.map(() => 0);
  const firstUnit: number[] = order.map(() => 0);
  /** The place, in order, of each slot's first line. */
  const places: number[] = [];
  const units: number[] = [];
  let firstOfPrice = 0;
  let place = -1;
  let before: CartLine | undefined;
  for (const { line, index } of order) {
    place += 1;
    if (before?.sku !== line.sku || before.unitPrice !== line.unitPrice) firstOfPrice = places.length;
    before = line;
    let slot = firstOfPrice;
    while (slot < places.length && rows.some(differ(place, places[slot]))) slot += 1;
    slotOf[index] = slot;
    firstUnit[index] = units[slot] ?? 0;
    if (slot === places.length) places.push(place);
    units[slot] = (units[slot] ?? 0) + line.quantity;
  }
  const size = places.length + 1;
  const prices = zeros(size);
  prices.set([...places.map((place) => order[place]?.line.unitPrice ?? 0), cart.shipping ?? 0]);
  const quantities = zeros(size);
  quantities.set([...units, 1]);
  const parts = [
    new Uint8Array(size).fill(1, 0, size - 1),
    new Uint8Array(size).fill(1, size - 1),
    ...rows.map((each) => partOfRow(each, places)),
  ];
  const ledger = ledgerOf(prices, quantities, parts);
  return { ledger, partOf, slotOf, firstUnit, skus: places.map((place) => order[place]?.line.sku ?? '') };
};

/** Whether all parts of a cart are the whole order or shipping. */
export const isWholesale = (ledger: Ledger): boolean => ledger.parts.length === 2;

/** The same cart at other prices of its slots. */
export const repriced = ({ quantities, parts }: Ledger, prices: Float64Array): Ledger =>
  ledgerOf(prices, quantities, parts);

/**
 * The same money in two slots, order and shipping: enough to compare sets of offers none of which is on some lines
 * only, since what is spread over which line can't matter to the others.
 */
export const collapsed = (ledger: Ledger): Ledger =>
  ledgerOf(ledger.partLists, Float64Array.of(1, 1), [Uint8Array.of(1, 0), Uint8Array.of(0, 1)]);
