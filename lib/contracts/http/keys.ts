import * as z from 'zod';
import { nothing, type RequestContract } from './request-contract.ts';

export const keyKindSchema = z.enum(
  ['publishable', 'secret', 'admin'],
  'expected publishable, secret or admin',
);

/** `scheme://host[:port]`, as a browser's `Origin` says it (RFC 6454): no path, no default port. */
const isOrigin = (text: string): boolean => URL.canParse(text) && new URL(text).origin === text.toLowerCase();

const origin = z.string().max(300).refine(isOrigin, 'expected an origin, such as https://shop.example');

/** The body of `POST /v1/keys`. */
export const createKeyRequestSchema = z
  .strictObject({
    kind: keyKindSchema,
    label: z.string().trim().min(1).max(200).exactOptional().describe('What people call it.'),
    origins: z
      .array(origin)
      .min(1)
      .max(100)
      .exactOptional()
      .describe('Where a browser may use it from; absent: anywhere.'),
    placements: z
      .array(z.string().min(1).max(200))
      .min(1)
      .max(100)
      .exactOptional()
      .describe('What it may ask for; absent: everything.'),
    partner: z
      .string()
      .regex(/^[a-z0-9-]{1,100}$/, 'expected lower-case letters, digits and hyphens')
      .exactOptional()
      .describe('Its anonymous ids stand for `<partner>:<id>`.'),
  })
  .refine(
    (key) => key.kind === 'publishable' || (key.placements ?? key.partner ?? key.origins) === undefined,
    {
      path: ['kind'],
      message: 'only a publishable key can be bound to origins, placements or a partner',
    },
  );

export const createKeyContract = {
  operationId: 'createKey',
  params: nothing,
  query: nothing,
  body: createKeyRequestSchema,
  unknownFields: 'refused',
} as const satisfies RequestContract;

export const listKeysContract = {
  operationId: 'listKeys',
  params: nothing,
  query: nothing,
  body: nothing,
  unknownFields: 'refused',
} as const satisfies RequestContract;

export const deleteKeyContract = {
  operationId: 'deleteKey',
  params: z.strictObject({ id: z.string().min(1).max(200) }),
  query: nothing,
  body: nothing,
  unknownFields: 'refused',
} as const satisfies RequestContract;
