import type { Ledger } from './ledger.ts';
import type { OfferCandidate } from './priceable-offer.ts';
import { isOnDiscounted } from './reward-amount.ts';
import { takerOn } from './take.ts';

/** A candidate that takes something off, on its own at least. */
export interface Contender {
  /** Position in the candidates given. */
  readonly index: number;
  readonly candidate: OfferCandidate;
  /** The part of the cart that it is on. */
  readonly part: number;
  /** How it combines; see `Combinations`. */
  readonly combinesAs: number;
  /** What it takes off alone, minor units, positive. */
  readonly alone: number;
}

const compareText = (a = '', b = ''): number => (a < b ? -1 : a > b ? 1 : 0);

/** By priority, then id; the same offer held twice by its grant and code. */
export const compareRank = (a: Contender, b: Contender): number =>
  b.candidate.offer.priority - a.candidate.offer.priority ||
  compareText(a.candidate.offer.id, b.candidate.offer.id) ||
  compareText(a.candidate.grantId, b.candidate.grantId) ||
  compareText(a.candidate.code, b.candidate.code);

/** Whether it applies after those at list prices. */
export const isLate = (contender: Contender): boolean => isOnDiscounted(contender.candidate.offer.reward);

/** The order in which offers apply: at list prices, then on what those left; within each by rank. */
export const compareApplication = (a: Contender, b: Contender): number =>
  Number(isLate(a)) - Number(isLate(b)) || compareRank(a, b);

/** Whether `a` is worth more alone than `b`, or as much and of better rank. */
export const isWorthMore = (a: Contender, b: Contender): boolean =>
  a.alone > b.alone || (a.alone === b.alone && compareRank(a, b) < 0);

/** Tries sets of contenders one member at a time, on a copy of what remains for each depth. */
export interface Trial {
  /** What a contender takes off after the `depth` taken before it; takes it off. */
  readonly take: (contender: Contender, depth: number) => number;
  /** What is left of each slot after `depth` contenders. */
  readonly remainingAt: (depth: number) => Float64Array;
}

/** Starts a trial on a whole cart. */
export const trialOn = (ledger: Ledger): Trial => {
  const taker = takerOn(ledger);
  const shares = new Float64Array(ledger.size);
  const remaining: Float64Array[] = [ledger.lists];
  const remainingAt = (depth: number): Float64Array => {
    let known = remaining[depth];
    if (known === undefined) {
      known = new Float64Array(ledger.size);
      remaining[depth] = known;
    }
    return known;
  };
  return {
    remainingAt,
    take: (contender, depth) => {
      const after = remainingAt(depth + 1);
      after.set(remainingAt(depth));
      return taker(contender.candidate.offer.reward, contender.part, after, shares);
    },
  };
};
