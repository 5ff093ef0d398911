import type { QueueName } from '../../lib/contracts/queues.ts';
import { type DurableLog, integer, type Row, text } from '../log/durable-log.ts';

/** A message on its way to a consumer. */
export interface ReceivedMessage {
  readonly seq: number;
  readonly messageId: string;
  readonly body: string;
  /** What it is about; messages of one lane are not handled side by side. */
  readonly lane: string;
  readonly sentAt: number;
  readonly firstReceivedAt: number;
  /** How often it was received, this time included. */
  readonly received: number;
}

/** A message to be added: it has a body of its own, or it is an event of the bus, which the log holds already. */
export type NewMessage = { readonly id: string; readonly lane: string } & (
  | { readonly body: string }
  | { readonly eventSeq: number }
);

/** A durable standard queue with visibility, receive counts and a dead-letter table. Times are real ones, not the service's. */
export interface Queue {
  readonly name: QueueName;
  /** Adds a message; to be called inside a commit of the same log. */
  readonly enqueue: (message: NewMessage) => void;
  /** Takes the oldest visible messages, at most `limit`, and none of a lane that is being handled. */
  readonly receive: (limit: number) => Promise<readonly ReceivedMessage[]>;
  /** Ends a batch: `done` are deleted; `failed` come back later, or become dead letters. */
  readonly settle: (
    done: readonly ReceivedMessage[],
    failed: readonly ReceivedMessage[],
    reason: string,
  ) => Promise<void>;
  /** Whether no message waits or is being handled. */
  readonly isEmpty: () => boolean;
  /** Ends every back-off: what waits is visible now. */
  readonly hurry: () => Promise<void>;
  /** When the next message that is invisible at `after` becomes visible, both ms since 1970 in real time. */
  readonly nextVisibleAt: (after: number) => number | undefined;
}

/** After that many failed receives a message becomes a dead letter. */
export const MAX_RECEIVE_COUNT = 10;
const FIRST_RETRY_MS = 200;
const LONGEST_RETRY_MS = 60_000;
/** How far a receive looks past messages of busy lanes. */
const LOOK_AHEAD = 250;
/** No event of the log has this number. */
const NO_EVENT = 0;

/** How long a message that failed for the `received`-th time stays invisible, ms: 200, 400, 800 … 60,000. */
export const retryDelay = (received: number): number =>
  Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (received - 1));

const messageOf = (seq: number, row: Row): ReceivedMessage => ({
  seq,
  messageId: text(row, 'message_id'),
  body: text(row, 'content'),
  lane: text(row, 'lane'),
  sentAt: integer(row, 'sent_at'),
  firstReceivedAt: integer(row, 'first_received_at'),
  received: integer(row, 'received'),
});

const prepareStatements = (log: DurableLog) => ({
  insert: log.prepare(
    'INSERT INTO messages (queue, message_id, event_seq, body, lane, sent_at, visible_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
  ),
  candidates: log.prepare(
    `SELECT seq, lane FROM messages WHERE queue = ? AND in_flight = 0 AND visible_at <= ? ORDER BY seq LIMIT ${LOOK_AHEAD}`,
  ),
  take: log.prepare(
    'UPDATE messages SET in_flight = 1, received = received + 1, first_received_at = coalesce(first_received_at, ?) WHERE seq = ?',
  ),
  load: log.prepare(
    'SELECT m.*, coalesce(m.body, e.body) AS content FROM messages m LEFT JOIN events e ON e.seq = m.event_seq WHERE m.seq = ?',
  ),
  remove: log.prepare('DELETE FROM messages WHERE seq = ?'),
  postpone: log.prepare('UPDATE messages SET in_flight = 0, visible_at = ? WHERE seq = ?'),
  bury: log.prepare(
    'INSERT INTO dead_letters (queue, message_id, body, received, sent_at, failed_at, reason) VALUES (?, ?, ?, ?, ?, ?, ?)',
  ),
  any: log.prepare('SELECT 1 FROM messages WHERE queue = ? LIMIT 1'),
  next: log.prepare(
    'SELECT min(visible_at) AS at FROM messages WHERE queue = ? AND in_flight = 0 AND visible_at > ?',
  ),
  hurry: log.prepare('UPDATE messages SET visible_at = 0 WHERE queue = ? AND in_flight = 0'),
  recover: log.prepare('UPDATE messages SET in_flight = 0, visible_at = 0 WHERE queue = ? AND in_flight = 1'),
});

/** Opens the queue; what was in flight when the process ended is visible again. */
export const openQueue = (log: DurableLog, name: QueueName): Queue => {
  const { insert, candidates, take, load, remove, postpone, bury, any, next, hurry, recover } =
    prepareStatements(log);
  recover.run(name);

  const busyLanes = new Set<string>();

  const choose = (limit: number, at: number): number[] => {
    const chosen: number[] = [];
    for (const row of candidates.all(name, at)) {
      if (chosen.length === limit) {
        break;
      }
      if (!busyLanes.has(text(row, 'lane'))) {
        chosen.push(integer(row, 'seq'));
      }
    }
    return chosen;
  };

  const receiveOne = (seq: number, at: number): ReceivedMessage[] => {
    take.run(at, seq);
    const row = load.get(seq);
    return row === undefined ? [] : [messageOf(seq, row)];
  };

  const fail = (message: ReceivedMessage, reason: string, at: number): void => {
    if (message.received < MAX_RECEIVE_COUNT) {
      postpone.run(at + retryDelay(message.received), message.seq);
      return;
    }
    bury.run(name, message.messageId, message.body, message.received, message.sentAt, at, reason);
    remove.run(message.seq);
  };

  return {
    name,
    enqueue: (message) => {
      const at = Date.now();
      const [eventSeq, body] = 'body' in message ? [NO_EVENT, message.body] : [message.eventSeq, null];
      insert.run(name, message.id, eventSeq, body, message.lane, at, at);
    },
    receive: async (limit) => {
      const taken = new Set<string>();
      const messages = await log
        .commit(() => {
          const at = Date.now();
          const received = choose(limit, at).flatMap((seq) => receiveOne(seq, at));
          for (const { lane } of received) {
            if (lane !== '') {
              busyLanes.add(lane);
              taken.add(lane);
            }
          }
          return received;
        })
        .catch((error: unknown) => {
          // What was rolled back was not received: its lanes are free.
          for (const lane of taken) {
            busyLanes.delete(lane);
          }
          throw error;
        });
      return messages;
    },
    settle: async (done, failed, reason) => {
      try {
        await log.commit(() => {
          const at = Date.now();
          for (const message of done) {
            remove.run(message.seq);
          }
          for (const message of failed) {
            fail(message, reason, at);
          }
        });
      } finally {
        for (const { lane } of [...done, ...failed]) {
          busyLanes.delete(lane);
        }
      }
    },
    isEmpty: () => any.get(name) === undefined,
    hurry: () =>
      log.commit(() => {
        hurry.run(name);
      }),
    nextVisibleAt: (after) => {
      const row = next.get(name, after);
      return row === undefined || row['at'] === null ? undefined : integer(row, 'at');
    },
  };
};
