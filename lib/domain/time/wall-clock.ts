import * as Instant from 'temporal-polyfill/fns/Instant';
import * as PlainTime from 'temporal-polyfill/fns/PlainTime';
import * as ZonedDateTime from 'temporal-polyfill/fns/ZonedDateTime';
import type { Duration } from './duration.ts';
import { addDuration, maximumMilliseconds } from './duration.ts';

const DAY_MS = 86_400_000;

const zoned = (at: number, zone: string) =>
  Instant.toZonedDateTimeISO(Instant.fromEpochMilliseconds(at), zone);

/** Minutes since midnight of `HH:MM`. */
const minutesOf = (clockTime: string): number => {
  const [hours = '0', minutes = '0'] = clockTime.split(':');
  return Number(hours) * 60 + Number(minutes);
};

const plainTime = (clockTime: string) => {
  const minutes = minutesOf(clockTime);
  return PlainTime.create(Math.floor(minutes / 60), minutes % 60);
};

/**
 * The moment at which the clocks of a zone show a time on the local date of `at`. A time that is skipped when summer
 * time begins is taken as much later as the clocks jump; of one that comes twice the first counts (RFC 5545's rule,
 * Temporal's `compatible`).
 *
 * @param at - milliseconds since 1970
 * @param clockTime - `HH:MM`
 */
const onDateOf = (at: number, zone: string, clockTime: string): number =>
  ZonedDateTime.withPlainTime(zoned(at, zone), plainTime(clockTime)).epochMilliseconds;

/** The first moment after `at` at which the clocks of a zone show a time. */
const nextClockTime = (at: number, zone: string, clockTime: string): number => {
  const today = onDateOf(at, zone, clockTime);
  if (today > at) return today;
  const tomorrow = ZonedDateTime.addDays(ZonedDateTime.startOfDay(zoned(at, zone)), 1);
  return onDateOf(tomorrow.epochMilliseconds, zone, clockTime);
};

/**
 * When a wait is over: `for` by the calendar of the visitor's zone from its start; `until` then sets the time on that
 * local date, or, where `for` is absent or under a day, the first such time after.
 *
 * @param start - milliseconds since 1970
 * @param until - `HH:MM`
 * @returns milliseconds since 1970, never before `start`
 */
export const endOfWait = (
  start: number,
  zone: string,
  length: Duration | null,
  until: string | null,
): number => {
  const end = length === null ? start : addDuration(start, length, zone);
  if (until === null) return end;
  const isUnderADay = length === null || maximumMilliseconds(length) < DAY_MS;
  return isUnderADay ? nextClockTime(end, zone, until) : Math.max(start, onDateOf(end, zone, until));
};

/**
 * Until when a person shall not be disturbed; null where they may be now.
 *
 * @param at - milliseconds since 1970
 * @param quiet - `HH:MM` on the person's clock; `from` after `to` goes over midnight, equal ones mean never
 */
export const endOfQuietHours = (
  at: number,
  zone: string,
  quiet: { readonly from: string; readonly to: string },
): number | null => {
  const local = zoned(at, zone);
  const now = local.hour * 60 + local.minute;
  const from = minutesOf(quiet.from);
  const to = minutesOf(quiet.to);
  const isQuiet = from <= to ? now >= from && now < to : now >= from || now < to;
  return isQuiet ? nextClockTime(at, zone, quiet.to) : null;
};
