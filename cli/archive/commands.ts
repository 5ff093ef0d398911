import { type Command, InvalidArgumentError } from 'commander';
import { parseInstant } from '../../lib/domain/time/instant.ts';
import type { ArchiveReplayOptions } from '../commands/archive-replay.ts';
import type { ArchiveRestoreOptions } from '../commands/archive-restore.ts';
import type { Console } from '../console.ts';

/** A day, or a time, in UTC. */
const instant = (text: string): number => {
  const at = parseInstant(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text);
  if (at === null) throw new InvalidArgumentError('Expected a day or a time, such as 2026-11-26T08:00:00Z.');
  return at;
};

/** Options that every command has, as the others of `wend` name them. */
export interface SharedOptions {
  readonly url: readonly [flags: string, description: string];
  readonly environment: readonly [flags: string, description: string];
  readonly json: readonly [flags: string, description: string];
}

const DIRECTORY = [
  '--dir <dir>',
  "where the archive's files are, as `aws s3 sync` brings them (default: those of the service on this machine)",
] as const;

/** Adds `wend archive …`; its commands load the SDK only when they are called. */
export const addArchive = (
  wend: Command,
  { url, environment, json }: SharedOptions,
  console: Console,
  done: (exitCode: number) => void,
): void => {
  const archive = wend.command('archive').description('events that took effect, kept for a disaster');
  archive
    .command('replay')
    .description(
      'bring archived events before the service again: what it has changes nothing, what it lost is back',
    )
    .requiredOption('--from <time>', 'received from this day or time on, in UTC', instant)
    .option('--to <time>', 'received before it (default: up to now)', instant)
    .option('--visitor <id>', "one person's: user:<userId>, anon:<anonymousId> or a visitor id")
    .option(...DIRECTORY)
    .option('--keys-from <table>', 'a table that still has keys which the restored one lacks')
    .option('--renew', 'the store never had what was received more than 14 days ago: take it as received now')
    .option('--dry-run', 'say what would be replayed')
    .option(...environment)
    .option(...url)
    .option(...json)
    .action(async (options: ArchiveReplayOptions) => {
      const { archiveReplay } = await import('../commands/archive-replay.ts');
      done(await archiveReplay(options, console));
    });
  archive
    .command('tombstones')
    .description('forget again whoever was erased after the backup that the store was restored from')
    .option(...DIRECTORY)
    .option(...environment)
    .option(...url)
    .option(...json)
    .action(async (options: ArchiveRestoreOptions) => {
      const { archiveTombstones } = await import('../commands/archive-restore.ts');
      done(await archiveTombstones(options, console));
    });
};
