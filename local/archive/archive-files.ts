import { appendFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** What a delivery stream leaves in a bucket, as files of a directory: one a day, each added to. */
export interface ArchiveFiles {
  /** Adds text to the file of the day; resolves when it is written. */
  readonly append: (text: Buffer) => Promise<void>;
  /** Forgets all of it. */
  readonly wipe: () => Promise<void>;
}

/**
 * The files `events/day=<yyyy-mm-dd>/records.jsonl`, laid out as the delivery stream lays its objects out. A day is the
 * clock's, in UTC.
 */
export const createArchiveFiles = (directory: string, now: () => number): ArchiveFiles => {
  let made = '';
  return {
    append: async (text) => {
      const folder = join(directory, 'events', `day=${new Date(now()).toISOString().slice(0, 10)}`);
      if (made !== folder) await mkdir(folder, { recursive: true });
      made = folder;
      await appendFile(join(folder, 'records.jsonl'), text);
    },
    wipe: async () => {
      made = '';
      await rm(directory, { recursive: true, force: true });
    },
  };
};
