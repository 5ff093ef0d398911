import * as z from 'zod';
import { answerTime as time } from './answer-time.ts';
import { freeFormObject } from './free-form.ts';

const journeySchema = z.object({
  journeyId: z.string(),
  key: z.string().describe('Tells journeys of one person apart; empty where the journey has no key.'),
  status: z.enum(['running', 'ended']),
  stepId: z.string().nullable().describe('Where it stands; null where the last step is done.'),
  variant: z.string().nullable().describe('The arm of the last split.'),
  holdout: z.boolean().describe('Counted, and no step runs.'),
  since: time.describe('When the current step began; of one that ended, when it was entered.'),
  catalogVersion: z.int().optional().describe('The version that it runs on.'),
  endedAt: time.optional(),
  reason: z.string().optional().describe('Why it ended.'),
  goalAt: time.optional().describe('When its goal was reached.'),
});

const grantSchema = z.object({
  grantId: z.string(),
  offerId: z.string(),
  label: z.string().optional(),
  status: z.enum(['held', 'redeemed', 'withdrawn', 'expired']),
  grantedAt: time,
  expiresAt: time.nullable().describe('Null: with the offer.'),
  because: z.unknown(),
  journeyId: z.string(),
  stepId: z.string(),
});

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
  journeys: z.array(journeySchema).describe('Those that run, then the newest of those that ended.'),
  grants: z.array(grantSchema).describe('Newest first.'),
  consents: z.record(z.string(), z.boolean()),
  preferences: freeFormObject,
  account: z.unknown(),
  household: z.unknown(),
});

/** A visitor's story, newest first. */
export const timelineAnswerSchema = z.object({
  items: z.array(
    z.looseObject({
      at: time,
      kind: z
        .enum(['event', 'journey', 'message', 'problem', 'grant', 'timer', 'task', 'identity', 'decision'])
        .describe('A decision stands here where it showed something else than the one before.'),
      why: z.string().optional().describe('What brought it about.'),
      due: time.optional().describe('Of a timer: when it fires, or should have.'),
    }),
  ),
  next: z.string().nullable().describe('Asks, as `before`, for what is older; null where nothing is.'),
});
