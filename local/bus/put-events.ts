import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { isJsonObject } from '../../lib/domain/json.ts';
import { parseJson } from '../json.ts';
import { laneOf } from '../queue/lane.ts';
import type { AcceptedEvent } from './event.ts';
import { queuesFor } from './rules.ts';

/** An entry's answer, as PutEvents gives it. */
export type EntryResult =
  | { readonly EventId: string }
  | { readonly ErrorCode: string; readonly ErrorMessage: string };

/** What PutEvents makes of a request body. */
export type PutEventsVerdict =
  | { readonly kind: 'refused'; readonly type: string; readonly message: string }
  | {
      readonly kind: 'judged';
      readonly results: readonly EntryResult[];
      readonly accepted: readonly AcceptedEvent[];
    };

const MAX_ENTRIES = 10;
const MAX_REQUEST_BYTES = 256 * 1024;
const MAX_DETAIL_TYPE_CHARACTERS = 128;
const MAX_SOURCE_CHARACTERS = 256;
/** EventBridge counts 14 bytes for an entry's time. */
const TIME_BYTES = 14;

const entrySchema = z.object({
  Time: z.number().nullish(),
  Source: z.string().nullish(),
  Resources: z.array(z.string()).nullish(),
  DetailType: z.string().nullish(),
  Detail: z.string().nullish(),
  EventBusName: z.string().nullish(),
  TraceHeader: z.string().nullish(),
});
const requestSchema = z.object({ Entries: z.array(entrySchema), EndpointId: z.string().nullish() });
type Entry = z.infer<typeof entrySchema>;

const bytes = (value: string | null | undefined): number => (value ? Buffer.byteLength(value) : 0);

/**
 * Size of an entry as EventBridge counts it, in bytes
 * (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html, "Calculating entry size").
 */
const sizeOf = (entry: Entry): number =>
  (entry.Time ? TIME_BYTES : 0) +
  bytes(entry.Source) +
  bytes(entry.DetailType) +
  bytes(entry.Detail) +
  (entry.Resources ?? []).reduce((sum, resource) => sum + bytes(resource), 0);

const invalid = (parameter: string, reason: string): EntryResult => ({
  ErrorCode: 'InvalidArgument',
  ErrorMessage: `Parameter ${parameter} is not valid. Reason: ${reason}`,
});

interface Bus {
  readonly name: string;
  readonly now: () => number;
}

const namesBus = (given: string | null | undefined, bus: Bus): boolean =>
  given === bus.name || (given ?? '').endsWith(`:event-bus/${bus.name}`);

const judge = (entry: Entry, bus: Bus): EntryResult | AcceptedEvent => {
  if (!entry.Source) {
    return invalid('Source', 'Source is a required argument.');
  }
  if (entry.Source.length > MAX_SOURCE_CHARACTERS) {
    return invalid('Source', `Source must be at most ${MAX_SOURCE_CHARACTERS} characters.`);
  }
  if (!entry.DetailType) {
    return invalid('DetailType', 'DetailType is a required argument.');
  }
  if (entry.DetailType.length > MAX_DETAIL_TYPE_CHARACTERS) {
    // The real one answers 200 and then drops the event. Here it is seen.
    return invalid('DetailType', `DetailType must be at most ${MAX_DETAIL_TYPE_CHARACTERS} characters.`);
  }
  if (!entry.Detail) {
    return invalid('Detail', 'Detail is a required argument.');
  }
  if (entry.Source.startsWith('aws.')) {
    return { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized for the source.' };
  }
  if (!namesBus(entry.EventBusName, bus)) {
    const name = entry.EventBusName ?? 'default';
    return { ErrorCode: 'ResourceNotFoundException', ErrorMessage: `Event bus ${name} does not exist.` };
  }
  const detail = parseJson(entry.Detail);
  if (!detail.ok || !isJsonObject(detail.value)) {
    return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
  }
  return {
    id: randomUUID(),
    source: entry.Source,
    detailType: entry.DetailType,
    time: entry.Time ? Math.floor(entry.Time * 1000) : bus.now(),
    resources: entry.Resources ?? [],
    detail: entry.Detail,
    lane: laneOf(detail.value),
    queues: queuesFor({ source: entry.Source, 'detail-type': entry.DetailType, detail: detail.value }),
  };
};

const refused = (type: string, message: string): PutEventsVerdict => ({ kind: 'refused', type, message });

const refusedLength = (bound: string): PutEventsVerdict =>
  refused(
    'ValidationException',
    `1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length ${bound}`,
  );

/**
 * Judges a PutEvents request as EventBridge does: the request as a whole is refused for its shape, number of entries
 * and size (256 KB); each entry is accepted or failed by itself.
 */
export const judgePutEvents = (body: string, bus: Bus): PutEventsVerdict => {
  const json = parseJson(body);
  const request = json.ok ? requestSchema.safeParse(json.value) : undefined;
  if (!request?.success) {
    return refused('SerializationException', 'The request body is not what PutEvents takes.');
  }
  const entries = request.data.Entries;
  if (entries.length === 0) {
    return refusedLength('greater than or equal to 1');
  }
  if (entries.length > MAX_ENTRIES) {
    return refusedLength(`less than or equal to ${MAX_ENTRIES}`);
  }
  if (entries.reduce((sum, entry) => sum + sizeOf(entry), 0) > MAX_REQUEST_BYTES) {
    return refused('ValidationException', 'Total size of the entries in the request is over the limit.');
  }
  const judged = entries.map((entry) => judge(entry, bus));
  return {
    kind: 'judged',
    results: judged.map((verdict) => ('id' in verdict ? { EventId: verdict.id } : verdict)),
    accepted: judged.filter((verdict) => 'id' in verdict),
  };
};
