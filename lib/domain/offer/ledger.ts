import type { Cart, CartLine } from '../cart/cart.ts';

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
  /** Per candidate, which slots its reward is on: a 1 each. Candidates on the same may share the array. */
  readonly coverage: readonly Uint8Array[];
  /** The slot of each line of the cart. */
  readonly slotOf: Int32Array;
  /** The position of each line's first unit within its slot. */
  readonly firstUnit: Int32Array;
}

/** Which part of the cart a candidate is on: all lines, shipping, or the lines that it matches. */
export type Coverage = 'order' | 'shipping' | ((line: CartLine) => boolean);

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Lays a cart out in slots. */
export const layOut = (cart: Cart, coverages: readonly Coverage[]): Ledger => {
  const lines = cart.lines;
  const matches = coverages.map((coverage) =>
    typeof coverage === 'function' ? Uint8Array.from(lines, (line) => (coverage(line) ? 1 : 0)) : null,
  );
  const rows = matches.filter((row) => row !== null);
  const sameToAll = (a: number, b: number): boolean => rows.every((row) => row[a] === row[b]);
  const order = lines
    .map((line, index) => ({ line, index }))
    .sort(
      (a, b) =>
        compareText(a.line.sku, b.line.sku) ||
        a.line.unitPrice - b.line.unitPrice ||
        compareText(a.line.id, b.line.id),
    );
  const slotOf = new Int32Array(lines.length);
  const firstUnit = new Int32Array(lines.length);
  const slots: { readonly line: CartLine; readonly index: number; quantity: number }[] = [];
  let firstOfPrice = 0;
  for (const { line, index } of order) {
    const last = slots.at(-1);
    if (last === undefined || last.line.sku !== line.sku || last.line.unitPrice !== line.unitPrice) {
      firstOfPrice = slots.length;
    }
    let slot = firstOfPrice;
    while (slot < slots.length && !sameToAll(slots[slot]?.index ?? index, index)) slot += 1;
    const found = slots[slot];
    slotOf[index] = slot;
    firstUnit[index] = found?.quantity ?? 0;
    if (found === undefined) slots.push({ line, index, quantity: line.quantity });
    else found.quantity += line.quantity;
  }
  const size = slots.length + 1;
  const prices = new Float64Array(size);
  const quantities = new Float64Array(size);
  const lists = new Float64Array(size);
  for (const [slot, { line, quantity }] of slots.entries()) {
    prices[slot] = line.unitPrice;
    quantities[slot] = quantity;
    lists[slot] = line.unitPrice * quantity;
  }
  prices[size - 1] = cart.shipping ?? 0;
  quantities[size - 1] = 1;
  lists[size - 1] = cart.shipping ?? 0;
  const onOrder = new Uint8Array(size).fill(1, 0, size - 1);
  const onShipping = new Uint8Array(size).fill(1, size - 1);
  const coverage = coverages.map((kind, candidate) => {
    if (kind === 'order') return onOrder;
    if (kind === 'shipping') return onShipping;
    const row = matches[candidate];
    const covered = new Uint8Array(size);
    for (let slot = 0; slot < size - 1; slot += 1) covered[slot] = row?.[slots[slot]?.index ?? 0] ?? 0;
    return covered;
  });
  return { size, prices, quantities, lists, coverage, slotOf, firstUnit };
};

/**
 * The same money in two slots, order and shipping: enough to compare sets of candidates none of which is on some
 * lines only, since what is spread over which line can't matter to the others.
 */
export const collapsed = (ledger: Ledger, coverages: readonly Coverage[]): Ledger => {
  const shipping = ledger.lists[ledger.size - 1] ?? 0;
  let order = -shipping;
  for (const list of ledger.lists) order += list;
  const lists = Float64Array.of(order, shipping);
  const onOrder = Uint8Array.of(1, 0);
  const onShipping = Uint8Array.of(0, 1);
  return {
    size: 2,
    prices: lists,
    quantities: Float64Array.of(1, 1),
    lists,
    coverage: coverages.map((kind) => (kind === 'shipping' ? onShipping : onOrder)),
    slotOf: new Int32Array(0),
    firstUnit: new Int32Array(0),
  };
};
