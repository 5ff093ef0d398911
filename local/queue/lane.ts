import * as z from 'zod';

/**
 * What a body is about, for keeping the order of each visitor's: one visitor, or the subject of a business event.
 * Mail for a page of visitors is in no lane.
 */
const laneSchema = z.union([
  z.object({ visitorId: z.string() }).transform(({ visitorId }) => visitorId),
  z
    .object({ mail: z.object({ visitorIds: z.tuple([z.string()]) }) })
    .transform(({ mail }) => mail.visitorIds[0]),
  z
    .object({ events: z.tuple([z.object({ userId: z.string() })], z.unknown()) })
    .transform(({ events: [first] }) => `user:${first.userId}`),
  z
    .object({ events: z.tuple([z.object({ anonymousId: z.string() })], z.unknown()) })
    .transform(({ events: [first] }) => `anon:${first.anonymousId}`),
  z
    .object({ specversion: z.literal('1.0'), subject: z.string() })
    .transform(({ subject }) => `subject:${subject}`),
]);

/** The lane of an event's detail or a message's body; '' where it doesn't say whom it is about. */
export const laneOf = (content: unknown): string => laneSchema.safeParse(content).data ?? '';
