import * as z from 'zod';
import { nothing, type RequestContract } from './request-contract.ts';

/** Most codes in one answer: some 250 KB. */
const MAX_CODES = 10_000;

export const generateCodesContract = {
  operationId: 'generateCodes',
  params: z.strictObject({ id: z.string().min(1).max(200).describe('The offer.') }),
  query: nothing,
  body: z.strictObject({
    from: z
      .int('expected a whole number')
      .min(0, 'expected a number from 0 on')
      .max(1_000_000, 'expected at most 1000000')
      .exactOptional()
      .describe('How many to leave out: default 0; the `next` of the page before.'),
    count: z
      .int('expected a whole number')
      .min(1, 'expected at least 1')
      .max(MAX_CODES, `expected at most ${MAX_CODES}`)
      .exactOptional()
      .describe('How many; default 1000.'),
  }),
  unknownFields: 'refused',
  bodyOptional: true,
} as const satisfies RequestContract;

/** What the route answers: always the same codes for the same offer. */
export const codesAnswerSchema = z.object({
  offerId: z.string(),
  /** As the catalog has it. */
  total: z.int().describe('How many codes the offer has.'),
  codes: z.array(z.string()),
  next: z.int().nullable().describe('Where the next page begins; null: that was all.'),
});
