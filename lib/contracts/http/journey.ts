import * as z from 'zod';
import { nothing, type RequestContract } from './request-contract.ts';
import { MAX_ID_LENGTH } from './tracking-schemas.ts';

const MAX_PLACEMENTS = 50;

const id = z
  .string()
  .min(1, 'expected some text')
  .max(MAX_ID_LENGTH, `expected at most ${MAX_ID_LENGTH} characters`);

/** The query of `GET /v1/journey`. The identity token comes as `x-identity-token`. */
export const journeyQuerySchema = z
  .strictObject({
    anonymousId: id.exactOptional(),
    userId: id.exactOptional(),
    accountId: id.exactOptional(),
    placements: z
      .string()
      .max(MAX_PLACEMENTS * 201)
      .exactOptional()
      .describe('Names of placements, with commas between them.'),
    channel: z.string().min(1).max(50).exactOptional(),
  })
  .refine((query) => query.anonymousId !== undefined || query.userId !== undefined, {
    path: ['anonymousId'],
    message: 'expected an anonymousId or a userId',
  })
  .refine((query) => placementsOf(query).length <= MAX_PLACEMENTS, {
    path: ['placements'],
    message: `expected at most ${MAX_PLACEMENTS} placements`,
  });

/** The placements that the query names, each once. */
export const placementsOf = (query: { readonly placements?: string }): readonly string[] => [
  ...new Set(
    (query.placements ?? '')
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
  ),
];

export const journeyContract = {
  operationId: 'getJourney',
  params: nothing,
  query: journeyQuerySchema,
  body: nothing,
  unknownFields: 'refused',
} as const satisfies RequestContract;
