import * as z from 'zod';
import { isJsonObject, type JsonObject } from '../domain/json.ts';
import type { VisitorEvent } from '../domain/visitor/event.ts';

/** `Source` of everything that Wend puts on the bus. */
export const BUS_SOURCE = 'wend';

/** `DetailType` of an entry that holds the events of one visitor and request, in order; its rule feeds react. */
export const EVENTS_RECEIVED = 'Events Received';

/** Largest detail of an entry, in bytes of UTF-8 (EventBridge takes 256 KB with envelope). */
export const MAX_ENTRY_BYTES = 200_000;

const object = z.custom<JsonObject>(isJsonObject);
const id = z.string().min(1).exactOptional();

/** An event as it travels. */
export const eventSchema = z.object({
  messageId: z.string().min(1),
  type: z.enum(['track', 'identify', 'page', 'screen', 'group', 'alias', 'business']),
  name: z.string().min(1),
  at: z.number(),
  receivedAt: z.number(),
  userId: id,
  anonymousId: id,
  previousId: id,
  mayMergeUsers: z.boolean().exactOptional(),
  mayChangeAccount: z.boolean().exactOptional(),
  groupId: id,
  properties: object,
  traits: object,
  context: z.object({
    locale: z.string().exactOptional(),
    timezone: z.string().exactOptional(),
    consents: z.record(z.string(), z.boolean()).exactOptional(),
  }),
  own: z.literal(true).exactOptional(),
  subject: id,
  data: object.exactOptional(),
  sequence: z.string().exactOptional(),
}) satisfies z.ZodType<VisitorEvent>;

/** On the bus an event says whose it is. */
const visitorEventSchema = eventSchema.refine(
  (event) => event.userId !== undefined || event.anonymousId !== undefined,
);

/** The detail of an {@link EVENTS_RECEIVED} entry. */
export const eventsReceivedSchema = z.object({ events: z.array(visitorEventSchema) });

/**
 * Of mail that comes out of the archive: whether its record is sealed with the key that the visitor has, and is not
 * written again; or with one that they lost, and is, under theirs, where it takes effect.
 */
const replayed = z.enum(['same-key', 'lost-key']);

export type Replayed = z.infer<typeof replayed>;

/**
 * Mail for visitors named by their visitor id, as Wend's own functions put it into the queue `events-received`: the
 * same events for each of them (a business event for a page of its followers, a seat, the outcome of a task).
 */
export const mailSchema = z.object({
  mail: z.object({
    visitorIds: z.array(z.string().min(1)).min(1),
    events: z.array(eventSchema).min(1),
    replayed: replayed.exactOptional(),
  }),
});

/** A timer that fired, as the scheduler puts it into the queue `timers-due`. */
export const timerDueSchema = z.object({
  visitorId: z.string().min(1),
  generation: z.number(),
  /** Milliseconds since 1970. */
  due: z.number(),
});

export type TimerDue = z.infer<typeof timerDueSchema>;

/** What tells a business event on the bus from everything else: its detail is a CloudEvent of version 1.0. */
export const CLOUD_EVENT_PATTERN = { detail: { specversion: ['1.0'] } } as const;
