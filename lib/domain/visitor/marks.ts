/** A message that took effect: its mark, and when the service accepted it (milliseconds since 1970). */
export type Mark = readonly [mark: string, receivedAt: number];

/** Marks kept in the visitor item between busy commits; older ones become items of their own. */
export const MAX_MARKS = 64;

/** For how long a `messageId` takes effect only once: longer than a dead-letter queue keeps (14 days). */
export const MARK_LIFE_MS = 15 * 24 * 60 * 60_000;

/** Marks after some more, and those that must be put as items of their own before the commit. */
export interface KeptMarks {
  readonly kept: readonly Mark[];
  readonly evicted: readonly Mark[];
}

/**
 * Keeps all fresh marks and the newest of those committed before; evicts what else is within its life at `now`,
 * forgets what is not. Never evicts a fresh one: it would be an item of its own before its event is committed,
 * and the event would be lost where that commit fails.
 */
export const keepMarks = (committed: readonly Mark[], fresh: readonly Mark[], now: number): KeptMarks => {
  const excess = committed.length + fresh.length - MAX_MARKS;
  if (excess <= 0) return { kept: fresh.length === 0 ? committed : [...committed, ...fresh], evicted: [] };
  const sorted = committed.toSorted(([a, atA], [b, atB]) => atA - atB || (a < b ? -1 : 1));
  return {
    kept: [...sorted.slice(excess), ...fresh],
    evicted: sorted.slice(0, excess).filter(([, receivedAt]) => receivedAt > now - MARK_LIFE_MS),
  };
};

/** A visitor id with marks of its own items, and when (milliseconds since 1970) the last of them is past its life. */
export type MarkHome = readonly [visitorId: string, until: number];

/** Homes asked for older marks; of a person with more busy pasts than that, the ones that end last. */
export const MAX_MARK_HOMES = 32;

/** The homes still worth asking at `now`, with one more where marks were put under it. */
export const keepHomes = (
  homes: readonly MarkHome[],
  evicted: readonly Mark[],
  visitorId: string,
  now: number,
): readonly MarkHome[] =>
  mergeHomes(
    homes.filter(([, until]) => until > now),
    evicted.map(([, receivedAt]): MarkHome => [visitorId, receivedAt + MARK_LIFE_MS]),
  );

/** Two people's homes as one. */
export const mergeHomes = (a: readonly MarkHome[], b: readonly MarkHome[]): readonly MarkHome[] => {
  if (b.length === 0) return a;
  const homes = new Map<string, number>(a);
  for (const [visitorId, until] of b) homes.set(visitorId, Math.max(homes.get(visitorId) ?? 0, until));
  const all = [...homes];
  if (all.length <= MAX_MARK_HOMES) return all;
  return all.sort(([idA, a], [idB, b]) => b - a || (idA < idB ? -1 : 1)).slice(0, MAX_MARK_HOMES);
};
