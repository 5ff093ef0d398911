import { type DurableLog, integer, type Row, text } from './durable-log.ts';

/** A message, or a record of the stream, that was given up. */
export interface DeadLetter {
  readonly messageId: string;
  /** The queue, or `visitors-stream`. */
  readonly queue: string;
  /** In full: the stream itself forgets after a day. */
  readonly body: string;
  readonly received: number;
  readonly failedAt: number;
  readonly reason: string;
}

const deadLetterOf = (row: Row): DeadLetter => ({
  messageId: text(row, 'message_id'),
  queue: text(row, 'queue'),
  body: text(row, 'body'),
  received: integer(row, 'received'),
  failedAt: integer(row, 'failed_at'),
  reason: text(row, 'reason'),
});

/** All that were given up, the oldest first. */
export const readDeadLetters = (log: DurableLog): readonly DeadLetter[] =>
  log.prepare('SELECT * FROM dead_letters ORDER BY seq').all().map(deadLetterOf);
