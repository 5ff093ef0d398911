import { setTimeout as pause } from 'node:timers/promises';
import { createAllVisitors } from '../../lib/adapters/dynamodb/all-visitors.ts';
import { createArchiveSecretReader } from '../../lib/adapters/dynamodb/archive-secret-reader.ts';
import { createForgetVisitor } from '../../lib/adapters/dynamodb/forget-visitor.ts';
import { createTombstoneWriter } from '../../lib/adapters/dynamodb/tombstone-writer.ts';
import { restoreTombstones } from '../../lib/service/archive/restore-tombstones.ts';
import { type ArchiveOptions, connectArchive } from '../archive/connect.ts';
import { archiveFiles } from '../archive/files.ts';
import { tombstonesIn } from '../archive/tombstones.ts';
import { CommandFailure, type Console, grouped, printJson } from '../console.ts';

export interface ArchiveRestoreOptions extends ArchiveOptions {
  readonly json?: boolean;
}

/** `wend archive tombstones`: forgets again whoever was erased after the backup that a store was restored from. */
export const archiveTombstones = async (
  options: ArchiveRestoreOptions,
  console: Console,
): Promise<number> => {
  const house = await connectArchive(options, console);
  const { dynamo, tables } = house;
  try {
    const secret = await createArchiveSecretReader(dynamo, tables.visitors)();
    if (secret === null) throw new CommandFailure('That service has archived nothing yet.');
    const files = await archiveFiles(house.directory, Number.NEGATIVE_INFINITY);
    const tombstones = await tombstonesIn(files, () => undefined);
    const forgotten = await restoreTombstones(
      {
        secret,
        writer: createTombstoneWriter(dynamo, tables.visitors),
        visitors: createAllVisitors(dynamo, tables.visitors),
        forget: createForgetVisitor(dynamo, tables, { pause, random: Math.random }),
      },
      tombstones,
    );
    if (options.json === true) printJson(console, { tombstones: tombstones.size, forgotten });
    else {
      console.out(
        `${grouped(tombstones.size)} tombstones stand; ${grouped(forgotten)} visitor ids were back, and are forgotten again.\n`,
      );
    }
    return 0;
  } finally {
    house.close();
  }
};
