import { exactUpTo } from './best-set.ts';
import { compareRank } from './contender.ts';
import { sumWanted } from './demand.ts';
import type { Layout } from './ledger.ts';
import { isInCurrency, type OfferCandidate } from './priceable-offer.ts';

/** Positions of candidates that rival each other (`rivalsAs`): one, or several that are on the same part of the cart. */
export type Rivals = readonly number[];

/**
 * Candidates by whom they rival, in the order of their first. Null where each matters: there are so few that the best set
 * is searched exactly, or a contract may change the prices that decide between rivals.
 */
export const rivalsAmong = (
  candidates: readonly OfferCandidate[],
  currency: string,
): readonly Rivals[] | null => {
  if (candidates.length <= exactUpTo) return null;
  const all: number[][] = [];
  const known = new Map<string, number[]>();
  for (let index = 0; index < candidates.length; index += 1) {
    const candidate = candidates[index];
    if (candidate === undefined || !isInCurrency(candidate, currency)) continue;
    const { rivalsAs, reward } = candidate.offer;
    if (reward.type === 'contractPrice') return null;
    const rivals = rivalsAs === null ? undefined : known.get(rivalsAs);
    if (rivals !== undefined) {
      rivals.push(index);
      continue;
    }
    const first = [index];
    all.push(first);
    if (rivalsAs !== null) known.set(rivalsAs, first);
  }
  return all;
};

/** Of rivals those that take something, the best of them first. */
const takersAmong = (rivals: Rivals, candidates: readonly OfferCandidate[], list: number): Rivals => {
  const takers: number[] = [];
  let most = 0;
  let best: OfferCandidate | null = null;
  for (const index of rivals) {
    const candidate = candidates[index];
    if (candidate === undefined) continue;
    const alone = Math.min(sumWanted(candidate.offer.reward, list) ?? 0, list);
    if (alone === 0) continue;
    takers.push(index);
    if (
      best !== null &&
      (alone < most || (alone === most && compareRank({ candidate }, { candidate: best }) > 0))
    )
      continue;
    takers[takers.length - 1] = takers[0] ?? index;
    takers[0] = index;
    most = alone;
    best = candidate;
  }
  return takers;
};

/**
 * Of each rivals those that compete. Where more than are searched exactly take something, only the best of them does: it is
 * worth most in every set that is looked at then (`shortlist`).
 */
export const chooseAmong = (
  rivals: readonly Rivals[],
  candidates: readonly OfferCandidate[],
  { ledger, partOf }: Layout,
): { readonly rivals: readonly Rivals[]; readonly leavesOut: boolean } => {
  const takers = rivals.map((each, place) =>
    each.length < 2 ? each : takersAmong(each, candidates, ledger.partLists[partOf[place] ?? 0] ?? 0),
  );
  const count = takers.reduce((sum, each) => sum + (each.length < 2 ? 0 : each.length), 0);
  if (count <= exactUpTo) return { rivals: takers, leavesOut: false };
  return { rivals: takers.map((each) => each.slice(0, 1)), leavesOut: true };
};
