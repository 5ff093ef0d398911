import type { Replayed } from '../../contracts/bus.ts';
import type { QueueSender } from '../../contracts/queue-sender.ts';
import { type ArchiveSecret, findVisitorId, tombstoneName } from '../../domain/archive/archive-secret.ts';
import type { SealedRecord } from '../../domain/archive/record.ts';
import { partsWithin } from '../../domain/parts-within.ts';
import type { VisitorEvent } from '../../domain/visitor/event.ts';
import { MARK_LIFE_MS } from '../../domain/visitor/marks.ts';
import { openEvent, readLine } from './read-line.ts';

/** What the store says of somebody whose events were archived. */
export interface ArchivedPerson {
  /** Null: they have none. */
  readonly key: Uint8Array | null;
  /** One that they had, in a table that is kept for its keys. */
  readonly lostKey: Uint8Array | null;
  /** Milliseconds since 1970; null: never. */
  readonly erasedAt: number | null;
}

export interface ReplayDeps {
  readonly secret: ArchiveSecret;
  readonly people: (visitorIds: readonly string[]) => Promise<ReadonlyMap<string, ArchivedPerson>>;
  /** Tombstones that were found in the archive itself, by their names. */
  readonly tombstones: ReadonlyMap<string, number>;
  readonly queues: Pick<QueueSender, 'send'>;
  /** The service's clock, milliseconds since 1970. */
  readonly now: () => number;
}

/** Which events are meant, and how they are sent. */
export interface ReplayOptions {
  /** Received from then on, milliseconds since 1970. */
  readonly from: number;
  /** Received before. */
  readonly to: number;
  /** Whose; null: everybody's. */
  readonly visitorIds: ReadonlySet<string> | null;
  /**
   * The store never had them: what was received more than 15 days ago is said to be received now, since its messageId
   * would not be remembered. Anything that was there already would count twice.
   */
  readonly renew: boolean;
  /** Sends nothing. */
  readonly dryRun: boolean;
}

/** What became of the lines of an archive. */
export type ReplayCounts = { -readonly [Outcome in ReplayOutcome]: number };

export type ReplayOutcome =
  /** Put before react again. */
  | 'replayed'
  /** Received at another time, or somebody else's. */
  | 'notMeant'
  /** Of people who were erased since. */
  | 'erased'
  /** The key is gone, with the person's item. */
  | 'keyLost'
  /** There is a key, and it does not open the record: it is of an earlier life, or the record was changed. */
  | 'sealed'
  /** Received more than 15 days ago: it could not be told whether the store has it. */
  | 'tooOld'
  | 'unreadable';

/** Records that are looked after at a time. */
const BATCH = 1000;

/** Events in one message at most, and bytes of them. */
const MAX_MESSAGE_EVENTS = 400;
const MAX_MESSAGE_BYTES = 180_000;

/** What is sent lies in a queue for a while: it shall not get too old there. */
const MARGIN_MS = 24 * 60 * 60_000;

/** People of whom the store was asked, kept: those of one file are mostly the same. */
const MAX_KNOWN = 20_000;

/** An event as it is sent. */
interface Opened {
  readonly home: string;
  readonly event: VisitorEvent;
  readonly replayed: Replayed;
}

interface Waiting {
  readonly visitorId: string;
  readonly receivedAt: number;
  readonly record: SealedRecord;
}

/**
 * Brings archived events before react again, each under the messageId that it took effect with: what the store shows
 * changes nothing, what it lost takes effect as it did. Nobody who was erased comes back, and nobody whose key is gone.
 */
export const createReplay = (deps: ReplayDeps, options: ReplayOptions) => {
  const counts: ReplayCounts = {
    replayed: 0,
    notMeant: 0,
    erased: 0,
    keyLost: 0,
    sealed: 0,
    tooOld: 0,
    unreadable: 0,
  };
  const known = new Map<string, ArchivedPerson>();
  let waiting: Waiting[] = [];

  const learnOf = async (visitorIds: readonly string[]): Promise<void> => {
    const unknown = [...new Set(visitorIds)].filter((visitorId) => !known.has(visitorId));
    if (known.size + unknown.length > MAX_KNOWN) known.clear();
    const asked = known.size === 0 ? [...new Set(visitorIds)] : unknown;
    for (const [visitorId, person] of await deps.people(asked)) known.set(visitorId, person);
  };

  const isErased = (visitorId: string, receivedAt: number): boolean => {
    const inStore = known.get(visitorId)?.erasedAt ?? Number.NEGATIVE_INFINITY;
    const inArchive = deps.tombstones.get(tombstoneName(deps.secret, visitorId)) ?? Number.NEGATIVE_INFINITY;
    return receivedAt <= Math.max(inStore, inArchive);
  };

  /** The event as it is sent, or what becomes of it. */
  const judge = ({ visitorId, receivedAt, record }: Waiting, oldest: number): ReplayOutcome | Opened => {
    if (isErased(visitorId, receivedAt)) return 'erased';
    const { key = null, lostKey = null } = known.get(visitorId) ?? {};
    if (key === null && lostKey === null) return 'keyLost';
    const kept = key === null ? null : openEvent(record, key);
    const archived = kept ?? (lostKey === null ? null : openEvent(record, lostKey));
    if (archived === null) return 'sealed';
    const { home, event } = archived;
    const replayed = kept === null ? 'lost-key' : 'same-key';
    if (event.receivedAt > oldest) return { home, event, replayed };
    return options.renew ? { home, event: { ...event, receivedAt: deps.now() }, replayed } : 'tooOld';
  };

  const work = async (): Promise<void> => {
    const records = waiting;
    waiting = [];
    await learnOf(records.map(({ visitorId }) => visitorId));
    const oldest = deps.now() - MARK_LIFE_MS + MARGIN_MS;
    const opened: Opened[] = [];
    for (const record of records) {
      const judged = judge(record, oldest);
      if (typeof judged === 'string') counts[judged] += 1;
      else opened.push(judged);
    }
    counts.replayed += opened.length;
    if (!options.dryRun) await deps.queues.send('events-received', messagesOf(opened));
  };

  return {
    /** Takes the next line. */
    take: async (line: string): Promise<void> => {
      const read = readLine(line);
      if (read.kind === 'tombstone') return;
      const visitorId = read.kind === 'event' ? findVisitorId(deps.secret, read.facts.key) : null;
      if (read.kind === 'unreadable' || visitorId === null) {
        counts.unreadable += 1;
        return;
      }
      const { receivedAt, record } = read;
      const isMeant = receivedAt >= options.from && receivedAt < options.to;
      if (!isMeant || options.visitorIds?.has(visitorId) === false) {
        counts.notMeant += 1;
        return;
      }
      waiting.push({ visitorId, receivedAt, record });
      if (waiting.length === BATCH) await work();
    },
    /** Sends what is left, and says what became of all. */
    finish: async (): Promise<Readonly<ReplayCounts>> => {
      if (waiting.length > 0) await work();
      return counts;
    },
  };
};

/** Events as mail for the visitor ids that they came under: in as many messages as they need. */
const messagesOf = (opened: readonly Opened[]): readonly object[] => {
  const groups = Map.groupBy(opened, ({ home, replayed }) => `${home} ${replayed}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const parts = partsWithin(
      group.map(({ event }) => event),
      (event) => Buffer.byteLength(JSON.stringify(event)) + 1,
      { size: MAX_MESSAGE_BYTES, count: MAX_MESSAGE_EVENTS },
    );
    const { home, replayed } = first;
    return parts.map((events) => ({ mail: { visitorIds: [home], events, replayed } }));
  });
};
