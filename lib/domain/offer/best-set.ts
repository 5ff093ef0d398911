import type { Combinations } from './combination.ts';
import {
  type Contender,
  compareApplication,
  compareRank,
  isLate,
  isWorthMore,
  type Trial,
} from './contender.ts';

/** Up to here the search is exhaustive; beyond it may stop early (see {@link bestSet}). */
const exactUpTo = 20;
/** How many contenders beyond that are looked at in sets, and how many sets are tried. */
const mostSearched = 64;
const mostTried = 256;

export interface BestSet {
  /** In the order of application. */
  readonly members: readonly Contender[];
  readonly total: number;
}

const nothing: BestSet = { members: [], total: 0 };

/** Whether `a` stands before `b`: the first offer, by rank, that only one of them has is `a`'s. */
const ranksBefore = (a: readonly Contender[], b: readonly Contender[]): boolean => {
  const left = [...a].sort(compareRank);
  const right = [...b].sort(compareRank);
  for (const [position, member] of left.entries()) {
    const other = right[position];
    if (other === undefined) return false;
    if (member !== other) return compareRank(member, other) < 0;
  }
  return left.length < right.length;
};

const bestSingle = (contenders: readonly Contender[]): BestSet => {
  let best: Contender | undefined;
  for (const contender of contenders)
    if (best === undefined || isWorthMore(contender, best)) best = contender;
  return best === undefined ? nothing : { members: [best], total: best.alone };
};

/**
 * Of many contenders those worth looking at in sets, most worth first. Of those at list prices on the same part
 * that combine in the same way, the one worth most alone is worth most in every set.
 */
const shortlist = (contenders: readonly Contender[]): readonly Contender[] => {
  const best = new Map<string, Contender>();
  for (const contender of contenders) {
    const key = `${contender.combinesAs}/${contender.part}/${isLate(contender) ? contender.index : ''}`;
    const known = best.get(key);
    if (known === undefined || isWorthMore(contender, known)) best.set(key, contender);
  }
  return [...best.values()].sort((a, b) => (isWorthMore(a, b) ? -1 : 1)).slice(0, mostSearched);
};

/** Takes those worth most alone, one after another, as far as they combine. */
const greedy = (byWorth: readonly Contender[], combinations: Combinations, trial: Trial): BestSet => {
  const fitting: Contender[] = [];
  for (const contender of byWorth) {
    if (fitting.every((each) => combinations.combine(each.combinesAs, contender.combinesAs))) {
      fitting.push(contender);
    }
  }
  const members: Contender[] = [];
  let total = 0;
  for (const contender of fitting.sort(compareApplication)) {
    const amount = trial.take(contender, members.length);
    if (amount === 0) continue;
    members.push(contender);
    total += amount;
  }
  return { members, total };
};

/**
 * The allowed set that takes most off. Branch and bound over sets in the order of application: a branch ends where
 * even the largest contender of each group that is left, taken whole, could not pass the best set found.
 *
 * Up to 20 contenders the result is the best of all allowed sets; ties go to the set of better rank.
 * Beyond, the search looks at the 64 worth most, and gives up after 256 sets: the result is then at least the best
 * single offer, so at least 1/k of the best set of k offers, and at least what taking the largest first would give.
 *
 * @param monotone - whether one more fitting contender never makes a set worth less. Known where none is on some
 * lines only: what remains of a sum after an offer rises and falls with what remained before it.
 */
export const bestSet = (
  contenders: readonly Contender[],
  combinations: Combinations,
  trial: Trial,
  monotone: boolean,
): BestSet => {
  if (contenders.length === 0 || !combinations.any) return bestSingle(contenders);
  const exact = contenders.length <= exactUpTo;
  const byWorth = exact ? contenders : shortlist(contenders);
  const order = [...byWorth].sort(compareApplication);
  // Where application and rank agree, sets are met in the order of rank, and a tie is lost by the later.
  const inRankOrder = order.every((contender) => isLate(contender) === isLate(order[0] ?? contender));
  let best = nothing;
  if (!exact) {
    const single = bestSingle(contenders);
    const combined = greedy(byWorth, combinations, trial);
    best = combined.total > single.total ? combined : single;
  }
  let tried = 0;
  const members: Contender[] = [];
  /** How many members each class can't stand beside. */
  const conflicts = new Int32Array(combinations.classes);
  const largest = new Float64Array(combinations.groups);

  const put = (member: Contender, change: 1 | -1): void => {
    for (let other = 0; other < conflicts.length; other += 1) {
      if (!combinations.combine(member.combinesAs, other))
        conflicts[other] = (conflicts[other] ?? 0) + change;
    }
  };

  const mostFrom = (start: number): number => {
    largest.fill(0);
    let most = 0;
    for (let at = start; at < order.length; at += 1) {
      const contender = order[at];
      if (contender === undefined || conflicts[contender.combinesAs] !== 0) continue;
      const group = combinations.groupOfClass[contender.combinesAs] ?? 0;
      const more = contender.alone - (largest[group] ?? 0);
      if (more <= 0) continue;
      most += more;
      largest[group] = contender.alone;
    }
    let left = 0;
    for (const slot of trial.remainingAt(members.length)) left += slot;
    return Math.min(most, left);
  };

  const isUncontested = (contender: Contender, at: number): boolean =>
    order
      .slice(at + 1)
      .every(
        (later) =>
          conflicts[later.combinesAs] !== 0 || combinations.combine(contender.combinesAs, later.combinesAs),
      );

  const search = (start: number, total: number): void => {
    tried += 1;
    if (
      total > best.total ||
      (exact && !inRankOrder && total === best.total && ranksBefore(members, best.members))
    ) {
      best = { members: [...members], total };
    }
    for (let at = start; at < order.length; at += 1) {
      if (!exact && tried > mostTried) return;
      const contender = order[at];
      if (contender === undefined || conflicts[contender.combinesAs] !== 0) continue;
      const most = total + mostFrom(at);
      if (exact && !inRankOrder ? most < best.total : most <= best.total) return;
      const amount = trial.take(contender, members.length);
      if (amount === 0) continue;
      const uncontested = monotone && inRankOrder && isUncontested(contender, at);
      members.push(contender);
      put(contender, 1);
      search(at + 1, total + amount);
      put(contender, -1);
      members.pop();
      if (uncontested) return;
    }
  };
  search(0, 0);
  return best;
};
