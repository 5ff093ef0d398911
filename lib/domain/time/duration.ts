import * as CalendarDuration from 'temporal-polyfill/fns/Duration';
import * as Instant from 'temporal-polyfill/fns/Instant';
import * as ZonedDateTime from 'temporal-polyfill/fns/ZonedDateTime';

/**
 * An ISO 8601 duration, never negative. Hours and smaller are exact; days, weeks, months and years are calendar
 * units, whose length depends on where and when they start.
 */
export interface Duration {
  /** As written. */
  readonly text: string;
  readonly years: number;
  readonly months: number;
  /** Days, weeks included. */
  readonly days: number;
  /** Hours, minutes and seconds. */
  readonly milliseconds: number;
}

const day = 86_400_000;
const pattern =
  /^P(?=\d|T\d)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:[.,](\d{1,9}))?S)?)?$/;
/** 200 years: longer ones would leave the range of dates, and nobody means them. */
const longest = 200 * 366 * day;

/**
 * Reads an ISO 8601 duration such as `PT45M`, `P30D` or `P1M`. Only seconds may have a fraction.
 *
 * @returns null where the text is none, or one of more than 200 years.
 */
export const parseDuration = (text: string): Duration | null => {
  const match = text.length <= 60 ? pattern.exec(text) : null;
  if (match === null) return null;
  const part = (index: number): number => Number(match[index] ?? 0);
  const fraction = Math.trunc(Number(`0.${match[8] ?? '0'}`) * 1000);
  const duration: Duration = {
    text,
    years: part(1),
    months: part(2),
    days: part(3) * 7 + part(4),
    milliseconds: ((part(5) * 60 + part(6)) * 60 + part(7)) * 1000 + fraction,
  };
  return maximumMilliseconds(duration) <= longest ? duration : null;
};

/** The length in milliseconds with days of 24 hours, or null where months or years leave it open. */
export const fixedMilliseconds = (duration: Duration): number | null =>
  duration.years === 0 && duration.months === 0 ? duration.days * day + duration.milliseconds : null;

/** The most milliseconds that the duration can take in UTC: months of 31 days, years of 366. */
export const maximumMilliseconds = (duration: Duration): number =>
  (duration.years * 366 + duration.months * 31 + duration.days) * day + duration.milliseconds;

const shift = (at: number, duration: Duration, timeZone: string, sign: 1 | -1): number => {
  const fixed = fixedMilliseconds(duration);
  if (fixed !== null && (timeZone === 'UTC' || duration.days === 0)) return at + sign * fixed;
  const { years, months, days, milliseconds } = duration;
  const start = Instant.toZonedDateTimeISO(Instant.fromEpochMilliseconds(at), timeZone);
  const calendar = CalendarDuration.fromFields({ years, months, days });
  const end = sign > 0 ? ZonedDateTime.add(start, calendar) : ZonedDateTime.subtract(start, calendar);
  return end.epochMilliseconds + sign * milliseconds;
};

/**
 * The instant one duration after another, by the calendar of the time zone: a day later is the same time of day
 * (23 or 25 hours where the clock changes), 31 January plus a month is the last of February.
 *
 * @param at - milliseconds since 1970.
 * @param timeZone - an IANA name that is known to be valid; UTC where absent.
 */
export const addDuration = (at: number, duration: Duration, timeZone = 'UTC'): number =>
  shift(at, duration, timeZone, 1);

/** The instant one duration before another; see {@link addDuration}. */
export const subtractDuration = (at: number, duration: Duration, timeZone = 'UTC'): number =>
  shift(at, duration, timeZone, -1);
