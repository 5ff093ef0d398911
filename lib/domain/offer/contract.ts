import { own } from '../own.ts';
import { copyOf, zeros } from './amounts.ts';
import type { Combinations } from './combination.ts';
import { compareRank, type Ranked } from './contender.ts';
import { type Layout, repriced, sumOver } from './ledger.ts';
import type { OfferCandidate, Prices } from './priceable-offer.ts';

/** A candidate that is a price list: where it holds, its prices are the list prices of all other offers. */
export interface Contract extends Ranked {
  /** The part of the cart that it is on. */
  readonly part: number;
  readonly prices: Prices;
  /** What it takes off alone, minor units. */
  readonly alone: number;
}

/** What each contract of a set takes off each slot, and the cart as it is then. */
export interface ContractedCart {
  readonly contracts: readonly Contract[];
  readonly amounts: readonly number[];
  readonly shares: readonly Float64Array[];
  readonly total: number;
  readonly ledger: Layout['ledger'];
}

/** How many sets of contracts are tried. An account has one, mostly. */
const mostSets = 64;

/** The prices that a contract names: of the visitor's account, else those of its reward. */
export const pricesOf = ({ offer, prices }: OfferCandidate): Prices =>
  prices ?? (offer.reward.type === 'contractPrice' ? offer.reward.prices : undefined) ?? {};

/** A cart at the prices of contracts, the lowest of each line; none raises a price. */
export const underContracts = (
  contracts: readonly Pick<Contract, 'part' | 'prices'>[],
  { ledger, skus }: Pick<Layout, 'ledger' | 'skus'>,
): Omit<ContractedCart, 'contracts'> => {
  if (contracts.length === 0) return { amounts: [], shares: [], total: 0, ledger };
  const prices = copyOf(ledger.prices);
  const shares = contracts.map((contract) => {
    const covered = ledger.parts[contract.part];
    const share = zeros(ledger.size);
    for (const [slot, sku] of skus.entries()) {
      const before = prices[slot] ?? 0;
      const price = covered?.[slot] === 1 ? (own(contract.prices, sku) ?? before) : before;
      if (price >= before) continue;
      share[slot] = (before - price) * (ledger.quantities[slot] ?? 0);
      prices[slot] = price;
    }
    return share;
  });
  const amounts = shares.map((share) => share.reduce((sum, value) => sum + value, 0));
  return {
    amounts,
    shares,
    total: amounts.reduce((sum, amount) => sum + amount, 0),
    ledger: repriced(ledger, prices),
  };
};

/** Every allowed set of contracts that each take something off, the empty one first, with the cart as it is then. */
export const contractedCarts = (
  contracts: readonly Contract[],
  combinations: Combinations,
  layout: Pick<Layout, 'ledger' | 'skus'>,
): readonly ContractedCart[] => {
  const sets: (readonly Contract[])[] = [[]];
  for (const contract of contracts.toSorted(compareRank)) {
    for (const set of [...sets]) {
      const allowed = set.every((each) => combinations.combine(each.combinesAs, contract.combinesAs));
      if (allowed && sets.length < mostSets) sets.push([...set, contract]);
    }
  }
  return sets
    .map((set) => ({ contracts: set, ...underContracts(set, layout) }))
    .filter(({ amounts }) => amounts.every((amount) => amount > 0));
};

/** Whether any line is in a part. */
export const hasUnits = (part: number, { parts, quantities }: Layout['ledger']): boolean => {
  const covered = parts[part];
  return covered !== undefined && sumOver(covered, quantities) > 0;
};
