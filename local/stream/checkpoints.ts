import { type DurableLog, text } from '../log/durable-log.ts';
import type { StreamPosition, StreamRecord } from './stream-client.ts';

/** How far the stream of a table has been handed on; durable. */
export interface Checkpoint {
  readonly read: () => StreamPosition | undefined;
  readonly write: (position: StreamPosition) => Promise<void>;
  /** Keeps a record that was given up, in full, and goes on behind it. */
  readonly bury: (
    record: StreamRecord,
    attempts: number,
    reason: string,
    position: StreamPosition,
  ) => Promise<void>;
}

/** Name of the stream among the dead letters. */
const STREAM = 'visitors-stream';

/** The checkpoint of the visitors' stream in the durable log. */
export const createCheckpoint = (log: DurableLog): Checkpoint => {
  const select = log.prepare('SELECT shard, sequence FROM checkpoints WHERE stream = ?');
  const upsert = log.prepare(
    'INSERT INTO checkpoints (stream, shard, sequence) VALUES (?, ?, ?) ON CONFLICT (stream) DO UPDATE SET shard = excluded.shard, sequence = excluded.sequence',
  );
  const bury = log.prepare(
    'INSERT INTO dead_letters (queue, message_id, body, received, sent_at, failed_at, reason) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  return {
    read: () => {
      const row = select.get(STREAM);
      return row === undefined ? undefined : { shard: text(row, 'shard'), sequence: text(row, 'sequence') };
    },
    write: ({ shard, sequence }) =>
      log.commit(() => {
        upsert.run(STREAM, shard, sequence);
      }),
    bury: (record, attempts, reason, { shard, sequence }) =>
      log.commit(() => {
        const at = Date.now();
        bury.run(STREAM, record.eventID, JSON.stringify(record), attempts, at, at, reason);
        upsert.run(STREAM, shard, sequence);
      }),
  };
};
