import * as z from 'zod';
import type { ConditionDocument, Intent } from '../../domain/catalog/primitives.ts';
import { isJsonObject, type Json, type JsonObject } from '../../domain/json.ts';
import { maximumMilliseconds, parseDuration } from '../../domain/time/duration.ts';
import { parseInstant } from '../../domain/time/instant.ts';

/** The building blocks of all kinds: each says in its message what was expected. */

/** Ids of definitions, variants, answers and steps. */
export const id = z
  .string({ error: 'expected an id: lower-case letters, digits and hyphens' })
  .min(1, 'expected an id of at least one character')
  .max(100, 'expected an id of at most 100 characters')
  .regex(/^[a-z0-9-]+$/, 'expected lower-case letters, digits and hyphens only');

/** Text for people, or a Liquid template. */
export const text = (max: number): z.ZodString =>
  z.string().min(1, 'expected some text').max(max, `expected at most ${max} characters`);

/** Name of a placement, such as `home.hero`. */
const placementName = z
  .string()
  .max(100, 'expected at most 100 characters')
  .regex(/^[A-Za-z0-9][A-Za-z0-9._:/-]*$/, 'expected the name of a placement, such as home.hero');

export const placement = z.union([
  placementName,
  z
    .array(placementName)
    .min(1, 'expected at least one placement')
    .max(50, 'expected at most 50 placements')
    .refine((names) => new Set(names).size === names.length, 'expected each placement once'),
]);

/** Name of an event, such as `Product Viewed` or `flight.delayed`. */
export const eventName = z
  .string()
  .min(1, 'expected the name of an event')
  .max(200, 'expected at most 200 characters');

export const eventNames = z.union([
  eventName,
  z
    .array(eventName)
    .min(1, 'expected at least one event name')
    .max(50, 'expected at most 50 event names')
    .refine((names) => new Set(names).size === names.length, 'expected each event name once'),
]);

/** A dotted path to a fact, such as `event.subject` or `stats.revenue`. */
export const factPath = z
  .string()
  .max(200, 'expected at most 200 characters')
  .regex(/^[^.\s{}]+(\.[^.{}]+)*$/, 'expected the dotted path of a fact, such as event.subject');

/** Name of a purpose of consent, a trait, a queue, a channel or a topic. */
export const word = z
  .string()
  .max(100, 'expected at most 100 characters')
  .regex(/^[A-Za-z0-9_][A-Za-z0-9_. -]*$/, 'expected a name of letters, digits, _, ., - and spaces');

/** Most milliseconds that a duration can take; 0 where the text is none. */
export const maximumDuration = (text: string): number => {
  const parsed = parseDuration(text);
  return parsed === null ? 0 : maximumMilliseconds(parsed);
};

/** An ISO 8601 duration that is longer than nothing. */
export const duration = z
  .string({ error: 'expected an ISO 8601 duration, such as PT45M or P30D' })
  .refine(
    (text) => maximumDuration(text) > 0,
    'expected an ISO 8601 duration longer than nothing, such as PT45M or P30D',
  )
  .meta({ format: 'duration' });

/** An RFC 3339 time with its offset. */
export const time = z
  .string({ error: 'expected an RFC 3339 time, such as 2026-12-31T23:59:59+01:00' })
  .refine(
    (text) => parseInstant(text) !== null,
    'expected an RFC 3339 time that exists, such as 2026-12-31T23:59:59+01:00',
  )
  .meta({ format: 'date-time' });

/** Whether a span ends after it begins, as far as both are given. */
export const endsAfterStart = (span: { readonly from?: string; readonly until?: string }): boolean =>
  span.from === undefined ||
  span.until === undefined ||
  (parseInstant(span.from) ?? 0) < (parseInstant(span.until) ?? 0);

/** A calendar date. */
export const date = z.iso.date({ error: 'expected a date, such as 2027-03-31' });

/** A time of day, `HH:MM`. */
export const clockTime = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected a time of day from "00:00" to "23:59"');

const isTimeZone = (name: string): boolean => {
  // Intl takes offsets such as +01:00 too; those don't know summer time.
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
};

/** A zone of the IANA time-zone database. */
export const timeZone = z
  .string()
  .max(60, 'expected at most 60 characters')
  .refine(isTimeZone, 'expected an IANA time zone, such as Europe/Amsterdam');

const hasTwoDecimals = (value: number): boolean => Math.abs(value * 100 - Math.round(value * 100)) < 1e-6;

/** A share of something, 0 to 100, to two decimals. */
export const percent = z
  .number()
  .min(0, 'expected a percentage from 0 to 100')
  .max(100, 'expected a percentage from 0 to 100')
  .refine(hasTwoDecimals, 'expected at most two decimals');

/** A percentage that takes something off: 0 < v ≤ 100, to two decimals. */
export const discountPercent = z
  .number()
  .gt(0, 'expected a percentage above 0, at most 100')
  .max(100, 'expected a percentage above 0, at most 100')
  .refine(hasTwoDecimals, 'expected at most two decimals');

/** Largest amount of money anywhere in a catalog, minor units. */
const MAX_MONEY = 1_000_000_000_000;

/** An amount of money in minor units. */
export const money = z
  .int('expected minor units: an integer')
  .min(0, 'expected an amount that is not negative')
  .max(MAX_MONEY, `expected at most ${MAX_MONEY}`);

/** An amount of money in minor units that is more than nothing. */
export const positiveMoney = money.min(1, 'expected an amount of at least 1');

export const wholeNumber = (min: number, max: number): z.ZodInt =>
  z.int('expected an integer').min(min, `expected at least ${min}`).max(max, `expected at most ${max}`);

/** Where a thing stands among others, 0 to 100. */
export const priority = z
  .number()
  .min(0, 'expected a priority from 0 to 100')
  .max(100, 'expected a priority from 0 to 100');

/** A relative weight. */
export const weight = z
  .number()
  .min(0, 'expected a weight that is not negative')
  .max(1_000_000, 'expected at most 1000000');

export const intent: z.ZodType<Intent> = z.enum(['sell', 'serve', 'inform', 'recover', 'protect']);

export const limit = (max: number): z.ZodType<{ readonly max: number; readonly per: string }> =>
  z.strictObject({ max: wholeNumber(1, max), per: duration });

/** A condition, as written. Its grammar is checked where it is compiled, with the facts known there. */
export const condition: z.ZodType<ConditionDocument> = z
  .custom<ConditionDocument>(isJsonObject, 'expected a condition: an object of facts')
  .meta({ type: 'object', description: 'A condition over facts (docs/concepts/catalog.md)' });

/** Any JSON; strings are Liquid templates. */
export const content: z.ZodType<Json> = z
  .custom<Json>((value) => value !== undefined, 'expected content: any JSON')
  .meta({ description: 'Any JSON; strings are Liquid templates' });

/** Any JSON object. */
export const anyObject: z.ZodType<JsonObject> = z
  .custom<JsonObject>(isJsonObject, 'expected an object')
  .meta({ type: 'object' });
