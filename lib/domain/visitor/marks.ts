/** A message that took effect: its mark, and when the service accepted it (milliseconds since 1970). */
export type Mark = readonly [mark: string, receivedAt: number];

/** Marks kept in the visitor item itself; older ones become items of their own. */
export const MAX_MARKS = 64;

/** For how long a `messageId` takes effect only once: longer than a dead-letter queue keeps (14 days). */
export const MARK_LIFE_MS = 15 * 24 * 60 * 60_000;

/** Marks after some more, and those that must be put as items of their own before the commit. */
export interface KeptMarks {
  readonly kept: readonly Mark[];
  readonly evicted: readonly Mark[];
}

/** Keeps the newest marks; evicts what is still within its life at `now`, forgets what is not. */
export const keepMarks = (marks: readonly Mark[], now: number): KeptMarks => {
  if (marks.length <= MAX_MARKS) return { kept: marks, evicted: [] };
  const sorted = marks.toSorted(([a, atA], [b, atB]) => atA - atB || (a < b ? -1 : 1));
  const excess = sorted.length - MAX_MARKS;
  return {
    kept: sorted.slice(excess),
    evicted: sorted.slice(0, excess).filter(([, receivedAt]) => receivedAt > now - MARK_LIFE_MS),
  };
};

/** A visitor id with marks of its own items, and when (milliseconds since 1970) the last of them is past its life. */
export type MarkHome = readonly [visitorId: string, until: number];

/** The homes still worth asking at `now`, with one more where marks were put under it. */
export const keepHomes = (
  homes: readonly MarkHome[],
  evicted: readonly Mark[],
  visitorId: string,
  now: number,
): readonly MarkHome[] => {
  const alive = new Map(homes.filter(([, until]) => until > now));
  for (const [, receivedAt] of evicted) {
    alive.set(visitorId, Math.max(alive.get(visitorId) ?? 0, receivedAt + MARK_LIFE_MS));
  }
  return [...alive];
};
