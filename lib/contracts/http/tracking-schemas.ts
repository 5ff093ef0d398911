import * as z from 'zod';
import { parseInstant } from '../../domain/time/instant.ts';
import { freeFormObject } from './free-form.ts';

/** Longest user, anonymous, group and previous id, in characters. */
export const MAX_ID_LENGTH = 512;

/** Longest event name, in characters. */
const MAX_EVENT_NAME_LENGTH = 200;

/** Longest `messageId`, in characters. */
const MAX_MESSAGE_ID_LENGTH = 255;

/** Most events of one batch. */
export const MAX_BATCH_EVENTS = 2500;

const idMessage = `expected text of 1 to ${MAX_ID_LENGTH} characters`;

/** An id as SDKs send it: some send numbers, and some empty text or null for nobody. */
const id = z.union([z.string().max(MAX_ID_LENGTH), z.number()], idMessage).nullish();
const neededId = z.union([z.string().min(1).max(MAX_ID_LENGTH), z.number()], idMessage);

const timeMessage = 'expected a time of RFC 3339, such as 2026-01-31T09:30:00Z';

/** Milliseconds since 1970 of a date-time of RFC 3339, or of a date's midnight in UTC; `null` for other text. */
export const timeOf = (text: string): number | null =>
  parseInstant(text.length === 10 ? `${text}T00:00:00Z` : text);

const time = z
  .string(timeMessage)
  .max(64, timeMessage)
  .refine((text) => timeOf(text) !== null, timeMessage)
  .meta({ format: 'date-time' })
  .nullish();

const nameMessage = `expected a name of 1 to ${MAX_EVENT_NAME_LENGTH} characters`;

const pageName = z.string(nameMessage).max(MAX_EVENT_NAME_LENGTH, nameMessage).nullish();

const object = freeFormObject.nullish();

const messageIdMessage = `expected text of at most ${MAX_MESSAGE_ID_LENGTH} characters`;

/** The fields that all six calls share (Segment's "common fields"); others are ignored. */
const common = {
  messageId: z
    .string(messageIdMessage)
    .max(MAX_MESSAGE_ID_LENGTH, messageIdMessage)
    .nullish()
    .describe('Makes the event count once; generated where it is absent.'),
  userId: id,
  anonymousId: id,
  timestamp: time.describe('When it happened; at most 24 hours ahead. Default: when it arrived.'),
  originalTimestamp: time,
  sentAt: time.describe("When it was sent, by the sender's clock: corrects that clock where it is wrong."),
  context: object.describe(
    'locale, timezone, consent.categoryPreferences and identityToken are read; the rest is ignored.',
  ),
};

/** One schema for each call; unknown fields are dropped. */
export const EVENT_SCHEMAS = {
  track: z.object({
    ...common,
    event: z.string(nameMessage).min(1, nameMessage).max(MAX_EVENT_NAME_LENGTH, nameMessage),
    properties: object,
  }),
  identify: z.object({ ...common, traits: object }),
  page: z.object({
    ...common,
    name: pageName,
    category: pageName,
    properties: object,
  }),
  screen: z.object({
    ...common,
    name: pageName,
    category: pageName,
    properties: object,
  }),
  group: z.object({ ...common, groupId: neededId, traits: object }),
  alias: z.object({
    ...common,
    userId: neededId,
    previousId: id.describe('Default: anonymousId.'),
  }),
} as const;

/** What a batch carries beside its events; the fields are defaults for each of them. */
export const batchEnvelopeSchema = z.object({
  batch: z.array(z.unknown(), 'expected a list of events'),
  context: object,
  timestamp: time,
  sentAt: time,
});

export const eventTypeSchema = z.enum(['track', 'identify', 'page', 'screen', 'group', 'alias']);
