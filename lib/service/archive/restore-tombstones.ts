import type { TombstoneWriter } from '../../contracts/archive.ts';
import { type ArchiveSecret, tombstoneName } from '../../domain/archive/archive-secret.ts';

/** A visitor id of the store, and when it was last erased as far as the item knows. */
export interface RestoredVisitor {
  readonly visitorId: string;
  readonly erasedAt: number | null;
}

export interface RestoreDeps {
  readonly secret: ArchiveSecret;
  readonly writer: TombstoneWriter;
  /** All that the store holds. */
  readonly visitors: () => AsyncIterable<RestoredVisitor>;
  /** Deletes all that lies under a visitor id, but for what somebody began anew after they were erased. */
  readonly forget: (visitorId: string, erasedAt: number) => Promise<void>;
}

/**
 * Replays tombstones over a store that was restored from a backup, before it serves: whoever was erased after the backup
 * is in it again, and is forgotten again, with the key of their archived events. Whoever came back after their erasure
 * stays.
 *
 * @param tombstones - when each was erased, by the tombstone's name
 * @returns how many visitor ids were back
 */
export const restoreTombstones = async (
  { secret, writer, visitors, forget }: RestoreDeps,
  tombstones: ReadonlyMap<string, number>,
): Promise<number> => {
  // First of all: what is applied meanwhile shall find them.
  for (const [name, erasedAt] of tombstones) await writer.leave(name, erasedAt);
  let forgotten = 0;
  for await (const { visitorId, erasedAt } of visitors()) {
    const erasedLast = tombstones.get(tombstoneName(secret, visitorId));
    if (erasedLast === undefined || (erasedAt ?? Number.NEGATIVE_INFINITY) >= erasedLast) continue;
    await forget(visitorId, erasedLast);
    forgotten += 1;
  }
  return forgotten;
};
