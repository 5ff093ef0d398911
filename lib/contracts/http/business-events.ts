import * as z from 'zod';
import {
  type BusinessEvent,
  businessMessageId,
  MAX_SUBJECT_BYTES,
} from '../../domain/business/business-event.ts';
import { isJsonObject, type JsonObject } from '../../domain/json.ts';
import { parseInstant } from '../../domain/time/instant.ts';
import { type FieldError, fieldErrors, pathTo } from './field-error.ts';
import { freeFormObject } from './free-form.ts';
import { cleanJson } from './json-safety.ts';
import { nothing, type RequestContract } from './request-contract.ts';

/** Media types of CloudEvents' JSON format, structured and batched. */
export const STRUCTURED_TYPE = 'application/cloudevents+json';
export const BATCHED_TYPE = 'application/cloudevents-batch+json';

/** Largest `data` of an event, as compact JSON in UTF-8. */
export const MAX_DATA_BYTES = 32 * 1024;

/** How far ahead of the service's clock an event may lie, milliseconds. */
const MAX_AHEAD = 24 * 60 * 60 * 1000;

const text = (max: number) => {
  const message = `expected text of 1 to ${max} characters`;
  return z.string(message).min(1, message).max(max, message);
};

const timeMessage = 'expected a time of RFC 3339, such as 2026-11-22T09:30:00Z';

const subjectMessage = `expected text of 1 to ${MAX_SUBJECT_BYTES} bytes`;

/** CloudEvents 1.0, "Naming conventions": what extensions may be called. */
const EXTENSION_NAME = /^[a-z0-9]+$/;

const isExtension = (name: string, value: unknown): boolean =>
  EXTENSION_NAME.test(name) &&
  (value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isInteger(value));

const attributes = {
  specversion: z.literal('1.0', 'expected 1.0'),
  id: text(512).describe('With `source` it makes the event count once.'),
  source: text(512),
  type: text(200).describe('What happened, such as `flight.delayed`.'),
  subject: z
    .string(subjectMessage)
    .min(1, subjectMessage)
    .refine((value) => Buffer.byteLength(value) <= MAX_SUBJECT_BYTES, subjectMessage)
    .describe('What it is about: it reaches every follower, and `user/<userId>` that person.'),
  time: z
    .string(timeMessage)
    .max(64, timeMessage)
    .refine((value) => parseInstant(value) !== null, timeMessage)
    .meta({ format: 'date-time' })
    .nullish()
    .describe('When it happened; at most 24 hours ahead. Default: when it arrived.'),
  sequence: text(255)
    .nullish()
    .describe('Decides between events of the same time: whole numbers by their value, others as text.'),
  datacontenttype: z
    .string()
    .regex(/^application\/(?:[\w.-]+\+)?json\s*(?:;.*)?$/i, 'expected a media type of JSON')
    .nullish(),
  dataschema: text(2048).nullish(),
  data: freeFormObject.nullish(),
};

/** The attributes that Wend reads; the names of all others follow CloudEvents' rules for extensions. */
export const cloudEventSchema = z.looseObject(attributes).superRefine((event, context) => {
  for (const [name, value] of Object.entries(event)) {
    if (Object.hasOwn(attributes, name) || isExtension(name, value)) continue;
    context.addIssue({ code: 'custom', path: [name], message: 'unknown field' });
  }
});

/** `POST /v1/events`: one CloudEvent, or a list of them. */
export const receiveEventsContract = {
  operationId: 'receiveEvents',
  params: nothing,
  query: nothing,
  body: z.union([cloudEventSchema, z.array(cloudEventSchema)], 'expected an event or a list of events'),
  unknownFields: 'refused',
} as const satisfies RequestContract;

/** The answer: how many events are durable. */
export const receivedAnswerSchema = z.object({ accepted: z.int().min(0) });

/** A CloudEvent that keeps the contract. */
export type CloudEvent = z.output<typeof cloudEventSchema>;

/** Whether an event's data is larger than it may be. */
export const isDataTooLarge = (event: unknown): boolean => {
  if (!isJsonObject(event)) return false;
  const data = JSON.stringify(event.data ?? null);
  return data.length * 3 > MAX_DATA_BYTES && Buffer.byteLength(data) > MAX_DATA_BYTES;
};

/** What a schema of one field can't say of an event: that its data is not too large, and that it is not from the future. */
export const cloudEventErrors = (
  event: CloudEvent,
  receivedAt: number,
  parent = '',
): readonly FieldError[] => {
  const at = parseInstant(event.time ?? '');
  return [
    ...(isDataTooLarge(event)
      ? [{ path: pathTo(parent, 'data'), message: `expected at most ${MAX_DATA_BYTES} bytes` }]
      : []),
    ...(at !== null && at > receivedAt + MAX_AHEAD
      ? [{ path: pathTo(parent, 'time'), message: 'expected a time at most 24 hours ahead' }]
      : []),
  ];
};

/** What an event of the bus means; `receivedAt` stands for a time that it does not give (milliseconds since 1970). */
const businessEventOf = (event: CloudEvent, receivedAt: number): BusinessEvent => ({
  messageId: businessMessageId(event.source, event.id),
  type: event.type,
  subject: event.subject,
  at: parseInstant(event.time ?? '') ?? receivedAt,
  receivedAt,
  sequence: event.sequence ?? null,
  data: event.data ?? {},
});

const attributesSchema = z.compile(z.object(attributes));

/** What was read of an entry of the bus. */
export type BusinessEventRead =
  | { readonly ok: true; readonly event: BusinessEvent }
  | { readonly ok: false; readonly errors: readonly FieldError[] };

/**
 * Reads a CloudEvent that anybody put on the bus. It may have more attributes than the API takes: they are not ours.
 *
 * @param value - parsed JSON of any shape
 * @param receivedAt - when the bus took it, milliseconds since 1970
 */
export const readCloudEvent = (value: JsonObject, receivedAt: number): BusinessEventRead => {
  const cleaned = cleanJson(value, 'ignored');
  if (cleaned.errors.length > 0) return { ok: false, errors: cleaned.errors };
  const parsed = attributesSchema.safeParse(cleaned.value);
  if (!parsed.success) return { ok: false, errors: fieldErrors(parsed.error.issues) };
  const errors = cloudEventErrors(parsed.data, receivedAt);
  return errors.length > 0
    ? { ok: false, errors }
    : { ok: true, event: businessEventOf(parsed.data, receivedAt) };
};
