import * as z from 'zod';
import { MAX_NESTING } from './json-safety.ts';
import { nothing, type RequestContract } from './request-contract.ts';

/** A definition may nest as deep as any body; around it are the request and its list. */
const CATALOG_NESTING = MAX_NESTING + 2;

/** Definitions of any shape: `parseDefinitions` of `lib/contracts/catalog` says which of them are wrong, and where. */
const definitions = z.array(
  z.unknown().meta({ $ref: '#/components/schemas/Definition' }),
  'expected a list of definitions',
);

const version = z.int('expected the number of a version').min(1, 'expected the number of a version');

/** The body of `PUT /v1/catalog`. */
export const publishRequestSchema = z.strictObject({
  definitions,
  force: z
    .strictObject({ reason: z.string('expected a reason').trim().min(1, 'expected a reason').max(1000) })
    .exactOptional()
    .describe('Publishes in spite of errors that the lint finds; the reason is recorded.'),
  mapping: z
    .record(z.string(), z.string())
    .exactOptional()
    .describe('Moves those in flight: from `<journeyId>.<stepId>` to another of the new version.'),
});

export const publishCatalogContract = {
  operationId: 'publishCatalog',
  params: nothing,
  query: nothing,
  body: publishRequestSchema,
  unknownFields: 'refused',
  nesting: CATALOG_NESTING,
} as const satisfies RequestContract;

export const validateCatalogContract = {
  operationId: 'validateCatalog',
  params: nothing,
  query: nothing,
  body: z.strictObject({ definitions }),
  unknownFields: 'refused',
  nesting: CATALOG_NESTING,
} as const satisfies RequestContract;

export const getCatalogContract = {
  operationId: 'getCatalog',
  params: nothing,
  query: nothing,
  body: nothing,
  unknownFields: 'refused',
} as const satisfies RequestContract;

export const listCatalogVersionsContract = {
  operationId: 'listCatalogVersions',
  params: nothing,
  query: nothing,
  body: nothing,
  unknownFields: 'refused',
} as const satisfies RequestContract;

export const activateCatalogContract = {
  operationId: 'activateCatalog',
  params: nothing,
  query: nothing,
  body: z.strictObject({
    version,
    percent: z
      .number('expected a percentage')
      .gt(0, 'expected a percentage above 0')
      .max(100, 'expected a percentage up to 100')
      .exactOptional()
      .describe('The share of visitors that get this version; default 100.'),
  }),
  unknownFields: 'refused',
} as const satisfies RequestContract;
