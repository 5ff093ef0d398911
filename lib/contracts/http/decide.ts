import * as z from 'zod';
import type { Cart } from '../../domain/cart/cart.ts';
import { isJsonObject } from '../../domain/json.ts';
import { currency } from '../currency.ts';
import { freeFormObject } from './free-form.ts';
import { nothing, type RequestContract } from './request-contract.ts';
import { MAX_ID_LENGTH } from './tracking-schemas.ts';

/** Most lines of a cart. */
const MAX_CART_LINES = 500;

/** Most placements of one request. */
const MAX_PLACEMENTS = 50;

/** Most events that travel inside one request. */
const MAX_INLINE_EVENTS = 100;

/** Most items that one placement may be asked for. */
const MAX_PLACEMENT_LIMIT = 100;

const text = (max: number) =>
  z.string('expected text').min(1, 'expected some text').max(max, `expected at most ${max} characters`);

const id = text(MAX_ID_LENGTH);

const wholeNumber = (least: number) =>
  z
    .int(`expected a whole number of at least ${least}`)
    .min(least, `expected a whole number of at least ${least}`);

const money = wholeNumber(0).describe("In the currency's minor unit.");

const placementSchema = z.union(
  [
    text(200),
    z.strictObject({
      id: text(200),
      limit: wholeNumber(1)
        .max(MAX_PLACEMENT_LIMIT, `expected at most ${MAX_PLACEMENT_LIMIT}`)
        .exactOptional(),
    }),
  ],
  'expected the name of a placement, or { id, limit }',
);

/** Text that a shop may leave empty. */
const description = z.string('expected text').max(1000, 'expected at most 1000 characters');

const lineSchema = z.strictObject({
  id: text(255),
  sku: text(255),
  name: description.exactOptional(),
  category: description.exactOptional(),
  quantity: wholeNumber(1),
  unitPrice: money,
  attributes: freeFormObject.exactOptional(),
});

/** The first line whose id another one has already, or -1. */
const indexOfRepeatedLine = (lines: readonly { readonly id: string }[]): number => {
  const seen = new Set<string>();
  return lines.findIndex((line) => seen.size === seen.add(line.id).size);
};

const worthOf = (lines: readonly { readonly quantity: number; readonly unitPrice: number }[]): number =>
  lines.reduce((sum, line) => sum + line.quantity * line.unitPrice, 0);

/** Most units of a cart in all: the answer prices each of them. */
const MAX_CART_UNITS = 100_000;

const unitsIn = (lines: readonly { readonly quantity: number }[]): number =>
  lines.reduce((sum, line) => sum + line.quantity, 0);

const linesSchema = z
  .array(lineSchema)
  .max(MAX_CART_LINES, `expected at most ${MAX_CART_LINES} lines`)
  .superRefine((lines, context) => {
    const repeated = indexOfRepeatedLine(lines);
    if (repeated !== -1) {
      context.addIssue({
        code: 'custom',
        path: [repeated, 'id'],
        message: 'expected an id of its own for each line',
      });
    }
  });

/** A cart as clients send it: the remembered one is not looked at where it comes with a request. */
export const cartSchema = z
  .strictObject({
    id: id.exactOptional(),
    currency,
    shipping: money.exactOptional(),
    lines: linesSchema,
    codes: z.array(text(100)).max(50, 'expected at most 50 codes').exactOptional(),
  })
  .refine((cart) => unitsIn(cart.lines) <= MAX_CART_UNITS, {
    path: ['lines'],
    message: `expected at most ${MAX_CART_UNITS} units in all`,
  })
  // Beyond 2^53 sums of minor units would no longer be exact.
  .refine((cart) => worthOf(cart.lines) + (cart.shipping ?? 0) <= Number.MAX_SAFE_INTEGER, {
    path: ['lines'],
    message: 'expected lines that are worth at most 9007199254740991 in all',
  });

export const contextSchema = z
  .looseObject({
    locale: z.string('expected a language tag, such as en-GB').max(100).exactOptional(),
    timezone: z.string('expected a time zone, such as Europe/London').max(100).exactOptional(),
    page: freeFormObject.exactOptional(),
    attributes: freeFormObject.exactOptional(),
  })
  .describe('Facts for conditions, as `context.*`. Other fields are welcome.');

const eventsSchema = z
  .array(z.unknown().meta({ $ref: '#/components/schemas/TrackingEvent' }))
  .max(MAX_INLINE_EVENTS, `expected at most ${MAX_INLINE_EVENTS} events`);

/** The body of `POST /v1/decide`. The events in it are read by `readInlineEvents`. */
export const decideRequestSchema = z
  .strictObject({
    anonymousId: id.exactOptional(),
    userId: id.exactOptional(),
    identityToken: text(8192).exactOptional().describe('A JWT of the shop whose `sub` is the userId.'),
    accountId: id.exactOptional(),
    channel: text(50).exactOptional(),
    placements: z
      .array(placementSchema)
      .max(MAX_PLACEMENTS, `expected at most ${MAX_PLACEMENTS} placements`)
      .exactOptional(),
    cart: cartSchema.exactOptional(),
    context: contextSchema.exactOptional(),
    events: eventsSchema.exactOptional().describe('Applied before deciding, and ingested like any other.'),
    recent: eventsSchema
      .exactOptional()
      .describe('Already sent, effect not seen yet: applied before deciding, not ingested again.'),
    guardOverrides: z
      .array(z.strictObject({ guardId: text(100), lineId: text(255).exactOptional() }))
      .max(MAX_CART_LINES)
      .exactOptional()
      .describe('Guards that the visitor has waved off.'),
    options: z
      .strictObject({
        explain: z
          .boolean('expected true or false')
          .exactOptional()
          .describe('With a secret or admin key only.'),
        dryRun: z.boolean('expected true or false').exactOptional().describe('Ingests and records nothing.'),
      })
      .exactOptional(),
  })
  .refine((request) => request.anonymousId !== undefined || request.userId !== undefined, {
    path: ['anonymousId'],
    message: 'expected an anonymousId or a userId',
  });

export type DecideRequest = z.output<typeof decideRequestSchema>;

export const decideContract = {
  operationId: 'decide',
  params: nothing,
  query: nothing,
  body: decideRequestSchema,
  unknownFields: 'refused',
} as const satisfies RequestContract;

/** The id of a cart whose request gave it none. */
const UNNAMED_CART = 'cart';

/** The cart of a request, as the domain sees carts. */
export const toCart = (cart: NonNullable<DecideRequest['cart']>): Cart => ({
  ...cart,
  id: cart.id ?? UNNAMED_CART,
  lines: cart.lines.map((line) => ({ ...line, attributes: line.attributes ?? {} })),
  updatedAt: null,
});

/** The placements of a request with their limits; one asked for twice has the larger of both. */
export const placementLimits = (request: Pick<DecideRequest, 'placements'>): ReadonlyMap<string, number> => {
  const limits = new Map<string, number>();
  for (const placement of request.placements ?? []) {
    const { id: name, limit = 1 } = typeof placement === 'string' ? { id: placement } : placement;
    limits.set(name, Math.max(limit, limits.get(name) ?? 0));
  }
  return limits;
};

/** Whether a body of any shape asks for an explanation: known before the body is validated, since 403 precedes 400. */
export const asksForExplanation = (body: unknown): boolean =>
  typeof body === 'object' &&
  body !== null &&
  'options' in body &&
  typeof body.options === 'object' &&
  body.options !== null &&
  'explain' in body.options &&
  body.options.explain === true;

/** Whether a body of any shape names a person and brings nothing that could prove it. */
export const namesUserWithoutToken = (body: unknown): boolean =>
  isJsonObject(body) && typeof body.userId === 'string' && body.identityToken === undefined;
