import type { Reward } from '../catalog/definition.ts';
import { allocateInto } from '../money/allocate.ts';
import type { Ledger } from './ledger.ts';
import { isOnDiscounted, rewardAmount } from './reward-amount.ts';

/** Sum of the covered slots. */
const sumOver = (covered: Uint8Array, values: Float64Array): number => {
  let sum = 0;
  for (let slot = 0; slot < values.length; slot += 1) if (covered[slot] === 1) sum += values[slot] ?? 0;
  return sum;
};

/** What a reward takes off a cart of which `remaining` is left, slot by slot. */
export const amountTaken = (
  reward: Reward,
  covered: Uint8Array,
  ledger: Ledger,
  remaining: Float64Array,
): number => rewardAmount(reward, sumOver(covered, ledger.lists), sumOver(covered, remaining));

/**
 * Spreads `total` over the covered slots in proportion to `weights`, never more on a slot than remains of it;
 * what a full slot can't take goes to the others. `total` is at most what remains of all covered.
 */
const spread = (
  total: number,
  covered: Uint8Array,
  weights: Float64Array,
  quantities: Float64Array,
  remaining: Float64Array,
  shares: Float64Array,
): void => {
  const open = new Float64Array(weights.length);
  for (let slot = 0; slot < open.length; slot += 1)
    open[slot] = covered[slot] === 1 ? (weights[slot] ?? 0) : 0;
  const full = new Float64Array(weights.length);
  let left = total;
  for (;;) {
    allocateInto(left, open, quantities, shares);
    let overfull = false;
    for (let slot = 0; slot < open.length; slot += 1) {
      const room = remaining[slot] ?? 0;
      if ((open[slot] ?? 0) === 0 || (shares[slot] ?? 0) <= room) continue;
      overfull = true;
      open[slot] = 0;
      full[slot] = room;
      left -= room;
    }
    if (!overfull) break;
  }
  for (let slot = 0; slot < open.length; slot += 1) shares[slot] = (shares[slot] ?? 0) + (full[slot] ?? 0);
};

/**
 * Applies a reward: writes what it takes off each slot into `shares`, and takes it off `remaining`.
 *
 * @returns what it takes off in all, minor units.
 */
export const takeReward = (
  reward: Reward,
  covered: Uint8Array,
  ledger: Ledger,
  remaining: Float64Array,
  shares: Float64Array,
): number => {
  const total = amountTaken(reward, covered, ledger, remaining);
  shares.fill(0);
  if (total === 0) return 0;
  const only = covered.indexOf(1);
  if (covered.indexOf(1, only + 1) === -1) shares[only] = total;
  else if (isOnDiscounted(reward)) {
    spread(total, covered, remaining, new Float64Array(ledger.size).fill(1), remaining, shares);
  } else spread(total, covered, ledger.prices, ledger.quantities, remaining, shares);
  for (let slot = 0; slot < remaining.length; slot += 1) {
    remaining[slot] = (remaining[slot] ?? 0) - (shares[slot] ?? 0);
  }
  return total;
};
