import { createArchiveSecretReader } from '../../lib/adapters/dynamodb/archive-secret-reader.ts';
import { createArchivedPeople } from '../../lib/adapters/dynamodb/archived-people.ts';
import { createVisitorReader } from '../../lib/adapters/dynamodb/visitor-store.ts';
import { isVisitorId, parseIdKey, visitorIdOf } from '../../lib/domain/identity/visitor-id.ts';
import { createReplay, type ReplayCounts } from '../../lib/service/archive/replay.ts';
import { followLinks } from '../../lib/service/follow-links.ts';
import { type ArchiveHouse, type ArchiveOptions, connectArchive } from '../archive/connect.ts';
import { type ArchiveFile, archiveFiles, linesOf } from '../archive/files.ts';
import { tombstonesIn } from '../archive/tombstones.ts';
import { CommandFailure, type Console, EXIT_USAGE, grouped, printJson, table } from '../console.ts';
import { createProgressBar } from '../simulate/progress.ts';

export interface ArchiveReplayOptions extends ArchiveOptions {
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to?: number;
  /** `user:<userId>`, `anon:<anonymousId>` or a visitor id. */
  readonly visitor?: string;
  readonly keysFrom?: string;
  readonly renew?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** What became of lines, as people read it. */
const LABELS: { readonly [Outcome in keyof ReplayCounts]: string } = {
  replayed: 'events replayed',
  notMeant: 'of other times or people',
  erased: 'of people who were erased',
  keyLost: 'whose key is gone',
  sealed: 'that no key of today opens',
  tooOld: 'received more than 14 days ago',
  unreadable: 'lines that are none of this archive',
};

/** The visitor ids of a person, as far as the store knows which they are. */
const idsOf = async (id: string, { dynamo, tables }: ArchiveHouse): Promise<ReadonlySet<string>> => {
  const visitorId = parseIdKey(id) !== null ? visitorIdOf(id) : isVisitorId(id) ? id : null;
  if (visitorId === null) {
    throw new CommandFailure(
      `'${id}' names nobody: expected user:<userId>, anon:<anonymousId> or a visitor id.`,
      EXIT_USAGE,
    );
  }
  const read = createVisitorReader(dynamo, tables.visitors);
  const person = await followLinks(visitorId, async (each) => (await read([each])).get(each));
  const known = person?.kind === 'visitor' ? Object.keys(person.visitor.state.ids).map(visitorIdOf) : [];
  return new Set([visitorId, ...(person === null ? [] : [person.visitorId]), ...known]);
};

/** Says how far it is, by the bytes of files. */
const progressOf = (files: readonly ArchiveFile[], show: (share: number) => void) => {
  const all = files.reduce((sum, { bytes }) => sum + bytes, 0);
  let done = 0;
  return ({ bytes }: ArchiveFile): void => {
    done += bytes;
    show(all === 0 ? 1 : done / all);
  };
};

const replayAll = async (
  house: ArchiveHouse,
  options: ArchiveReplayOptions,
  console: Console,
): Promise<Readonly<ReplayCounts>> => {
  const secret = await createArchiveSecretReader(house.dynamo, house.tables.visitors)();
  if (secret === null) throw new CommandFailure('That service has archived nothing yet.');
  const bar = createProgressBar(console);
  const all = await archiveFiles(house.directory, Number.NEGATIVE_INFINITY);
  const tombstones = await tombstonesIn(
    all,
    progressOf(all, (share) => bar.show('tombstones', share)),
  );
  const replay = createReplay(
    {
      secret,
      people: createArchivedPeople(house.dynamo, house.tables.visitors, secret, options.keysFrom),
      tombstones,
      queues: house.queues,
      now: house.now,
    },
    {
      from: options.from,
      to: options.to ?? Number.POSITIVE_INFINITY,
      visitorIds: options.visitor === undefined ? null : await idsOf(options.visitor, house),
      renew: options.renew === true,
      dryRun: options.dryRun === true,
    },
  );
  const files = await archiveFiles(house.directory, options.from);
  const note = progressOf(files, (share) => bar.show('events', share));
  try {
    for (const file of files) {
      for await (const line of linesOf(file)) await replay.take(line);
      note(file);
    }
    return await replay.finish();
  } finally {
    bar.clear();
  }
};

/** `wend archive replay`: brings archived events before react again. Exits with 1 where a line could not be opened or read. */
export const archiveReplay = async (options: ArchiveReplayOptions, console: Console): Promise<number> => {
  const house = await connectArchive(options, console);
  try {
    const counts = await replayAll(house, options, console);
    if (options.json === true) printJson(console, counts);
    else {
      const rows = Object.entries(LABELS).flatMap(([outcome, label]) => {
        const count = Object.entries(counts).find(([name]) => name === outcome)?.[1] ?? 0;
        return count === 0 && outcome !== 'replayed' ? [] : [[label, grouped(count)]];
      });
      console.out(table(rows));
      if (options.dryRun === true) console.out('Nothing was sent: --dry-run.\n');
    }
    return counts.unreadable + counts.sealed === 0 ? 0 : 1;
  } finally {
    house.close();
  }
};
