import * as Instant from 'temporal-polyfill/fns/Instant';
import * as PlainDate from 'temporal-polyfill/fns/PlainDate';
import * as ZonedDateTime from 'temporal-polyfill/fns/ZonedDateTime';
import { addDuration, type Duration, subtractDuration } from '../time/duration.ts';

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

const NO_TIME = { text: '', years: 0, months: 0, days: 0, milliseconds: 0 };

const zoned = (at: number, zone: string) =>
  Instant.toZonedDateTimeISO(Instant.fromEpochMilliseconds(at), zone);

/** Midnight, or where the clocks skip it the first moment of the day. */
const startOfDay = (at: number, zone: string): number =>
  ZonedDateTime.startOfDay(zoned(at, zone)).epochMilliseconds;

const dateOf = (at: number, zone: string): string =>
  PlainDate.toString(ZonedDateTime.toPlainDate(zoned(at, zone)));

/** Months are counted from January, so that three of them are a quarter and twelve a year. */
const ofMonths = (at: number, months: number, zone: string): readonly [string, number] => {
  const { year, month, day } = zoned(at, zone);
  const count = year * 12 + month - 1;
  const first = count - (count % months);
  const ofThisMonth = subtractDuration(at, { ...NO_TIME, days: day - 1 }, zone);
  const next = addDuration(ofThisMonth, { ...NO_TIME, months: first + months - count }, zone);
  const date = `${Math.floor(first / 12)}-${String((first % 12) + 1).padStart(2, '0')}-01`;
  return [date, startOfDay(next, zone)];
};

const ofDays = (at: number, days: number, zone: string): readonly [string, number] => {
  const today = Date.parse(dateOf(at, zone)) / DAY_MS;
  const first = FIRST_MONDAY + Math.floor((today - FIRST_MONDAY) / days) * days;
  const next = addDuration(at, { ...NO_TIME, days: first + days - today }, zone);
  return [new Date(first * DAY_MS).toISOString().slice(0, 10), startOfDay(next, zone)];
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
