import * as z from 'zod';
import { isJsonObject } from '../../domain/json.ts';
import type { EventType } from '../../domain/visitor/event.ts';
import { type FieldError, fieldErrors, pathTo } from './field-error.ts';
import { cleanJson, MAX_NESTING } from './json-safety.ts';
import { nothing, type RequestContract } from './request-contract.ts';
import {
  type EventDefaults,
  type EventRead,
  type ReadingOptions,
  readEvent,
  type TrackingEvent,
} from './tracking-event.ts';
import { batchEnvelopeSchema, MAX_BATCH_EVENTS } from './tracking-schemas.ts';

/** The seven calls of the Segment HTTP tracking API. */
export type TrackingCall = EventType | 'batch';

/** An event of a batch that was not taken. */
export interface RejectedEvent {
  readonly index: number;
  /** As the sender gave it; `null` where it gave none. */
  readonly messageId: string | null;
  readonly errors: readonly FieldError[];
}

/** What was read of a tracking body. */
export type EventsRead =
  | {
      readonly outcome: 'read';
      readonly events: readonly TrackingEvent[];
      readonly rejected: readonly RejectedEvent[];
    }
  /** The body itself is no batch: nothing of it is taken (400). */
  | { readonly outcome: 'invalid'; readonly errors: readonly FieldError[] }
  /** More events than a batch may have: nothing of it is taken (413). */
  | { readonly outcome: 'too-many'; readonly limit: number };

/**
 * What the tracking routes take, long and short forms alike: any JSON, since one bad event of a batch must not
 * spoil the others. {@link readEvents} says what is wrong with it.
 */
export const trackingContract = {
  params: nothing,
  query: nothing,
  body: z.unknown(),
  unknownFields: 'ignored',
} as const satisfies Omit<RequestContract, 'operationId'>;

/**
 * Deepest nesting of a batch's body: deeper than an event's, so that one event that nests too deep is rejected by
 * itself and does not spoil the others.
 */
const BATCH_NESTING = 64;

/** The contract of one tracking call. */
export const trackingContractOf = (call: TrackingCall, operationId: string): RequestContract => ({
  ...trackingContract,
  operationId,
  nesting: call === 'batch' ? BATCH_NESTING : MAX_NESTING,
});

const envelope = z.compile(batchEnvelopeSchema);

interface SortedEvents {
  readonly events: readonly TrackingEvent[];
  readonly rejected: readonly RejectedEvent[];
}

const sort = (reads: readonly EventRead[]): SortedEvents => {
  const events: TrackingEvent[] = [];
  const rejected: RejectedEvent[] = [];
  for (const [index, read] of reads.entries()) {
    if (read.ok) events.push({ index, event: read.event, identityToken: read.identityToken });
    else rejected.push({ index, messageId: read.messageId, errors: read.errors });
  }
  return { events, rejected };
};

/** A batch without its events, cleaned of what may not be in its context. */
const readEnvelope = (body: unknown) => {
  if (!isJsonObject(body)) return envelope.safeParse(body);
  const { batch, ...rest } = body;
  const cleaned = cleanJson(rest, 'ignored').value;
  return envelope.safeParse(isJsonObject(cleaned) ? { ...cleaned, batch } : { batch });
};

const readBatch = (body: unknown, options: ReadingOptions): EventsRead => {
  const parsed = readEnvelope(body);
  if (!parsed.success) return { outcome: 'invalid', errors: fieldErrors(parsed.error.issues) };
  const { batch, context, timestamp, sentAt } = parsed.data;
  if (batch.length > MAX_BATCH_EVENTS) return { outcome: 'too-many', limit: MAX_BATCH_EVENTS };
  const defaults: EventDefaults = {
    context: context ?? undefined,
    timestamp: timestamp ?? undefined,
    sentAt: sentAt ?? undefined,
  };
  return { outcome: 'read', ...sort(batch.map((event) => readEvent(null, event, defaults, options))) };
};

/**
 * Reads the body of a tracking call: the events that keep the contract, normalised, and those that don't, each
 * with its errors. The single calls have one of either.
 *
 * @param call - from the route; it wins over a `type` in the body of a single call
 * @param body - parsed JSON of any shape
 */
export const readEvents = (call: TrackingCall, body: unknown, options: ReadingOptions): EventsRead =>
  call === 'batch'
    ? readBatch(body, options)
    : { outcome: 'read', ...sort([readEvent(call, body, {}, options)]) };

const join = (parent: string, path: string): string => {
  if (path === '') return parent;
  return path.startsWith('[') ? `${parent}${path}` : `${parent}.${path}`;
};

/** What was read of events that travel inside another request. */
export type InlineEventsRead =
  | { readonly ok: true; readonly events: readonly TrackingEvent[] }
  | { readonly ok: false; readonly errors: readonly FieldError[] };

/**
 * Reads events that travel inside another request (`events` and `recent` of decide) and take its ids where they
 * have none. Here one invalid event refuses the request: its sender waits for an answer that reflects them all.
 *
 * @param path - where they stand in the request, such as `events`
 */
export const readInlineEvents = (
  values: readonly unknown[],
  path: string,
  ids: Pick<EventDefaults, 'userId' | 'anonymousId'>,
  options: ReadingOptions,
): InlineEventsRead => {
  const read = sort(values.map((value) => readEvent(null, value, ids, options)));
  if (read.rejected.length === 0) return { ok: true, events: read.events };
  const errors = read.rejected.flatMap((rejected) =>
    rejected.errors.map((error) => ({
      path: join(pathTo(path, rejected.index), error.path),
      message: error.message,
    })),
  );
  return { ok: false, errors };
};
