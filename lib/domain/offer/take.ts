import { allocateInto } from '../money/allocate.ts';
import { shareOf } from '../money/percentage.ts';
import { zeros } from './amounts.ts';
import type { Demand } from './demand.ts';
import { type Ledger, sumOver } from './ledger.ts';

/** What a demand gets of a part of the cart of which `remaining` is left, slot by slot; minor units. */
export const amountTaken = (
  demand: Demand,
  part: number,
  ledger: Ledger,
  remaining: Float64Array,
): number => {
  const covered = ledger.parts[part];
  if (covered === undefined) return 0;
  switch (demand.kind) {
    case 'sum':
      return Math.min(demand.amount, sumOver(covered, remaining));
    case 'share':
      return Math.min(shareOf(sumOver(covered, remaining), demand.permyriad), demand.max);
    case 'slots': {
      const { wanted } = demand;
      let sum = 0;
      for (let slot = 0; slot < wanted.length; slot += 1)
        sum += Math.min(wanted[slot] ?? 0, remaining[slot] ?? 0);
      return sum;
    }
  }
};

/**
 * Applies demands to a ledger. The returned function writes what one takes off each slot into `shares`, takes
 * it off `remaining`, and returns the sum. It keeps its scratch space, since a search calls it thousands of times.
 *
 * A sum is spread in proportion to list prices (to what remains, for a share of what remains), never more on a slot
 * than remains of it. What a full slot can't take goes to the dearest that has room, then to the next: so less left in
 * one slot never means more left in another, and one more offer never leaves the customer with less (the largest
 * remainder alone doesn't promise that: a sum that grows by one can give a slot one less).
 */
export const takerOn = (ledger: Ledger) => {
  const { size, prices, quantities } = ledger;
  // What is on one product alone, as most are, needs none of these.
  let scratch: { readonly weights: Float64Array; readonly remainders: Float64Array } | null = null;
  let ones: Float64Array | null = null;
  let dearestFirst: readonly number[] | null = null;

  const weigh = (by: Float64Array, covered: Uint8Array) => {
    scratch ??= { weights: zeros(size), remainders: zeros(size) };
    const { weights } = scratch;
    for (let slot = 0; slot < size; slot += 1) weights[slot] = covered[slot] === 1 ? (by[slot] ?? 0) : 0;
    return scratch;
  };

  const spread = (total: number, covered: Uint8Array, remaining: Float64Array, shares: Float64Array) => {
    const { weights, remainders } = weigh(prices, covered);
    allocateInto(total, weights, quantities, shares, remainders);
    let excess = 0;
    for (let slot = 0; slot < size; slot += 1) {
      const over = (shares[slot] ?? 0) - (remaining[slot] ?? 0);
      if (over <= 0) continue;
      excess += over;
      shares[slot] = remaining[slot] ?? 0;
    }
    if (excess === 0) return;
    dearestFirst ??= [...prices.keys()].sort((a, b) => (prices[b] ?? 0) - (prices[a] ?? 0) || a - b);
    for (const slot of dearestFirst) {
      if (covered[slot] === 0) continue;
      const more = Math.min(excess, (remaining[slot] ?? 0) - (shares[slot] ?? 0));
      shares[slot] = (shares[slot] ?? 0) + more;
      excess -= more;
    }
  };

  return (demand: Demand, part: number, remaining: Float64Array, shares: Float64Array): number => {
    const total = amountTaken(demand, part, ledger, remaining);
    const covered = ledger.parts[part];
    shares.fill(0);
    if (total === 0 || covered === undefined) return 0;
    const only = covered.indexOf(1);
    if (covered.lastIndexOf(1) === only) shares[only] = total;
    else if (demand.kind === 'sum') spread(total, covered, remaining, shares);
    else if (demand.kind === 'share') {
      const { weights, remainders } = weigh(remaining, covered);
      ones ??= zeros(size).fill(1);
      allocateInto(total, weights, ones, shares, remainders);
    } else {
      for (let slot = 0; slot < size; slot += 1)
        shares[slot] = Math.min(demand.wanted[slot] ?? 0, remaining[slot] ?? 0);
    }
    for (let slot = 0; slot < size; slot += 1) remaining[slot] = (remaining[slot] ?? 0) - (shares[slot] ?? 0);
    return total;
  };
};
