import type { Reward } from '../catalog/definition.ts';
import { allocateInto } from '../money/allocate.ts';
import { type Permyriad, permyriadOf, shareOf } from '../money/percentage.ts';
import { type Ledger, orderPart, shippingPart, sumOver } from './ledger.ts';

/**
 * What a reward wants of the part of a cart that it is on, in minor units. All but a share are fixed by list
 * prices alone; what they get is that, as far as other discounts left it.
 */
export type Demand =
  /** A sum, spread over the lines in proportion to their list price. */
  | { readonly kind: 'sum'; readonly amount: number }
  /** So much of each slot, and no more of another where one is short: a price is a price. */
  | { readonly kind: 'slots'; readonly amount: number; readonly wanted: Float64Array }
  /** A share of what the others leave; applied after them. */
  | { readonly kind: 'share'; readonly permyriad: Permyriad; readonly max: number };

const NOTHING: Demand = { kind: 'sum', amount: 0 };

/**
 * The sum that a reward at list prices wants of what costs so much, minor units; null where it wants no sum.
 *
 * @param list - what it is on costs, minor units
 */
export const sumWanted = (reward: Reward, list: number): number | null => {
  switch (reward.type) {
    case 'percentage':
      return reward.base === 'discounted' ? null : shareAtMost(reward.value, list, reward.max);
    case 'amount':
      return reward.value;
    case 'freeShipping':
      return Math.min(list, reward.max ?? list);
    default:
      return null;
  }
};

const shareAtMost = (percent: number, list: number, max = Number.POSITIVE_INFINITY): number =>
  Math.min(shareOf(list, permyriadOf(percent)), max);

const percentageOf = (
  percent: number,
  { base, max = Number.POSITIVE_INFINITY }: { readonly base?: 'list' | 'discounted'; readonly max?: number },
  list: number,
): Demand =>
  base === 'discounted'
    ? { kind: 'share', permyriad: permyriadOf(percent), max }
    : { kind: 'sum', amount: shareAtMost(percent, list, max) };

/** Brings each unit down to a price, where that is less. */
const priceOf = (value: number, covered: Uint8Array, { prices, quantities }: Ledger): Demand => {
  const wanted = prices.map((price, slot) =>
    covered[slot] === 1 && price > value ? (price - value) * (quantities[slot] ?? 0) : 0,
  );
  return { kind: 'slots', amount: sumOver(covered, wanted), wanted };
};

/** How many units of each slot are among the cheapest of a part; of equal prices those that stand first. */
const cheapest = (units: number, covered: Uint8Array, { prices, quantities }: Ledger): Float64Array => {
  const found = new Float64Array(prices.length);
  const byPrice = [...prices.keys()]
    .filter((slot) => covered[slot] === 1)
    .sort((a, b) => (prices[a] ?? 0) - (prices[b] ?? 0) || a - b);
  let left = units;
  for (const slot of byPrice) {
    found[slot] = Math.min(left, quantities[slot] ?? 0);
    left -= found[slot] ?? 0;
  }
  return found;
};

const freeUnits = (
  { buy, get, percentage = 100, times }: Extract<Reward, { type: 'buyXGetY' }>,
  covered: Uint8Array,
  ledger: Ledger,
): Demand => {
  const { prices, quantities, size } = ledger;
  const sets = Math.floor(sumOver(covered, quantities) / (buy + get));
  const units = cheapest(Math.min(sets, times ?? sets) * get, covered, ledger);
  const list = units.reduce((sum, count, slot) => sum + count * (prices[slot] ?? 0), 0);
  const amount = shareOf(list, permyriadOf(percentage));
  const wanted = new Float64Array(size);
  allocateInto(amount, prices, units, wanted);
  return { kind: 'slots', amount, wanted };
};

/** The highest tier reached, measured on what the reward is on; of one on shipping on the whole order. */
const tierOf = (
  reward: Extract<Reward, { type: 'tiered' }>,
  part: number,
  covered: Uint8Array,
  ledger: Ledger,
): Demand => {
  const measured = part === shippingPart ? orderPart : part;
  const reached = sumOver(
    ledger.parts[measured] ?? covered,
    reward.by === 'total' ? ledger.lists : ledger.quantities,
  );
  let tier: (typeof reward.tiers)[number] | undefined;
  for (const each of reward.tiers) if (each.from <= reached && each.from >= (tier?.from ?? 0)) tier = each;
  if (tier?.percentage !== undefined)
    return percentageOf(tier.percentage, { base: reward.base ?? 'list' }, ledger.partLists[part] ?? 0);
  if (tier?.amount !== undefined) return { kind: 'sum', amount: tier.amount };
  return tier?.fixedPrice === undefined ? NOTHING : priceOf(tier.fixedPrice, covered, ledger);
};

/**
 * What a reward wants of a part of a cart, rounded once, half away from zero. A gift, an entitlement and a
 * contract's prices (which make the list prices that others are computed of) want nothing here.
 */
export const demandOf = (reward: Reward, part: number, ledger: Ledger): Demand => {
  const covered = ledger.parts[part];
  if (covered === undefined) return NOTHING;
  switch (reward.type) {
    case 'percentage':
      return percentageOf(reward.value, reward, ledger.partLists[part] ?? 0);
    case 'amount':
    case 'freeShipping':
      return { kind: 'sum', amount: sumWanted(reward, ledger.partLists[part] ?? 0) ?? 0 };
    case 'fixedPrice':
      return priceOf(reward.value, covered, ledger);
    case 'buyXGetY':
      return part === shippingPart ? NOTHING : freeUnits(reward, covered, ledger);
    case 'tiered':
      return tierOf(reward, part, covered, ledger);
    case 'gift':
    case 'upgrade':
    case 'contractPrice':
      return NOTHING;
  }
};
