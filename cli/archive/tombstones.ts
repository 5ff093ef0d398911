import { readLine } from '../../lib/service/archive/read-line.ts';
import { type ArchiveFile, linesOf } from './files.ts';

/** What lines that tell of a tombstone begin with: of all others only this much is looked at. */
const BEGINNING = '{"v":1,"tombstone"';

/**
 * All tombstones of an archive, by their names, each with the latest time. They are looked for in all files, whatever
 * their day: somebody may have been erased long after their events.
 */
export const tombstonesIn = async (
  files: readonly ArchiveFile[],
  onProgress: (file: ArchiveFile) => void,
): Promise<ReadonlyMap<string, number>> => {
  const tombstones = new Map<string, number>();
  for (const file of files) {
    for await (const line of linesOf(file)) {
      if (!line.startsWith(BEGINNING)) continue;
      const read = readLine(line);
      if (read.kind !== 'tombstone') continue;
      tombstones.set(read.name, Math.max(read.erasedAt, tombstones.get(read.name) ?? read.erasedAt));
    }
    onProgress(file);
  }
  return tombstones;
};
