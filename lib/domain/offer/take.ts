import type { Reward } from '../catalog/definition.ts';
import { allocateInto } from '../money/allocate.ts';
import { type Ledger, sumOver } from './ledger.ts';
import { isOnDiscounted, rewardAmount } from './reward-amount.ts';

/** What a reward takes off a part of the cart of which `remaining` is left, slot by slot; minor units. */
export const amountTaken = (
  reward: Reward,
  part: number,
  ledger: Ledger,
  remaining: Float64Array,
): number => {
  const covered = ledger.parts[part];
  if (covered === undefined) return 0;
  return rewardAmount(reward, ledger.partLists[part] ?? 0, sumOver(covered, remaining));
};

/**
 * Applies rewards to a ledger. The returned function writes what a reward takes off each slot into `shares`, takes
 * it off `remaining`, and returns the sum. It keeps its scratch space, since a search calls it thousands of times.
 *
 * A sum is spread in proportion to list prices (to what remains, for a share of what remains), never more on a slot
 * than remains of it; what a full slot can't take goes to the others.
 */
export const takerOn = (ledger: Ledger) => {
  const { size, prices, quantities } = ledger;
  const open = new Float64Array(size);
  const full = new Float64Array(size);
  const remainders = new Float64Array(size);
  const ones = new Float64Array(size).fill(1);

  const spread = (
    total: number,
    weights: Float64Array,
    units: Float64Array,
    covered: Uint8Array,
    remaining: Float64Array,
    shares: Float64Array,
  ): void => {
    for (let slot = 0; slot < size; slot += 1) open[slot] = covered[slot] === 1 ? (weights[slot] ?? 0) : 0;
    full.fill(0);
    let left = total;
    for (;;) {
      allocateInto(left, open, units, shares, remainders);
      let overfull = false;
      for (let slot = 0; slot < size; slot += 1) {
        const room = remaining[slot] ?? 0;
        if (open[slot] === 0 || (shares[slot] ?? 0) <= room) continue;
        overfull = true;
        open[slot] = 0;
        full[slot] = room;
        left -= room;
      }
      if (!overfull) break;
    }
    for (let slot = 0; slot < size; slot += 1) shares[slot] = (shares[slot] ?? 0) + (full[slot] ?? 0);
  };

  return (reward: Reward, part: number, remaining: Float64Array, shares: Float64Array): number => {
    const total = amountTaken(reward, part, ledger, remaining);
    const covered = ledger.parts[part];
    shares.fill(0);
    if (total === 0 || covered === undefined) return 0;
    const only = covered.indexOf(1);
    if (covered.lastIndexOf(1) === only) shares[only] = total;
    else if (isOnDiscounted(reward)) spread(total, remaining, ones, covered, remaining, shares);
    else spread(total, prices, quantities, covered, remaining, shares);
    for (let slot = 0; slot < size; slot += 1) remaining[slot] = (remaining[slot] ?? 0) - (shares[slot] ?? 0);
    return total;
  };
};
