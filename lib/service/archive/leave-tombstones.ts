import type { ArchiveStream, TombstoneWriter } from '../../contracts/archive.ts';
import { type ArchiveSecret, tombstoneName } from '../../domain/archive/archive-secret.ts';
import { tombstoneRecordOf } from '../../domain/archive/record.ts';

export interface TombstonesDeps {
  readonly secret: () => Promise<ArchiveSecret>;
  readonly writer: TombstoneWriter;
  /** The archive: a table that is restored from a backup learns from it who was erased since. Null: there is none. */
  readonly stream: ArchiveStream | null;
}

/**
 * Leaves a tombstone for each id of a person who is erased: what was received of them until then is dropped from now on,
 * whenever it comes. It has to stand before their items go, and their keys with them: whatever is applied at this very moment
 * finds it in the same read, drops what was received before, and begins anew with what came after.
 *
 * @param visitorIds - of all ids that are this person
 * @param erasedAt - milliseconds since 1970
 */
export const leaveTombstones =
  ({ secret, writer, stream }: TombstonesDeps) =>
  async (visitorIds: readonly string[], erasedAt: number): Promise<void> => {
    const names = await secret();
    const tombstones = visitorIds.map((visitorId) => tombstoneName(names, visitorId));
    for (const name of tombstones) await writer.leave(name, erasedAt);
    await stream?.put(tombstones.map((name) => tombstoneRecordOf(name, erasedAt)));
  };
