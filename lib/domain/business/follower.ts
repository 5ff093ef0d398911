import { murmur3 } from '../hash.ts';

/** How fast followers are told: so many at once, then a pause in milliseconds. */
export interface Wave {
  readonly size: number;
  readonly gapMs: number;
}

/** A visitor who wants to hear of a subject. Times are milliseconds since 1970. */
export interface Follower {
  readonly visitorId: string;
  /** Where they stand among the subject's followers: see {@link placeOf}. */
  readonly place: string;
  /** Null: for good. */
  readonly until: number | null;
  readonly wave: Wave | null;
}

/** A visitor's follow of one subject, as a commit of theirs asks for it. */
export interface Follow {
  readonly visitorId: string;
  readonly subject: string;
  readonly followId: string;
  readonly until: number | null;
  readonly rank: number;
  readonly wave: Wave | null;
  /** When the commit was, and its version: of two follows the later one's rank holds. */
  readonly at: number;
  readonly version: number;
}

/** Followers of one subject lie under this many keys: a store bounds what one key takes in a second. */
export const FOLLOWER_SHARDS = 16;

/** The shard of a visitor, the same for all subjects. */
export const shardOf = (visitorId: string): number => murmur3(visitorId, 0x666f6c6c) % FOLLOWER_SHARDS;

const bits = new DataView(new ArrayBuffer(8));

/**
 * A rank as 16 hex digits whose order as text is the order of ranks, highest first: a double's bits are in the
 * order of its values once those of negative numbers are inverted. What is no number stands last.
 */
export const rankKey = (rank: number): string => {
  // Adding 0 makes -0, which has bits of its own, 0.
  bits.setFloat64(0, Number.isNaN(rank) ? Number.NEGATIVE_INFINITY : rank + 0);
  const raw = bits.getBigUint64(0);
  const isNegative = raw >> 63n === 1n;
  return (isNegative ? raw : ~raw & 0x7fff_ffff_ffff_ffffn).toString(16).padStart(16, '0');
};

/** Where a follower stands: as text in the order of rank, highest first, ties by visitor id. */
export const placeOf = (rank: number, visitorId: string): string => `${rankKey(rank)}#${visitorId}`;

const longer = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? null : Math.max(a, b);

/**
 * What holds of two follows of one visitor and subject: the longer of their ends, and the later one's rank and wave.
 * Any order and repetition gives the same.
 */
export const mergeFollows = (a: Follow, b: Follow): Follow => {
  const later = a.at - b.at || a.version - b.version || (a.followId < b.followId ? -1 : 1);
  return { ...(later > 0 ? a : b), until: longer(a.until, b.until) };
};

/** Followers of one shard from some place on, in order; `more`: there may be others after the last. */
export interface ShardRead {
  readonly followers: readonly Follower[];
  readonly more: boolean;
}

/** A page of a subject's followers over all shards, in order. */
export interface FollowerPage {
  readonly followers: readonly Follower[];
  readonly more: boolean;
}

const byPlace = (a: Follower, b: Follower): number => (a.place < b.place ? -1 : 1);

/**
 * Merges what was read of each shard into one order. A shard that has more may hold somebody right after the last
 * that was read of it: the page ends at the first such end, or at `limit`.
 */
export const mergeShards = (reads: readonly ShardRead[], limit: number): FollowerPage => {
  const ends = reads.flatMap((read) => (read.more ? [read.followers.at(-1)?.place ?? ''] : []));
  const end = ends.reduce<string | null>(
    (first, place) => (first === null || place < first ? place : first),
    null,
  );
  const all = reads.flatMap((read) => read.followers).sort(byPlace);
  const certain = end === null ? all : all.filter(({ place }) => place <= end);
  const followers = certain.slice(0, limit);
  return { followers, more: end !== null || followers.length < all.length };
};
