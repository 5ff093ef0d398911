import { murmur3 } from '../../domain/hash.ts';
import type { Item } from './item.ts';

/** Shards of an hour: a million people due at nine must not meet in one partition of the index. */
const SHARDS = 16;

const HOUR_MS = 3_600_000;

/** The last moment that the index can name: the end of the year 9999. */
const LAST = Date.UTC(10_000, 0, 1) - 1;

const hourOf = (at: number): string => new Date(at).toISOString().slice(0, 13);

const partitionOf = (at: number, shard: number): string => `${hourOf(at)}#${shard}`;

/** Sort key of a moment in the index. */
export const dueAtOf = (at: number): string => String(Math.max(0, Math.floor(at))).padStart(16, '0');

/**
 * The attributes that put a visitor into the due index.
 *
 * @param due - milliseconds since 1970; null: the visitor is not in it
 */
export const dueAttributes = (visitorId: string, due: number | null): Item => {
  if (due === null) return {};
  const at = Math.min(LAST, Math.max(0, due));
  return {
    dueHour: { S: partitionOf(at, murmur3(visitorId, 0x73686172) % SHARDS) },
    dueAt: { S: dueAtOf(at) },
  };
};

/** The partitions of all hours that lie between two moments, both included: first the later. */
export const duePartitions = (from: number, to: number): readonly string[] => {
  const partitions: string[] = [];
  for (let hour = Math.floor(to / HOUR_MS); hour >= Math.floor(from / HOUR_MS); hour--) {
    for (let shard = 0; shard < SHARDS; shard++) partitions.push(partitionOf(hour * HOUR_MS, shard));
  }
  return partitions;
};
