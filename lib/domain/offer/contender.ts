import { zeros } from './amounts.ts';
import type { Demand } from './demand.ts';
import type { Ledger } from './ledger.ts';
import type { OfferCandidate } from './priceable-offer.ts';
import { takerOn } from './take.ts';

/** A candidate that can stand in a set, by how it ranks. */
export interface Ranked {
  /** Position in the candidates given. */
  readonly index: number;
  readonly candidate: OfferCandidate;
  /** How it combines; see `Combinations`. */
  readonly combinesAs: number;
}

/** A candidate that takes something off, on its own at least. */
export interface Contender extends Ranked {
  /** The part of the cart that it is on. */
  readonly part: number;
  readonly demand: Demand;
  /** What it takes off alone, minor units, positive. */
  readonly alone: number;
}

/** Contenders that apply together. */
export interface BestSet {
  /** In the order of application. */
  readonly members: readonly Contender[];
  readonly total: number;
}

const compareText = (a = '', b = ''): number => (a < b ? -1 : a > b ? 1 : 0);

/** By priority, then id; the same offer held twice by its grant and code. */
export const compareRank = (a: Pick<Ranked, 'candidate'>, b: Pick<Ranked, 'candidate'>): number =>
  b.candidate.offer.priority - a.candidate.offer.priority ||
  compareText(a.candidate.offer.id, b.candidate.offer.id) ||
  compareText(a.candidate.grantId, b.candidate.grantId) ||
  compareText(a.candidate.code, b.candidate.code);

/** Whether `a` stands before `b`: the first offer, by rank, that only one of them has is `a`'s. */
export const ranksBefore = (a: readonly Ranked[], b: readonly Ranked[]): boolean => {
  const left = [...a].sort(compareRank);
  const right = [...b].sort(compareRank);
  for (const [position, member] of left.entries()) {
    const other = right[position];
    if (other === undefined) return false;
    if (member.index !== other.index) return compareRank(member, other) < 0;
  }
  return left.length < right.length;
};

/** Whether it applies after those at list prices. */
export const isLate = (contender: Contender): boolean => contender.demand.kind === 'share';

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
  const shares = zeros(ledger.size);
  const remaining: Float64Array[] = [ledger.lists];
  const remainingAt = (depth: number): Float64Array => {
    let known = remaining[depth];
    if (known === undefined) {
      known = zeros(ledger.size);
      remaining[depth] = known;
    }
    return known;
  };
  return {
    remainingAt,
    take: (contender, depth) => {
      const after = remainingAt(depth + 1);
      after.set(remainingAt(depth));
      return taker(contender.demand, contender.part, after, shares);
    },
  };
};
