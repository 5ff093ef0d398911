import { zeros } from './amounts.ts';
import { bestSingle, greedy, shortlist } from './beyond-exact.ts';
import type { Combinations } from './combination.ts';
import {
  type BestSet,
  type Contender,
  compareApplication,
  compareRank,
  isLate,
  ranksBefore,
  type Trial,
} from './contender.ts';
import { type Ledger, sumOver } from './ledger.ts';

/** Up to here the search is exhaustive; beyond it may stop early (see {@link bestSet}). */
export const exactUpTo = 20;
/** How many sets are tried beyond that. */
const mostTried = 256;
/** From here on a dearer bound pays: most searches end before. */
const manyTried = 32;
/** How many sets are looked at to settle a tie between sets whose order of application is not that of rank. */
const mostTies = 500;

interface Search {
  /** In the order of application. */
  readonly order: readonly Contender[];
  /** A 1 for each slot that any of them is on. */
  readonly reached: Uint8Array;
  readonly combinations: Combinations;
  readonly trial: Trial;
  /** How many units rounding may add to what a set takes when it has one member less; see `slackOf`. */
  readonly slack: number;
  /** The search ends after so many sets. */
  readonly mostSets: number;
  /** Whether it looks for a set as good as the best, and of better rank. */
  readonly settlesTies: boolean;
}

/**
 * One more contender that fits never makes a set worth less, but for rounding: what is left of a slot rises and falls
 * with what was left before. Only shares of what is left are rounded slot by slot, each within one unit, and only
 * where another of them comes after does it matter.
 */
const slackOf = (order: readonly Contender[], ledger: Ledger): number => {
  const late = order.filter(isLate);
  if (late.length < 2) return 0;
  const ones = zeros(ledger.size).fill(1);
  const sizes = late.map(({ part }) => sumOver(ledger.parts[part] ?? new Uint8Array(), ones));
  return sizes.slice(0, -1).reduce((sum, size) => sum + (size > 1 ? size : 0), 0);
};

const reachOf = (order: readonly Contender[], { parts, size }: Ledger): Uint8Array => {
  const reached = new Uint8Array(size);
  for (const part of new Set(order.map((contender) => contender.part))) {
    const covered = parts[part];
    for (let slot = 0; slot < size; slot += 1) if (covered?.[slot] === 1) reached[slot] = 1;
  }
  return reached;
};

/** Branch and bound over sets in the order of application, from the best set known. */
const searchFrom = (known: BestSet, search: Search): BestSet => {
  const { order, reached, combinations, trial, slack, settlesTies } = search;
  const byRank = settlesTies ? order.map((_, at) => at).sort((a, b) => rankOf(order, a, b)) : [];
  let best = known;
  let tried = 0;
  const members: Contender[] = [];
  /** How many members each class can't stand beside. */
  const conflicts = new Int32Array(combinations.classes);
  const largest = zeros(combinations.groups);
  const fits = (contender: Contender): boolean => conflicts[contender.combinesAs] === 0;

  const put = (member: Contender, change: 1 | -1): void => {
    for (let other = 0; other < conflicts.length; other += 1) {
      if (!combinations.combine(member.combinesAs, other))
        conflicts[other] = (conflicts[other] ?? 0) + change;
    }
  };

  /** The largest of each group that is left, each taken whole. */
  const mostOfGroups = (start: number): number => {
    largest.fill(0);
    let most = 0;
    for (let at = start; at < order.length; at += 1) {
      const contender = order[at];
      if (contender === undefined || !fits(contender)) continue;
      const group = combinations.groupOfClass[contender.combinesAs] ?? 0;
      const more = contender.alone - (largest[group] ?? 0);
      if (more <= 0) continue;
      most += more;
      largest[group] = contender.alone;
    }
    return Math.min(most, sumOver(reached, trial.remainingAt(members.length)));
  };

  /** All that is left taken together, as if it combined: no part of it takes more. */
  const mostTogether = (start: number): number => {
    let depth = members.length;
    let most = slack;
    for (let at = start; at < order.length; at += 1) {
      const contender = order[at];
      if (contender === undefined || !fits(contender)) continue;
      most += trial.take(contender, depth);
      depth += 1;
    }
    return most;
  };

  /** Whether some set of this branch could stand before the best: it has the first, by rank, that only one has. */
  const mayRankBefore = (start: number): boolean => {
    for (const at of byRank) {
      const contender = order[at];
      if (contender === undefined) continue;
      const can = members.includes(contender) || (at >= start && fits(contender));
      if (can !== best.members.includes(contender)) return can;
    }
    return false;
  };

  const isWorthIt = (start: number, total: number): boolean => {
    const enough = settlesTies ? best.total : best.total + 1;
    return (
      total + mostOfGroups(start) >= enough &&
      (!settlesTies || mayRankBefore(start)) &&
      (tried < manyTried || order.length > exactUpTo || total + mostTogether(start) >= enough)
    );
  };

  const isUncontested = (contender: Contender, at: number): boolean =>
    order
      .slice(at + 1)
      .every((later) => !fits(later) || combinations.combine(contender.combinesAs, later.combinesAs));

  const from = (start: number, total: number): void => {
    tried += 1;
    if (total > best.total || (settlesTies && total === best.total && ranksBefore(members, best.members)))
      best = { members: [...members], total };
    for (let at = start; at < order.length; at += 1) {
      if (tried > search.mostSets || !isWorthIt(at, total)) return;
      const contender = order[at];
      if (contender === undefined || !fits(contender)) continue;
      const amount = trial.take(contender, members.length);
      if (amount === 0) continue;
      const always = slack === 0 && !settlesTies && isUncontested(contender, at);
      members.push(contender);
      put(contender, 1);
      from(at + 1, total + amount);
      put(contender, -1);
      members.pop();
      if (always) return;
    }
  };
  from(0, 0);
  return best;
};

const rankOf = (order: readonly Contender[], a: number, b: number): number => {
  const [left, right] = [order[a], order[b]];
  return left === undefined || right === undefined ? 0 : compareRank(left, right);
};

/**
 * The allowed set that takes most off.
 *
 * Up to 20 contenders the result is the best of all allowed sets, to the unit; ties go to the set of better rank.
 * Beyond, the search looks at the 64 worth most, and gives up after 256 sets: the result is then at least the best
 * single offer, so at least 1/k of the best set of k offers, and at least what taking the largest first would give.
 *
 * @param leavesOut - there are more than 20, and rivals of these were left out
 */
export const bestSet = (
  contenders: readonly Contender[],
  combinations: Combinations,
  trial: Trial,
  ledger: Ledger,
  leavesOut: boolean,
): BestSet => {
  if (contenders.length === 0 || !combinations.any) return bestSingle(contenders);
  const exact = !leavesOut && contenders.length <= exactUpTo;
  const byWorth = exact ? contenders : shortlist(contenders);
  const order = [...byWorth].sort(compareApplication);
  const search: Search = {
    order,
    reached: reachOf(order, ledger),
    combinations,
    trial,
    slack: slackOf(order, ledger),
    mostSets: exact ? Number.POSITIVE_INFINITY : mostTried,
    settlesTies: false,
  };
  let known: BestSet = { members: [], total: 0 };
  if (!exact) {
    const single = bestSingle(contenders);
    const combined = greedy(byWorth, combinations, trial);
    known = combined.total > single.total ? combined : single;
  }
  const best = searchFrom(known, search);
  // Where application and rank agree, sets are met in the order of rank, and a tie is lost by the later.
  const late = order.filter(isLate).length;
  if (!exact || late === 0 || late === order.length) return best;
  return searchFrom(best, { ...search, mostSets: mostTies, settlesTies: true });
};
