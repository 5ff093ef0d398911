import * as z from 'zod';
import type { ArchivedEvent, ArchivedFacts } from '../domain/archive/record.ts';
import { eventSchema } from './bus.ts';

/** A port: where records of applied events are kept. */
export interface ArchiveStream {
  /**
   * Takes lines of JSON; returns once every one of them is durable.
   *
   * @throws ArchiveUnavailable where that could not be had; some may be durable all the same
   */
  readonly put: (lines: readonly string[]) => Promise<void>;
}

/** The archive did not take everything: whoever sent it should send it again. */
export class ArchiveUnavailable extends Error {
  constructor(options?: ErrorOptions) {
    super('the archive did not take every record', options);
    this.name = 'ArchiveUnavailable';
  }
}

/** An environment that archives nothing, as a stream: whatever comes all the same is laid aside. */
export const NO_ARCHIVE: ArchiveStream = { put: () => Promise.reject(new ArchiveUnavailable()) };

/** A port: leaves tombstones. */
export interface TombstoneWriter {
  /** Leaves one under a name (`tombstoneName`); an earlier one gives way, a later one stays. */
  readonly leave: (name: string, erasedAt: number) => Promise<void>;
}

/** A message of the queue `archive-records`: lines that the archive did not take at once. */
export const archiveRecordsSchema = z.object({ lines: z.array(z.string().min(1)).min(1) });

/** The clear part of an archived event. */
export const archivedFactsSchema = z.object({
  v: z.literal(1),
  id: z.string().min(1),
  name: z.string().min(1),
  type: z.enum(['track', 'identify', 'page', 'screen', 'group', 'alias', 'business']),
  own: z.literal(true).exactOptional(),
  receivedAt: z.iso.datetime(),
  appliedAt: z.iso.datetime(),
  day: z.iso.date(),
  catalog: z.number(),
  amount: z.number().exactOptional(),
  currency: z.string().exactOptional(),
  key: z.string().min(1),
}) satisfies z.ZodType<ArchivedFacts>;

/** What is sealed in it. */
export const archivedEventSchema = z.object({
  home: z.string().min(1),
  event: eventSchema,
}) satisfies z.ZodType<ArchivedEvent>;

/** A line that says that somebody was erased. */
export const tombstoneRecordSchema = z.object({
  v: z.literal(1),
  tombstone: z.string().min(1),
  erasedAt: z.iso.datetime(),
});
