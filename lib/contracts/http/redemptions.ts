import * as z from 'zod';
import { answerTime as time } from './answer-time.ts';
import { cartSchema, contextSchema } from './decide.ts';
import { pricedCartSchema } from './decide-answer.ts';
import { nothing, type RequestContract } from './request-contract.ts';
import { MAX_ID_LENGTH } from './tracking-schemas.ts';

/** Most offers that one order may claim: each takes some of the hundred actions of its transaction. */
const MAX_CLAIMS = 10;

const MAX_LINES = 500;

const text = (max: number) =>
  z.string('expected text').min(1, 'expected some text').max(max, `expected at most ${max} characters`);

const orderId = text(255);

const claimsSchema = z
  .array(z.strictObject({ offerId: text(100), grantId: text(200).exactOptional() }))
  .max(MAX_CLAIMS, `expected at most ${MAX_CLAIMS} claims`)
  .refine((claims) => new Set(claims.map(({ offerId }) => offerId)).size === claims.length, {
    message: 'expected each offer once',
  });

/** The body of `POST /v1/redemptions`. */
const redemptionRequestSchema = z
  .strictObject({
    orderId,
    userId: text(MAX_ID_LENGTH).exactOptional(),
    anonymousId: text(MAX_ID_LENGTH).exactOptional(),
    accountId: text(MAX_ID_LENGTH)
      .exactOptional()
      .describe('For whom they order; absent: the account that their own `group` events name.'),
    channel: text(50).exactOptional(),
    cart: cartSchema
      .exactOptional()
      .describe('Absent: the remembered cart; with `claims`, none: nothing is priced.'),
    context: contextSchema.exactOptional(),
    claims: claimsSchema
      .exactOptional()
      .describe('Entitlements, and offers that apply by claim, that the order redeems.'),
  })
  .refine((request) => request.anonymousId !== undefined || request.userId !== undefined, {
    path: ['userId'],
    message: 'expected a userId or an anonymousId',
  });

export type RedemptionRequest = z.output<typeof redemptionRequestSchema>;

export const holdRedemptionContract = {
  operationId: 'holdRedemption',
  params: nothing,
  query: nothing,
  body: redemptionRequestSchema,
  unknownFields: 'refused',
} as const satisfies RequestContract;

const params = z.strictObject({ orderId: orderId.describe('As it was held.') });

const ofOrder = {
  bodyOptional: true,
  params,
  query: nothing,
  body: z.strictObject({}),
  unknownFields: 'refused',
} as const;

export const commitRedemptionContract = {
  operationId: 'commitRedemption',
  ...ofOrder,
} as const satisfies RequestContract;

export const cancelRedemptionContract = {
  operationId: 'cancelRedemption',
  ...ofOrder,
} as const satisfies RequestContract;

/** The body of `POST /v1/redemptions/{orderId}/refund`. */
export const refundRedemptionContract = {
  operationId: 'refundRedemption',
  params,
  query: nothing,
  body: z
    .strictObject({
      units: z
        .array(
          z.strictObject({
            lineId: text(255),
            quantity: z.int('expected a whole number').min(1, 'expected at least 1').max(100_000),
          }),
        )
        .max(MAX_LINES, `expected at most ${MAX_LINES} lines`)
        .exactOptional(),
      shipping: z.boolean('expected true or false').exactOptional(),
    })
    .refine(({ units = [], shipping = false }) => units.length > 0 || shipping, {
      path: ['units'],
      message: 'expected units, or shipping',
    }),
  unknownFields: 'refused',
} as const satisfies RequestContract;

export const getRedemptionContract = {
  operationId: 'getRedemption',
  params,
  query: nothing,
  body: nothing,
  unknownFields: 'refused',
} as const satisfies RequestContract;

/** What the ledger answers of an order. */
export const redemptionAnswerSchema = z.object({
  orderId: z.string(),
  status: z.enum(['held', 'committed', 'cancelled', 'expired', 'refunded', 'awaitingApproval']),
  taskId: z
    .string()
    .optional()
    .describe('What the approver is asked, of an order that was over its account’s authorization.'),
  cart: pricedCartSchema.nullable().describe('Null where the order is of claims alone.'),
  holds: z.array(
    z.object({
      offerId: z.string(),
      grantId: z.string().optional(),
      code: z.string().optional(),
      amount: z.int(),
      state: z
        .enum(['held', 'committed', 'released', 'honoured'])
        .describe('`honoured`: paid too late, and granted beyond the cap, as the offer says.'),
    }),
  ),
  expiresAt: time.describe('Until when a hold is kept, or an approval waited for.'),
  warnings: z.array(z.looseObject({ code: z.string(), message: z.string().optional() })).optional(),
});

export const refundAnswerSchema = z.object({
  amount: z.int().describe('To be paid back now, minor units.'),
  currency: z.string(),
  refunded: z.int().describe('Paid back so far, this included.'),
  remaining: z.int(),
});
