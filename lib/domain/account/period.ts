import * as Instant from 'temporal-polyfill/fns/Instant';
import * as PlainDate from 'temporal-polyfill/fns/PlainDate';
import * as ZonedDateTime from 'temporal-polyfill/fns/ZonedDateTime';
import type { Duration } from '../time/duration.ts';

/** A stretch of time in which spending adds up; the next one starts anew. */
export interface Period {
  /** The same for every moment of it, and of no other of its length: `P1M/2026-11-01`. */
  readonly key: string;
  /** When the next one begins, milliseconds since 1970. */
  readonly until: number;
}

const DAY_MS = 86_400_000;

/** 5 January 1970 was a Monday: weeks begin with one, as ISO 8601 has it. */
const FIRST_MONDAY = 4;

/** Midnight, or where the clocks skip it the first moment of a day. */
const startOfDate = (year: number, month: number, day: number, zone: string): number =>
  PlainDate.toZonedDateTime(PlainDate.create(year, month, day), zone).epochMilliseconds;

const dateOfDay = (day: number): Date => new Date(day * DAY_MS);

/** Months are counted from January, so that three of them are a quarter and twelve a year. */
const ofMonths = (at: number, months: number, zone: string): readonly [string, number] => {
  const local = Instant.toZonedDateTimeISO(Instant.fromEpochMilliseconds(at), zone);
  const first = Math.floor((local.year * 12 + local.month - 1) / months) * months;
  const next = first + months;
  const date = `${Math.floor(first / 12)}-${String((first % 12) + 1).padStart(2, '0')}-01`;
  return [date, startOfDate(Math.floor(next / 12), (next % 12) + 1, 1, zone)];
};

const ofDays = (at: number, days: number, zone: string): readonly [string, number] => {
  const local = Instant.toZonedDateTimeISO(Instant.fromEpochMilliseconds(at), zone);
  const today = Date.parse(PlainDate.toString(ZonedDateTime.toPlainDate(local))) / DAY_MS;
  const first = FIRST_MONDAY + Math.floor((today - FIRST_MONDAY) / days) * days;
  const next = dateOfDay(first + days);
  return [
    dateOfDay(first).toISOString().slice(0, 10),
    startOfDate(next.getUTCFullYear(), next.getUTCMonth() + 1, next.getUTCDate(), zone),
  ];
};

const ofMilliseconds = (at: number, length: number): readonly [string, number] => {
  const first = Math.floor(at / length) * length;
  return [new Date(first).toISOString(), first + length];
};

/**
 * The period of a length in which a moment lies, by the calendar of a time zone: `P1M` is from the first of a month,
 * `P7D` from a Monday, `P1D` from midnight; hours and smaller are counted from 1970.
 *
 * @param per - years and months, or days, or hours and smaller: of a mixed one only the largest of these counts
 * @param at - milliseconds since 1970
 * @param zone - an IANA name that is known to be valid
 */
export const periodOf = (per: Duration, at: number, zone: string): Period => {
  const months = per.years * 12 + per.months;
  const [start, until] =
    months > 0
      ? ofMonths(at, months, zone)
      : per.days > 0
        ? ofDays(at, per.days, zone)
        : ofMilliseconds(at, per.milliseconds);
  return { key: `${per.text}/${start}`, until };
};
