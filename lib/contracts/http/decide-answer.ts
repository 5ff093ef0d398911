import * as z from 'zod';
import { answerTime as time } from './answer-time.ts';
import { freeFormObject } from './free-form.ts';
import { fieldErrorSchema } from './problem.ts';

/** Why an item is shown. */
const REASONS = ['TARGETING_MATCH', 'JOURNEY', 'SPLIT', 'DEFAULT', 'RECOVERY'] as const;

/** Why a candidate lost. */
const LOSS_REASONS = [
  'BEATEN',
  'INELIGIBLE',
  'CAPPED',
  'HOLDOUT',
  'NO_CONSENT',
  'SERVICE_FIRST',
  'FREQUENCY',
  'EXPIRED',
  'NOT_GRANTED',
  'NO_EFFECT',
  'EXCLUDED',
] as const;

const money = z.int();

const itemSchema = z.object({
  experienceId: z.string(),
  journeyId: z.string().optional(),
  stepId: z.string().optional(),
  variant: z.string().optional(),
  content: z.unknown(),
  reason: z.enum(REASONS),
});

const discountSchema = z.object({ offerId: z.string(), amount: money });

const pricedLineSchema = z.object({
  id: z.string(),
  sku: z.string(),
  quantity: z.int(),
  unitPrice: money,
  subtotal: money,
  discounts: z.array(discountSchema),
  total: money,
  units: z.array(money).describe('What each unit costs in the end; they add up to `total`.'),
});

/** A cart with its offers applied. */
export const pricedCartSchema = z.object({
  currency: z.string(),
  lines: z.array(pricedLineSchema),
  gifts: z.array(freeFormObject),
  subtotal: money,
  shipping: z.object({ amount: money, discounts: z.array(discountSchema), total: money }),
  discountTotal: money,
  total: money,
  applied: z.array(
    z.object({
      offerId: z.string(),
      grantId: z.string().optional(),
      code: z.string().optional(),
      amount: money,
      label: z.string().optional(),
    }),
  ),
});

const candidate = (idField: string) =>
  z.looseObject({
    [idField]: z.string(),
    status: z.enum(['APPLIED', 'SHOWN', ...LOSS_REASONS]),
    by: z.string().optional().describe('BEATEN: by which candidate.'),
    difference: z.number().optional().describe('BEATEN: by how much.'),
    fact: z.string().optional().describe('INELIGIBLE: the fact that fails.'),
    operator: z.string().optional(),
    needed: z.unknown().optional(),
    actual: z.unknown().optional(),
    gap: z.number().optional().describe('INELIGIBLE: how much is missing, of a number.'),
  });

/** What decide answers. */
export const decideAnswerSchema = z.object({
  decisionId: z.string(),
  visitorId: z.string(),
  catalogVersion: z.int(),
  decidedAt: time,
  expiresAt: time,
  serviceFirst: z.boolean().describe('A problem is open: nothing is sold to this person now.'),
  placements: z.record(z.string(), z.object({ items: z.array(itemSchema) })),
  cart: pricedCartSchema.optional(),
  offers: z.array(
    z.looseObject({
      offerId: z.string(),
      grantId: z.string().optional(),
      label: z.string().optional(),
      status: z.string(),
      because: z.unknown().optional().describe('Why it was granted.'),
      expiresAt: time.optional(),
      to: z.unknown().optional().describe('Of an upgrade: to what.'),
    }),
  ),
  guards: z.array(
    z.object({
      guardId: z.string(),
      lineId: z.string().optional(),
      severity: z.enum(['info', 'warn', 'block']),
      message: z.string(),
      suggestion: freeFormObject.optional(),
    }),
  ),
  questions: z.array(
    z.object({
      questionId: z.string(),
      ask: z.string(),
      answers: z.array(z.object({ id: z.string(), label: z.string() })),
      why: z.string(),
      changes: z.array(z.string()),
    }),
  ),
  warnings: z.array(z.looseObject({ code: z.string(), message: z.string().optional() })),
  pending: z
    .array(z.string())
    .optional()
    .describe('messageIds that the stored visitor does not show yet: send them as `recent` next time.'),
  explanation: z
    .object({
      experiences: z.array(candidate('experienceId')),
      offers: z.array(candidate('offerId')),
      journeys: z.array(candidate('journeyId')),
    })
    .optional()
    .describe('Every candidate and what became of it; where `options.explain` asked for it.'),
});

/** What the tracking calls answer. */
export const trackingAnswerSchema = z.object({
  success: z.literal(true),
  rejected: z
    .array(
      z.object({
        index: z.int(),
        messageId: z.string().nullable(),
        errors: z.array(fieldErrorSchema),
      }),
    )
    .optional()
    .describe('Events of the batch that were not taken; the others were.'),
});
