import type { Combinations } from './combination.ts';
import { type BestSet, type Contender, compareApplication, isWorthMore, type Trial } from './contender.ts';

/** How many contenders are looked at in sets. */
const mostSearched = 64;

/** The contender that takes most off alone. */
export const bestSingle = (contenders: readonly Contender[]): BestSet => {
  let best: Contender | undefined;
  for (const contender of contenders)
    if (best === undefined || isWorthMore(contender, best)) best = contender;
  return best === undefined ? { members: [], total: 0 } : { members: [best], total: best.alone };
};

/**
 * Of many contenders those worth looking at in sets, most worth first. Of sums at list prices on the same part that
 * combine in the same way, the one worth most alone is worth most in every set.
 */
export const shortlist = (contenders: readonly Contender[]): readonly Contender[] => {
  const best = new Map<string, Contender>();
  for (const contender of contenders) {
    const { combinesAs, part, demand, index } = contender;
    const key = `${combinesAs}/${part}/${demand.kind === 'sum' ? '' : index}`;
    const known = best.get(key);
    if (known === undefined || isWorthMore(contender, known)) best.set(key, contender);
  }
  return [...best.values()].sort((a, b) => (isWorthMore(a, b) ? -1 : 1)).slice(0, mostSearched);
};

/** Takes those worth most alone, one after another, as far as they combine. */
export const greedy = (byWorth: readonly Contender[], combinations: Combinations, trial: Trial): BestSet => {
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
