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

export const getVisitorContract = {
  operationId: 'getVisitor',
  params: visitorParamsSchema,
  query: nothing,
  body: nothing,
  unknownFields: 'refused',
} as const satisfies RequestContract;
