import type { DurableLog, Row } from '../log/durable-log.ts';
import { integer, text } from '../log/durable-log.ts';
import { QUEUE_NAMES } from './address.ts';

/** A message of a dead-letter queue. */
export interface LaidAsideMessage {
  readonly seq: number;
  readonly messageId: string;
  readonly body: string;
}

/** The dead letters of a data directory, as the queues that they lie in when deployed. */
export interface LaidAsideQueues {
  readonly names: readonly string[];
  readonly count: (name: string) => number;
  /** The oldest ones that nobody has taken in the last `seconds`. */
  readonly receive: (name: string, limit: number, seconds: number) => readonly LaidAsideMessage[];
  /** Forgets some for good; resolves when that is on disk. */
  readonly remove: (messages: readonly number[]) => Promise<void>;
}

/** What the table calls what the stream's reader gave up. */
const STREAM = 'visitors-stream';

/** What dead letters are noted under, by the queue that they lie in when deployed. */
const NOTED_AS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(QUEUE_NAMES.map((name) => [`${name}-failed`, name])),
  'publish-failed': 'publish-failed',
  'publish-abandoned': STREAM,
};

const messageOf = (row: Row): LaidAsideMessage => ({
  seq: integer(row, 'seq'),
  messageId: text(row, 'message_id'),
  body: text(row, 'body'),
});

export const openLaidAside = (log: DurableLog): LaidAsideQueues => {
  const countRows = log.prepare('SELECT count(*) AS count FROM dead_letters WHERE queue = ?');
  const oldest = log.prepare('SELECT seq, message_id, body FROM dead_letters WHERE queue = ? ORDER BY seq');
  const remove = log.prepare('DELETE FROM dead_letters WHERE seq = ?');
  /** Until when a message is somebody's, milliseconds since 1970; a restart frees all. */
  const taken = new Map<number, number>();

  return {
    names: Object.keys(NOTED_AS),
    count: (name) => {
      const row = countRows.get(NOTED_AS[name] ?? name);
      return row === undefined ? 0 : integer(row, 'count');
    },
    receive: (name, limit, seconds) => {
      const at = Date.now();
      const free = oldest
        .all(NOTED_AS[name] ?? name)
        .map(messageOf)
        .filter(({ seq }) => (taken.get(seq) ?? 0) <= at)
        .slice(0, limit);
      for (const { seq } of free) taken.set(seq, at + seconds * 1000);
      return free;
    },
    remove: (messages) =>
      log.commit(() => {
        for (const seq of messages) {
          remove.run(seq);
          taken.delete(seq);
        }
      }),
  };
};
