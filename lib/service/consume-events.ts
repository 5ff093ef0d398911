import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import * as z from 'zod';
import { eventsReceivedSchema, mailSchema, type Replayed } from '../contracts/bus.ts';
import { visitorIdOf } from '../domain/identity/visitor-id.ts';
import type { VisitorEvent } from '../domain/visitor/event.ts';
import type { Logger } from '../runtime/logger.ts';
import type { ArchiveBatch } from './archive/archive-events.ts';
import { primaryKeyOf, type Reactor } from './react.ts';

/** Visitors worked on at once: the store answers in milliseconds, and a batch should not take as long as its sum. */
const MAX_PARALLEL = 16;

/** What a batch holds for one visitor, and the entries that it came in. */
interface Group {
  readonly events: VisitorEvent[];
  /** Those of them that come out of the archive. */
  readonly replayed: Map<VisitorEvent, Replayed>;
  readonly records: Set<string>;
}

/** Whether an event says that two ids are one person. */
const joins = ({ type }: VisitorEvent): boolean => type === 'identify' || type === 'alias';

const envelopeSchema = z.compile(z.object({ detail: eventsReceivedSchema }));
const directSchema = z.compile(mailSchema);

/** An event, under which visitor id it came, and whether out of the archive. */
type Addressed = readonly [visitorId: string, event: VisitorEvent, replayed?: Replayed | undefined];

/** What a message holds: an entry of the bus, or mail of Wend's own functions for visitors by their visitor ids. */
const addressedIn = (body: unknown): readonly Addressed[] | null => {
  const envelope = envelopeSchema.safeParse(body);
  if (envelope.success) {
    return envelope.data.detail.events.map((event): Addressed => [visitorIdOf(primaryKeyOf(event)), event]);
  }
  const direct = directSchema.safeParse(body);
  if (!direct.success) return null;
  const { visitorIds, events, replayed } = direct.data.mail;
  return visitorIds.flatMap((visitorId) => events.map((event): Addressed => [visitorId, event, replayed]));
};

/**
 * A Lambda handler over the queue of visitors' mail: folds the events of each visitor in the batch into one commit.
 * An entry of which anything failed is reported back alone, and comes again; so does one that can't be read,
 * until the queue moves it to its dead-letter queue.
 *
 * @param prepare - called once a batch, before any of it: what all visitors of a batch need is read here
 * @param archive - what keeps the batch's events, which are acknowledged only then; absent: nothing does
 */
export const createQueueConsumer = (
  react: Reactor['mail'],
  logger: Logger,
  prepare: () => Promise<unknown> = async () => undefined,
  archive?: () => ArchiveBatch,
) => {
  const read = (record: SQSRecord): readonly Addressed[] | null => {
    try {
      return addressedIn(JSON.parse(record.body));
    } catch {
      return null;
    }
  };

  return async ({ Records }: SQSEvent): Promise<SQSBatchResponse> => {
    await prepare();
    const kept = archive?.();
    const failed = new Set<string>();
    const byVisitor = new Map<string, Group>();
    for (const record of Records) {
      const events = read(record);
      if (events === null) {
        logger.error('A queue entry can not be read.', { reason: 'unreadable' });
        failed.add(record.messageId);
        continue;
      }
      for (const [visitorId, event, replayed] of events) {
        const group: Group = byVisitor.get(visitorId) ?? {
          events: [],
          replayed: new Map(),
          records: new Set(),
        };
        byVisitor.set(visitorId, group);
        group.events.push(event);
        if (replayed !== undefined) group.replayed.set(event, replayed);
        group.records.add(record.messageId);
      }
    }
    const work = async (groups: Iterable<[string, Group]>): Promise<void> => {
      for (const [visitorId, { events, replayed, records }] of groups) {
        try {
          await react(visitorId, events, kept && ((mail) => kept.take(mail, replayed)));
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
    try {
      await kept?.close();
    } catch (error) {
      logger.warn('Events were applied and not archived, and come again.', { count: Records.length }, error);
      for (const { messageId } of Records) failed.add(messageId);
    }
    return { batchItemFailures: [...failed].map((itemIdentifier) => ({ itemIdentifier })) };
  };
};
