import * as Instant from 'temporal-polyfill/fns/Instant';
import * as PlainDate from 'temporal-polyfill/fns/PlainDate';
import * as ZonedDateTime from 'temporal-polyfill/fns/ZonedDateTime';

/** A moment on a visitor's own clock. */
export interface LocalTime {
  /** 0 to 23. */
  readonly hour: number;
  /** ISO 8601: 1 is Monday, 7 is Sunday. */
  readonly weekday: number;
  /** `2026-11-22`. */
  readonly date: string;
}

/** Whether zones exist, so that each is tried once: the first look at a zone is slow. */
const known = new Map<string, boolean>();

/** A visitor's browser may send any text as its zone, and any number of them. */
const MAX_KNOWN = 2000;

const exists = (zone: string): boolean => {
  const before = known.get(zone);
  if (before !== undefined) return before;
  let found = true;
  try {
    Instant.toZonedDateTimeISO(Instant.fromEpochMilliseconds(0), zone);
  } catch {
    found = false;
  }
  if (known.size < MAX_KNOWN) known.set(zone, found);
  return found;
};

/** The first of these that is a time zone (IANA names, best first); UTC where none is. */
export const zoneAmong = (zones: readonly unknown[]): string =>
  zones.find((zone): zone is string => typeof zone === 'string' && exists(zone)) ?? 'UTC';

/**
 * The time on the clocks of a zone.
 *
 * @param epochMilliseconds - milliseconds since 1970
 * @param zone - one that exists; see {@link zoneAmong}
 */
export const localTime = (epochMilliseconds: number, zone: string): LocalTime => {
  const time = Instant.toZonedDateTimeISO(Instant.fromEpochMilliseconds(epochMilliseconds), zone);
  return {
    hour: time.hour,
    weekday: ZonedDateTime.dayOfWeek(time),
    date: PlainDate.toString(ZonedDateTime.toPlainDate(time)),
  };
};
