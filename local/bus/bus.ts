import * as z from 'zod';
import type { QueueName } from '../../lib/contracts/queues.ts';
import { type DurableLog, text } from '../log/durable-log.ts';
import type { Queues } from '../queue/queues.ts';
import { type AcceptedEvent, type BusEvent, bodyOf } from './event.ts';

/** The event bus: every event is in the log, and in the queues of the rules it matches, before `put` resolves. */
export interface Bus {
  /** Stores all of them in one transaction. */
  readonly put: (events: readonly AcceptedEvent[]) => Promise<void>;
  /** The last events, newest first. */
  readonly recent: (limit: number) => readonly BusEvent[];
  /** The last events of one detail-type, newest first. */
  readonly recentOf: (detailType: string, limit: number) => readonly BusEvent[];
  /** Forgets every event; to be called inside a commit of the same log. */
  readonly wipe: () => void;
}

/** How many events the log keeps, apart from those still in a queue. */
export const KEPT_EVENTS = 1_000;
/** How many outbound messages it keeps beside them. */
export const KEPT_MESSAGES = 10_000;
/** Detail-type of an outbound message. */
export const MESSAGE_REQUESTED = 'Message Requested';

/** Events between two prunings. */
const PRUNE_EVERY = 500;

const busEventSchema = z.object({
  version: z.literal('0'),
  id: z.string(),
  'detail-type': z.string(),
  source: z.string(),
  account: z.string(),
  time: z.string(),
  region: z.string(),
  resources: z.array(z.string()),
  detail: z.unknown(),
});

const prune = (log: DurableLog): (() => void) => {
  const statement = log.prepare(`
    DELETE FROM events
    WHERE seq <= (SELECT max(seq) FROM events) - ${KEPT_EVENTS}
      AND NOT EXISTS (SELECT 1 FROM messages WHERE event_seq = events.seq)
      AND (detail_type <> '${MESSAGE_REQUESTED}' OR seq < (
        SELECT min(seq) FROM (
          SELECT seq FROM events WHERE detail_type = '${MESSAGE_REQUESTED}' ORDER BY seq DESC LIMIT ${KEPT_MESSAGES})))`);
  return () => {
    statement.run();
  };
};

/** The bus over its durable log; what its rules match is in the queues once it is on disk. */
export const createBus = (log: DurableLog, queues: Pick<Queues, 'enqueue' | 'notify'>): Bus => {
  const insert = log.prepare(
    'INSERT INTO events (id, source, detail_type, time, body) VALUES (?, ?, ?, ?, ?)',
  );
  const selectRecent = log.prepare('SELECT body FROM events ORDER BY seq DESC LIMIT ?');
  const selectKind = log.prepare('SELECT body FROM events WHERE detail_type = ? ORDER BY seq DESC LIMIT ?');
  const pruneNow = prune(log);
  let sincePruned = PRUNE_EVERY;

  const store = (event: AcceptedEvent): void => {
    const { insertedAs } = insert.run(event.id, event.source, event.detailType, event.time, bodyOf(event));
    for (const queue of event.queues) {
      queues.enqueue(queue, { id: event.id, lane: event.lane, eventSeq: insertedAs });
    }
    sincePruned += 1;
    if (sincePruned >= PRUNE_EVERY) {
      sincePruned = 0;
      pruneNow();
    }
  };

  return {
    put: async (events) => {
      await log.commit(() => {
        for (const event of events) {
          store(event);
        }
      });
      queues.notify(new Set<QueueName>(events.flatMap((event) => event.queues)));
    },
    recent: (limit) =>
      selectRecent.all(limit).map((row) => busEventSchema.parse(JSON.parse(text(row, 'body')))),
    recentOf: (detailType, limit) =>
      selectKind.all(detailType, limit).map((row) => busEventSchema.parse(JSON.parse(text(row, 'body')))),
    wipe: () => {
      log.prepare('DELETE FROM events').run();
    },
  };
};
