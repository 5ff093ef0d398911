import * as Calendar from 'temporal-polyfill/fns/Calendar';
import * as Instant from 'temporal-polyfill/fns/Instant';
import * as PlainDateTime from 'temporal-polyfill/fns/PlainDateTime';
import * as ZonedDateTime from 'temporal-polyfill/fns/ZonedDateTime';
import type { WallTime } from './strftime.ts';

/** The decision's clock: all that a template ever learns of time. */
export interface TemplateClock {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** IANA time zone of the visitor; one that is unknown counts as UTC. */
  readonly timezone: string;
}

const lastMoment = 8_640_000_000_000_000;

const zoned = (at: number, timezone: string): ZonedDateTime.Record => {
  const instant = Instant.fromEpochMilliseconds(at);
  try {
    return Instant.toZonedDateTimeISO(instant, timezone);
  } catch {
    return Instant.toZonedDateTimeISO(instant, 'UTC');
  }
};

/** A moment on the wall clock of a time zone. */
export const wallTimeAt = (at: number, timezone: string): WallTime => {
  const moment = zoned(at, timezone);
  return {
    at,
    offsetMinutes: Math.round(ZonedDateTime.offsetNanoseconds(moment) / 60_000_000_000),
    timezone: moment.timeZoneId,
  };
};

const withOffset = /(?:[zZ]|[+-]\d{2}(?::?\d{2})?)$/;
const isoDate = /^\d{4}-\d{2}-\d{2}(?:$|[Tt ])/;

const momentOfText = (text: string, clock: TemplateClock): number | null => {
  if (text === 'now' || text === 'today') return clock.now;
  if (/^\d{1,13}$/.test(text)) return Number(text) * 1000;
  if (!isoDate.test(text) || text.length > 64) return null;
  try {
    if (text.length > 10 && withOffset.test(text)) return Instant.fromString(text).epochMilliseconds;
    // A date of birth is the same day everywhere: without an offset it is meant on the visitor's calendar.
    return PlainDateTime.toZonedDateTime(
      PlainDateTime.fromString(text, Calendar.getISO),
      zoned(clock.now, clock.timezone).timeZoneId,
    ).epochMilliseconds;
  } catch {
    return null;
  }
};

/**
 * Reads what a template takes for a date: `now`, `today`, an ISO 8601 date or date-time (on the visitor's
 * calendar where it carries no offset), or seconds since 1970. Null for anything else; the machine's clock and
 * time zone are never asked.
 */
export const momentOf = (value: unknown, clock: TemplateClock): number | null => {
  let moment: number | null = null;
  if (typeof value === 'number') moment = value * 1000;
  else if (typeof value === 'string') moment = momentOfText(value.trim(), clock);
  else if (typeof value === 'object' && value !== null && Symbol.toPrimitive in value) {
    moment = momentOfText(String(value), clock);
  }
  return moment !== null && Math.abs(moment) <= lastMoment ? Math.trunc(moment) : null;
};

/** Whole weeks on the visitor's calendar from `from` to the clock; negative where `from` is still to come. */
export const weeksSince = (from: number, clock: TemplateClock): number =>
  ZonedDateTime.diff(zoned(from, clock.timezone), zoned(clock.now, clock.timezone), { largestUnit: 'weeks' })
    .weeks + 0;

/**
 * `now` in a template: prints as RFC 3339, can be given to `date`, and has the facts `hour`, `weekday` and `date`
 * that the caller's `now` root holds.
 */
export const printableNow = (facts: unknown, clock: TemplateClock): object => ({
  ...(typeof facts === 'object' ? facts : null),
  [Symbol.toPrimitive]: () => new Date(clock.now).toISOString(),
});
