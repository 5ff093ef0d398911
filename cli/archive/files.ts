import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { CommandFailure, messageOf } from '../console.ts';

/** A file of the archive. */
export interface ArchiveFile {
  readonly path: string;
  readonly bytes: number;
}

/** Where Firehose lays aside what it could not deliver, in a form of its own. */
const FAILED = 'failed';

/** The day that a file is of, by its folder: `day=2026-11-26`. */
const DAY = /(?:^|[\\/])day=(\d{4}-\d{2}-\d{2})[\\/]/;

/**
 * The files of an archive's directory, in the order of their days.
 *
 * @param from - milliseconds since 1970: files of days before that one are left out. Nothing arrives before it was received.
 * @throws CommandFailure where the directory can't be read
 */
export const archiveFiles = async (directory: string, from: number): Promise<readonly ArchiveFile[]> => {
  const first = Number.isFinite(from) ? new Date(from).toISOString().slice(0, 10) : '';
  try {
    const entries = await readdir(directory, { recursive: true, withFileTypes: true });
    const paths = entries
      .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => !path.slice(directory.length).split(sep).includes(FAILED))
      .filter((path) => (DAY.exec(path)?.[1] ?? first) >= first);
    return await Promise.all(paths.sort().map(async (path) => ({ path, bytes: (await stat(path)).size })));
  } catch (error) {
    throw new CommandFailure(`The archive in ${directory} can't be read: ${messageOf(error)}`, undefined, {
      cause: error,
    });
  }
};

/** Lines of a file, compressed or not. */
export async function* linesOf({ path }: ArchiveFile): AsyncGenerator<string> {
  const file = createReadStream(path);
  const input = path.endsWith('.gz') ? file.pipe(createGunzip()) : file;
  file.on('error', (error) => input.destroy(error));
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line !== '') yield line;
  }
}
