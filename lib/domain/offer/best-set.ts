import type { Combinations } from './combination.ts';

/** Up to here the search is exhaustive; beyond it may stop early (see {@link bestSet}). */
export const exactUpTo = 20;
/** How many candidates beyond that are looked at in sets of more than one, and how many sets are tried. */
const mostSearched = 64;
const mostTried = 20_000;

/** Candidates in the order in which they are applied. */
export interface Contest {
  readonly size: number;
  /** What each takes off alone, all positive. */
  readonly alone: Float64Array;
  /** Where each stands by priority, then id: 0 is first. */
  readonly rank: Int32Array;
  readonly combinations: Combinations;
  /** What candidate `index` takes off after the `depth` taken before it, and takes it off. */
  readonly take: (index: number, depth: number) => number;
  /** What is left to take off after `depth` candidates. */
  readonly leftAt: (depth: number) => number;
  /** Candidates of the same `kind` and class: the one worth more alone is worth more in every set. */
  readonly kindOf: (index: number) => number | null;
  /**
   * Whether one more compatible candidate can never make a set worth less. Known where nothing is on some lines
   * only: what remains of a sum falls with what remained before.
   */
  readonly monotone: boolean;
}

export interface BestSet {
  /** Indexes, ascending. */
  readonly members: readonly number[];
  readonly total: number;
}

const nothing: BestSet = { members: [], total: 0 };

/** Whether `a` stands before `b`: the first offer, by rank, that only one of them has is `a`'s. */
const ranksBefore = (a: readonly number[], b: readonly number[], rank: Int32Array): boolean => {
  const byRank = (members: readonly number[]): readonly number[] =>
    members.map((member) => rank[member] ?? 0).sort((left, right) => left - right);
  const left = byRank(a);
  const right = byRank(b);
  for (const [position, value] of left.entries()) {
    const other = right[position];
    if (other === undefined) return false;
    if (value !== other) return value < other;
  }
  return left.length < right.length;
};

const bestSingle = (contest: Contest): BestSet => {
  let best = -1;
  for (let index = 0; index < contest.size; index += 1) {
    const ahead = (contest.alone[index] ?? 0) - (contest.alone[best] ?? 0);
    if (ahead > 0 || (ahead === 0 && (contest.rank[index] ?? 0) < (contest.rank[best] ?? 0))) best = index;
  }
  return best === -1 ? nothing : { members: [best], total: contest.alone[best] ?? 0 };
};

/** Of many candidates those worth looking at in sets: the best of each kind, then the largest. */
const shortlist = (contest: Contest): readonly number[] => {
  const bestOfKind = new Map<string, number>();
  const rest: number[] = [];
  const better = (a: number, b: number): boolean =>
    (contest.alone[a] ?? 0) > (contest.alone[b] ?? 0) ||
    (contest.alone[a] === contest.alone[b] && (contest.rank[a] ?? 0) < (contest.rank[b] ?? 0));
  for (let index = 0; index < contest.size; index += 1) {
    const kind = contest.kindOf(index);
    if (kind === null) {
      rest.push(index);
      continue;
    }
    const key = `${contest.combinations.classOf[index]}/${kind}`;
    const known = bestOfKind.get(key);
    if (known === undefined || better(index, known)) bestOfKind.set(key, index);
  }
  return [...bestOfKind.values(), ...rest]
    .sort((a, b) => (better(a, b) ? -1 : 1))
    .slice(0, mostSearched)
    .sort((a, b) => a - b);
};

/**
 * The allowed set that takes most off. Branch and bound over sets in the order of application: a branch ends where
 * even the largest candidate of each group that is left, taken whole, could not pass the best set found.
 *
 * Up to {@link exactUpTo} candidates the result is the best of all allowed sets; ties go to the set with the better
 * rank. Beyond, the search looks at the most promising 64 and gives up after 20,000 sets: the result is then at
 * least the best single offer, which is at least 1/k of the best set of k offers.
 */
export const bestSet = (contest: Contest): BestSet => {
  const { alone, combinations, rank } = contest;
  if (contest.size === 0) return nothing;
  if (!combinations.any) return bestSingle(contest);
  const exact = contest.size <= exactUpTo;
  const order = exact ? Array.from({ length: contest.size }, (_, index) => index) : shortlist(contest);
  // Where application and rank agree, sets are met in the order of rank, and a tie is lost by the later.
  const inRankOrder = order.every(
    (member, at) => at === 0 || (rank[order[at - 1] ?? 0] ?? 0) < (rank[member] ?? 0),
  );
  let best = exact ? nothing : bestSingle(contest);
  let tried = 0;
  const members: number[] = [];
  const largest = new Float64Array(combinations.groups);

  const fits = (candidate: number): boolean =>
    members.every((member) => combinations.combine(member, candidate));

  const mostFrom = (start: number, depth: number): number => {
    largest.fill(0);
    let most = 0;
    for (let at = start; at < order.length; at += 1) {
      const candidate = order[at] ?? 0;
      if (!fits(candidate)) continue;
      const group = combinations.groupOf[candidate] ?? 0;
      const more = (alone[candidate] ?? 0) - (largest[group] ?? 0);
      if (more <= 0) continue;
      most += more;
      largest[group] = alone[candidate] ?? 0;
    }
    return Math.min(most, contest.leftAt(depth));
  };

  const conflictsLater = (at: number): boolean => {
    const candidate = order[at] ?? 0;
    for (let later = at + 1; later < order.length; later += 1) {
      const other = order[later] ?? 0;
      if (fits(other) && !combinations.combine(candidate, other)) return true;
    }
    return false;
  };

  const search = (start: number, total: number): void => {
    tried += 1;
    if (
      total > best.total ||
      (total === best.total && !inRankOrder && ranksBefore(members, best.members, rank))
    ) {
      best = { members: [...members], total };
    }
    const depth = members.length;
    for (let at = start; at < order.length; at += 1) {
      if (!exact && tried > mostTried) return;
      const candidate = order[at] ?? 0;
      if (!fits(candidate)) continue;
      const most = total + mostFrom(at, depth);
      if (inRankOrder ? most <= best.total : most < best.total) return;
      const amount = contest.take(candidate, depth);
      if (amount === 0) continue;
      const unavoidable = contest.monotone && inRankOrder && !conflictsLater(at);
      members.push(candidate);
      search(at + 1, total + amount);
      members.pop();
      if (unavoidable) return;
    }
  };
  search(0, 0);
  return best;
};
