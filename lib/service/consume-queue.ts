import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import * as z from 'zod';
import type { Logger } from '../runtime/logger.ts';

/** Messages of a batch worked on at once: a batch should not take as long as their sum. */
const MAX_PARALLEL = 16;

/** A queue's consumer. */
export interface QueueConsumerOptions<Message> {
  /** What the body of a message is, as JSON. */
  readonly schema: z.ZodType<Message>;
  /** Does what a message asks for; it may come more than once, and in any order. Throws to have it again. */
  readonly handle: (message: Message) => Promise<void>;
  readonly logger: Logger;
  /** Names what a message is about: those of one name are handled one after the other. Absent: no two are. */
  readonly sequenceOf?: (message: Message) => string;
  /** Called once a batch, before any of it: what all messages of a batch need is read here. */
  readonly prepare?: () => Promise<unknown>;
}

/** A Lambda handler over a queue. */
export type QueueConsumer = (event: SQSEvent) => Promise<SQSBatchResponse>;

/**
 * A Lambda handler over a queue. A message that failed, or that can't be read, is reported back alone and comes again,
 * until the queue moves it to its dead-letter queue. Bodies are people's: nothing of them is logged.
 */
export const createConsumer = <Message>({
  schema,
  ...options
}: QueueConsumerOptions<Message>): QueueConsumer => consumersOf(schema)(options);

/**
 * Makes any number of consumers of the same messages. Their schema is compiled once: that takes as long as reading
 * thousands of messages.
 */
export const consumersOf = <Message>(
  schema: z.ZodType<Message>,
): ((options: Omit<QueueConsumerOptions<Message>, 'schema'>) => QueueConsumer) => {
  const compiled = z.compile(schema);
  return (options) => consumerOf(compiled, options);
};

const consumerOf = <Message>(
  compiled: z.ZodType<Message>,
  { handle, logger, sequenceOf, prepare }: Omit<QueueConsumerOptions<Message>, 'schema'>,
): QueueConsumer => {
  const read = (record: SQSRecord): Message | null => {
    const parsed = compiled.safeParse(parsedBody(record));
    if (parsed.success) return parsed.data;
    logger.error('A queue entry can not be read.', { reason: 'unreadable' });
    return null;
  };

  const take = async ({ record, message }: Received<Message>): Promise<boolean> => {
    try {
      await handle(message);
      return true;
    } catch (error) {
      const attempt = Number(record.attributes.ApproximateReceiveCount);
      logger.warn('A queue entry was not done and will come again.', { attempt }, error);
      return false;
    }
  };

  return async ({ Records }) => {
    await prepare?.();
    const failed: string[] = [];
    const sequences = new Map<string, Received<Message>[]>();
    for (const record of Records) {
      const message = read(record);
      if (message === null) {
        failed.push(record.messageId);
        continue;
      }
      const name = sequenceOf?.(message) ?? record.messageId;
      sequences.set(name, [...(sequences.get(name) ?? []), { record, message }]);
    }
    const next = sequences.values();
    const work = async (): Promise<void> => {
      for (const sequence of next) {
        for (const received of sequence) {
          if (!(await take(received))) failed.push(received.record.messageId);
        }
      }
    };
    await Promise.all(Array.from({ length: Math.min(MAX_PARALLEL, sequences.size) }, work));
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
  };
};

/** A message of a batch, and what it came in. */
interface Received<Message> {
  readonly record: SQSRecord;
  readonly message: Message;
}

const parsedBody = ({ body }: SQSRecord): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
};
