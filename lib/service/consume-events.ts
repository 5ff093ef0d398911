import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import * as z from 'zod';
import { eventsReceivedSchema } from '../contracts/bus.ts';
import type { VisitorEvent } from '../domain/visitor/event.ts';
import type { Logger } from '../runtime/logger.ts';
import { primaryKeyOf } from './react.ts';

/** Visitors worked on at once: the store answers in milliseconds, and a batch should not take as long as its sum. */
const MAX_PARALLEL = 16;

type React = (idKey: string, events: readonly VisitorEvent[]) => Promise<void>;

/** What a batch holds for one visitor, and the entries that it came in. */
interface Group {
  readonly events: VisitorEvent[];
  readonly records: Set<string>;
}

/** Whether an event says that two ids are one person. */
const joins = ({ type }: VisitorEvent): boolean => type === 'identify' || type === 'alias';

const envelopeSchema = z.compile(z.object({ detail: eventsReceivedSchema }));

/**
 * A Lambda handler over a queue of bus entries: folds the events of each visitor in the batch into one commit.
 * An entry of which anything failed is reported back alone, and comes again; so does one that can't be read,
 * until the queue moves it to its dead-letter queue.
 *
 * @param prepare - called once a batch, before any of it: what all visitors of a batch need is read here
 */
export const createQueueConsumer = (
  react: React,
  logger: Logger,
  prepare: () => Promise<unknown> = async () => undefined,
) => {
  const read = (record: SQSRecord): readonly VisitorEvent[] | null => {
    try {
      const parsed = envelopeSchema.safeParse(JSON.parse(record.body));
      return parsed.success ? parsed.data.detail.events : null;
    } catch {
      return null;
    }
  };

  return async ({ Records }: SQSEvent): Promise<SQSBatchResponse> => {
    await prepare();
    const failed = new Set<string>();
    const byVisitor = new Map<string, Group>();
    for (const record of Records) {
      const events = read(record);
      if (events === null) {
        logger.error('A queue entry can not be read.', { reason: 'unreadable' });
        failed.add(record.messageId);
        continue;
      }
      for (const event of events) {
        const idKey = primaryKeyOf(event);
        const group: Group = byVisitor.get(idKey) ?? { events: [], records: new Set() };
        byVisitor.set(idKey, group);
        group.events.push(event);
        group.records.add(record.messageId);
      }
    }
    const work = async (groups: Iterable<[string, Group]>): Promise<void> => {
      for (const [idKey, { events, records }] of groups) {
        try {
          await react(idKey, events);
        } catch (error) {
          logger.warn('Events were not applied and will come again.', { count: events.length }, error);
          for (const messageId of records) failed.add(messageId);
        }
      }
    };
    // A log-in first: what its anonymous visitor did besides then finds the person whom it belongs to, also where
    // a shared device changed hands within this batch.
    for (const joining of [true, false]) {
      const wave = [...byVisitor].filter(([, group]) => group.events.some(joins) === joining);
      const groups = wave.values();
      await Promise.all(Array.from({ length: Math.min(MAX_PARALLEL, wave.length) }, () => work(groups)));
    }
    return { batchItemFailures: [...failed].map((itemIdentifier) => ({ itemIdentifier })) };
  };
};
