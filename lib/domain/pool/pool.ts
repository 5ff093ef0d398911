/** A few seats for whom a journey gathers candidates: best rank first, each seat held by one instance at a time. */
export interface Pool {
  readonly poolId: string;
  /** What the first to join said; null while only releases have come. */
  readonly terms: PoolTerms | null;
  readonly candidates: readonly Candidate[];
}

export interface PoolTerms {
  readonly seats: number;
  /** When candidates have gathered, milliseconds since 1970. */
  readonly closesAt: number;
  /** Who joined first: {@link candidateKey}. With them comes the message that closes the pool. */
  readonly openedBy: string;
}

/** An instance of a journey's step that asks for a seat. */
export interface Asker {
  readonly visitorId: string;
  readonly run: string;
  readonly stepId: string;
}

export interface Candidate extends Asker {
  /** Higher goes first; ties by visitor id. */
  readonly rank: number;
  /**
   * `waiting`; `offered`: holds a seat and is not yet told; `told`: holds a seat; `released`: asks for none any more
   * and never will.
   */
  readonly status: 'waiting' | 'offered' | 'told' | 'released';
  /** When the seat was offered, milliseconds since 1970; null before. */
  readonly offeredAt: number | null;
}

/**
 * A pool gathers for so long after its first candidate came, milliseconds, whatever closing time they name: of a delay
 * that is reported late all passengers come when it is over, and the best of them may be the last.
 */
const LEAST_GATHERING_MS = 10_000;

/** Candidates that a pool remembers: of more, the last in the order of rank are let go. */
export const MAX_CANDIDATES = 4000;

/** Names a candidate within the pool. */
export const candidateKey = ({ run, stepId }: Pick<Asker, 'run' | 'stepId'>): string => `${run}\n${stepId}`;

export const emptyPool = (poolId: string): Pool => ({ poolId, terms: null, candidates: [] });

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const compareCandidates = (a: Candidate, b: Candidate): number =>
  // Not a difference: two infinite ranks have none.
  (a.rank === b.rank ? 0 : b.rank > a.rank ? 1 : -1) ||
  compareText(a.visitorId, b.visitorId) ||
  compareText(candidateKey(a), candidateKey(b));

const find = (pool: Pool, asker: Pick<Asker, 'run' | 'stepId'>): Candidate | undefined =>
  pool.candidates.find((candidate) => candidateKey(candidate) === candidateKey(asker));

const replace = (pool: Pool, changed: Candidate): Pool => ({
  ...pool,
  candidates: pool.candidates.map((candidate) =>
    candidateKey(candidate) === candidateKey(changed) ? changed : candidate,
  ),
});

/** Over the bound those go first who wait last in the order, then whoever was released longest ago. */
const bounded = (candidates: readonly Candidate[]): readonly Candidate[] => {
  if (candidates.length <= MAX_CANDIDATES) return candidates;
  const last =
    candidates
      .filter(({ status }) => status === 'waiting')
      .toSorted(compareCandidates)
      .at(-1) ?? candidates.find(({ status }) => status === 'released');
  return last === undefined ? candidates : candidates.filter((candidate) => candidate !== last);
};

/**
 * Someone asks for a seat. Who asked before, or gave theirs back (a release that overtook its join), changes
 * nothing. The first to ask says how many seats there are and when the pool closes.
 *
 * @param now - milliseconds since 1970
 */
export const joinPool = (
  pool: Pool,
  asker: Asker,
  ask: { readonly rank: number; readonly seats: number; readonly closesAt: number },
  now: number,
): Pool => {
  const { seats, rank } = ask;
  const closesAt = Math.max(ask.closesAt, now + LEAST_GATHERING_MS);
  const terms = pool.terms ?? { seats, closesAt, openedBy: candidateKey(asker) };
  if (find(pool, asker) !== undefined) return pool.terms === null ? { ...pool, terms } : pool;
  const { visitorId, run, stepId } = asker;
  const candidate: Candidate = { visitorId, run, stepId, rank, status: 'waiting', offeredAt: null };
  return { ...pool, terms, candidates: bounded([...pool.candidates, candidate]) };
};

/** A seat, or a place among those who wait, is given back for good. */
export const releaseSeat = (pool: Pool, asker: Asker): Pool => {
  const candidate = find(pool, asker);
  if (candidate?.status === 'released') return pool;
  if (candidate !== undefined) return replace(pool, { ...candidate, status: 'released' });
  const { visitorId, run, stepId } = asker;
  const released: Candidate = { visitorId, run, stepId, rank: 0, status: 'released', offeredAt: null };
  return { ...pool, candidates: bounded([...pool.candidates, released]) };
};

/** Who holds a seat, told of it or not. */
export const seatHolders = (pool: Pool): readonly Candidate[] =>
  pool.candidates.filter(({ status }) => status === 'offered' || status === 'told');

/** Whether candidates have gathered by `now` (milliseconds since 1970). */
export const isClosed = (pool: Pool, now: number): boolean =>
  pool.terms !== null && now >= pool.terms.closesAt;

/** Once the pool is closed, gives what seats are free to the best of those who wait. */
export const offerSeats = (pool: Pool, now: number): Pool => {
  if (pool.terms === null || !isClosed(pool, now)) return pool;
  const free = pool.terms.seats - seatHolders(pool).length;
  if (free <= 0) return pool;
  const best = pool.candidates
    .filter(({ status }) => status === 'waiting')
    .toSorted(compareCandidates)
    .slice(0, free);
  if (best.length === 0) return pool;
  const chosen = new Set(best.map(candidateKey));
  return {
    ...pool,
    candidates: pool.candidates.map((candidate) =>
      chosen.has(candidateKey(candidate)) ? { ...candidate, status: 'offered', offeredAt: now } : candidate,
    ),
  };
};

/** Those who hold a seat and are not known to have been told. */
export const untold = (pool: Pool): readonly Candidate[] =>
  pool.candidates.filter(({ status }) => status === 'offered');

/** Remembers that these were told, unless they gave the seat back meanwhile. */
export const markTold = (pool: Pool, told: readonly Pick<Asker, 'run' | 'stepId'>[]): Pool => {
  const keys = new Set(told.map(candidateKey));
  if (!untold(pool).some((candidate) => keys.has(candidateKey(candidate)))) return pool;
  return {
    ...pool,
    candidates: pool.candidates.map((candidate) =>
      candidate.status === 'offered' && keys.has(candidateKey(candidate))
        ? { ...candidate, status: 'told' }
        : candidate,
    ),
  };
};
