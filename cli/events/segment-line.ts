import * as z from 'zod';
import type { FieldError } from '../../lib/contracts/http/field-error.ts';
import { readEvent } from '../../lib/contracts/http/tracking-event.ts';
import { batchEnvelopeSchema, timeOf } from '../../lib/contracts/http/tracking-schemas.ts';
import { isJsonObject, type JsonObject } from '../../lib/domain/json.ts';
import type { VisitorEvent } from '../../lib/domain/visitor/event.ts';

/** What one line of recorded Segment traffic holds. */
export interface SegmentLine {
  readonly events: readonly VisitorEvent[];
  /** What of it can't be played, one sentence each. */
  readonly problems: readonly string[];
}

const envelope = z.compile(batchEnvelopeSchema);

/** A time field of a recorded call, milliseconds since 1970. */
const timeIn = (call: JsonObject, field: string): number | null => {
  const text = call[field];
  return typeof text === 'string' ? timeOf(text) : null;
};

/**
 * When the recorder took a call: `receivedAt` where the recording has it, else when it was sent, else when it
 * happened.
 */
const recordedAt = (call: JsonObject): number | null =>
  timeIn(call, 'receivedAt') ??
  timeIn(call, 'sentAt') ??
  timeIn(call, 'timestamp') ??
  timeIn(call, 'originalTimestamp');

const sentence = ({ path, message }: FieldError): string => (path === '' ? message : `${path}: ${message}`);

/**
 * Reads one line: a single call with its `type`, or a batch. The shop's own recording is believed like a server's
 * events: an `alias` may merge two userIds. An event without a `messageId` gets one from its place in the file.
 *
 * @param lineNumber - from 1
 */
export const readSegmentLine = (line: string, lineNumber: number): SegmentLine => {
  const value = parse(line);
  if (!isJsonObject(value)) return { events: [], problems: ['expected a JSON object'] };
  if (value.batch === undefined) return collect([value], {}, `line-${lineNumber}`, () => '');
  const parsed = envelope.safeParse(value);
  if (!parsed.success) return { events: [], problems: ['expected `batch` to be a list of events'] };
  const { batch, ...around } = value;
  return collect(parsed.data.batch, around, `line-${lineNumber}`, (index) => `batch[${index}]: `);
};

const parse = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
};

const collect = (
  calls: readonly unknown[],
  around: JsonObject,
  idPrefix: string,
  place: (index: number) => string,
): SegmentLine => {
  const events: VisitorEvent[] = [];
  const problems: string[] = [];
  const defaults = {
    timestamp: typeof around.timestamp === 'string' ? around.timestamp : undefined,
    sentAt: typeof around.sentAt === 'string' ? around.sentAt : undefined,
    context: isJsonObject(around.context) ? around.context : undefined,
  };
  for (const [index, call] of calls.entries()) {
    const receivedAt = isJsonObject(call) ? (recordedAt(call) ?? recordedAt(around)) : recordedAt(around);
    if (receivedAt === null) {
      problems.push(`${place(index)}timestamp: expected a time, here or in sentAt or receivedAt`);
      continue;
    }
    const newId = (): string => (calls.length === 1 ? idPrefix : `${idPrefix}-${index}`);
    const read = readEvent(null, call, defaults, { receivedAt, newId });
    if (read.ok)
      events.push(read.event.type === 'alias' ? { ...read.event, mayMergeUsers: true } : read.event);
    else problems.push(`${place(index)}${read.errors.map(sentence).join('; ')}`);
  }
  return { events, problems };
};
