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

const visitorEventSchema = z
  .object({
    messageId: z.string().min(1),
    type: z.enum(['track', 'identify', 'page', 'screen', 'group', 'alias']),
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
  })
  .refine(
    (event) => event.userId !== undefined || event.anonymousId !== undefined,
  ) satisfies z.ZodType<VisitorEvent>;

/** The detail of an {@link EVENTS_RECEIVED} entry. */
export const eventsReceivedSchema = z.object({ events: z.array(visitorEventSchema) });
