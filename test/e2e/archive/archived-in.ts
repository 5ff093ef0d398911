import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The lines of the archive of a local service, by its data directory. */
export const archivedIn = (dataDirectory: string): readonly string[] => {
  const archive = join(dataDirectory, 'archive');
  return readdirSync(archive, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.jsonl'))
    .flatMap((path) => readFileSync(join(archive, path), 'utf8').split('\n'))
    .filter((line) => line !== '');
};
