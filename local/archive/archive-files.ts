import { appendFile, mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** What a delivery stream leaves in a bucket, as files of a directory: one a day, each added to. */
export interface ArchiveFiles {
  /** Adds lines to the file of the day; resolves when they are written. */
  readonly append: (lines: Buffer) => Promise<void>;
  /** Forgets all of it. */
  readonly wipe: () => Promise<void>;
}

const END = '\n';

/** A service that was killed may have written half a line, to which the next one must not be added. */
const endLastLine = async (path: string): Promise<void> => {
  const file = await open(path, 'a+');
  try {
    const { size } = await file.stat();
    if (size === 0) return;
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
    if (buffer.toString() !== END) await file.write(END);
  } finally {
    await file.close();
  }
};

/**
 * The files `events/day=<yyyy-mm-dd>/records.jsonl`, laid out as the delivery stream lays its objects out. A day is the
 * clock's, in UTC.
 */
export const createArchiveFiles = (directory: string, now: () => number): ArchiveFiles => {
  let begun = '';
  // One after the other: what is larger than a write takes would be mixed up.
  let last: Promise<void> = Promise.resolve();

  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const done = last.then(work);
    last = done.catch(() => undefined);
    return done;
  };

  const begin = async (folder: string, path: string): Promise<void> => {
    await mkdir(folder, { recursive: true });
    await endLastLine(path);
    begun = path;
  };

  return {
    append: (lines) =>
      inTurn(async () => {
        const folder = join(directory, 'events', `day=${new Date(now()).toISOString().slice(0, 10)}`);
        const path = join(folder, 'records.jsonl');
        if (begun !== path) await begin(folder, path);
        await appendFile(path, lines);
      }),
    wipe: () =>
      inTurn(async () => {
        begun = '';
        await rm(directory, { recursive: true, force: true });
      }),
  };
};
