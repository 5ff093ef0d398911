import * as z from 'zod';
import { nothing, type RequestContract } from './request-contract.ts';
import { MAX_ID_LENGTH } from './tracking-schemas.ts';

/** How a path names a person: a visitor id, `user:<userId>` or `anon:<anonymousId>`. */
const visitorParamsSchema = z.strictObject({
  id: z
    .string()
    .min(1)
    .max(MAX_ID_LENGTH + 'user:'.length)
    .describe('A visitor id, `user:<userId>` or `anon:<anonymousId>`.'),
});

/** Lines of a page where the query does not say. */
export const TIMELINE_LIMIT = 50;

const timelineQuerySchema = z.strictObject({
  before: z
    .string()
    .min(1)
    .max(8000)
    .exactOptional()
    .describe('`next` of the page before, or a time: what is older.'),
  limit: z
    .string()
    .regex(/^(?:[1-9]\d?|1\d\d|200)$/, 'expected a number from 1 to 200')
    .exactOptional()
    .describe(`How many items, 1 to 200; ${TIMELINE_LIMIT} where it is absent.`),
});

export const getTimelineContract = {
  operationId: 'getTimeline',
  params: visitorParamsSchema,
  query: timelineQuerySchema,
  body: nothing,
  unknownFields: 'refused',
} as const satisfies RequestContract;

export const getVisitorContract = {
  operationId: 'getVisitor',
  params: visitorParamsSchema,
  query: nothing,
  body: nothing,
  unknownFields: 'refused',
} as const satisfies RequestContract;
