import * as z from 'zod';
import { type DurableLog, text } from './durable-log.ts';
import { type AcceptedEvent, type BusEvent, bodyOf } from './event.ts';
import { type QueueName, queuesFor } from './rules.ts';

/** Where the bus delivers what its rules match; called inside the transaction that stores the event. */
export type Deliver = (
  queue: QueueName,
  event: { readonly seq: number; readonly id: string; readonly lane: string },
) => void;

/** The event bus: every event is in the log, and in the queues of the rules it matches, before `put` resolves. */
export interface Bus {
  /** Stores all of them in one transaction. */
  readonly put: (events: readonly AcceptedEvent[]) => Promise<void>;
  /** The last events, newest first. */
  readonly recent: (limit: number) => readonly BusEvent[];
  /** The last events of one detail-type, newest first. */
  readonly recentOf: (detailType: string, limit: number) => readonly BusEvent[];
  /** Forgets every event, queued ones included. */
  readonly wipe: () => Promise<void>;
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

/** The bus over its durable log. `onStored` is told once events are on disk. */
export const createBus = (log: DurableLog, deliver: Deliver, onStored: () => void): Bus => {
  const insert = log.prepare(
    'INSERT INTO events (id, source, detail_type, time, body) VALUES (?, ?, ?, ?, ?)',
  );
  const selectRecent = log.prepare('SELECT body FROM events ORDER BY seq DESC LIMIT ?');
  const selectKind = log.prepare('SELECT body FROM events WHERE detail_type = ? ORDER BY seq DESC LIMIT ?');
  const pruneNow = prune(log);
  let sincePruned = PRUNE_EVERY;

  const store = (event: AcceptedEvent): void => {
    const { insertedAs } = insert.run(event.id, event.source, event.detailType, event.time, bodyOf(event));
    for (const queue of queuesFor(event.source, event.detailType)) {
      deliver(queue, { seq: insertedAs, id: event.id, lane: event.lane });
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
      onStored();
    },
    recent: (limit) =>
      selectRecent.all(limit).map((row) => busEventSchema.parse(JSON.parse(text(row, 'body')))),
    recentOf: (detailType, limit) =>
      selectKind.all(detailType, limit).map((row) => busEventSchema.parse(JSON.parse(text(row, 'body')))),
    wipe: () =>
      log.commit(() => {
        log.prepare('DELETE FROM messages').run();
        log.prepare('DELETE FROM dead_letters').run();
        log.prepare('DELETE FROM events').run();
      }),
  };
};
