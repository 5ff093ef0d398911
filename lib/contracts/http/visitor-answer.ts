import * as z from 'zod';
import { answerTime as time } from './answer-time.ts';
import { freeFormObject } from './free-form.ts';

/** What is known of a visitor. Money is in the minor unit of the settings' currency. */
export const visitorAnswerSchema = z.object({
  visitorId: z.string(),
  known: z.boolean().describe('Whether a userId is known.'),
  userIds: z.array(z.string()),
  anonymousIds: z.array(z.string()),
  traits: freeFormObject,
  stats: z.looseObject({
    firstSeenAt: time.nullable(),
    lastSeenAt: time.nullable(),
    sessions: z.int(),
    carts: z.int().describe("Carts that had a line, as far back as the cart's history is kept."),
    orders: z.int(),
    revenue: z.int(),
    averageOrder: z.number().nullable(),
    lastOrderAt: time.nullable(),
    events: z.record(z.string(), z.object({ count: z.int(), firstAt: time, lastAt: time })),
  }),
  segments: z.array(z.string()),
  cart: freeFormObject.nullable(),
  orders: z.array(freeFormObject),
  problems: z.array(
    z.object({
      problemId: z.string(),
      key: z.string(),
      severity: z.enum(['low', 'medium', 'high']),
      openedAt: time,
      closedAt: time.nullable(),
    }),
  ),
  journeys: z.array(freeFormObject),
  grants: z.array(freeFormObject),
  consents: z.record(z.string(), z.boolean()),
  preferences: freeFormObject,
  account: z.unknown(),
  household: z.unknown(),
});
