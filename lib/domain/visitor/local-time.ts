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

/** By this a clock's hour changes: since then every zone is some quarters of an hour off, and jumps on one. */
const QUARTER_MS = 15 * 60_000;
const QUARTERS_SINCE = Date.UTC(2000, 0);

/** By zone, then by quarter of an hour since 1970: what many decisions ask for costs more than all their other facts. */
const times = new Map<string, Map<number, LocalTime>>();
let timesKnown = 0;
const MAX_TIMES_KNOWN = 20_000;

/**
 * The time on the clocks of a zone.
 *
 * @param epochMilliseconds - milliseconds since 1970
 * @param zone - one that exists; see {@link zoneAmong}
 */
export const localTime = (epochMilliseconds: number, zone: string): LocalTime => {
  if (epochMilliseconds < QUARTERS_SINCE) return readClock(epochMilliseconds, zone);
  const quarter = Math.floor(epochMilliseconds / QUARTER_MS);
  let ofZone = times.get(zone);
  const before = ofZone?.get(quarter);
  if (before !== undefined) return before;
  if (timesKnown >= MAX_TIMES_KNOWN) {
    times.clear();
    timesKnown = 0;
    ofZone = undefined;
  }
  if (ofZone === undefined) {
    ofZone = new Map();
    times.set(zone, ofZone);
  }
  const time = readClock(epochMilliseconds, zone);
  ofZone.set(quarter, time);
  timesKnown += 1;
  return time;
};

const readClock = (epochMilliseconds: number, zone: string): LocalTime => {
  const time = Instant.toZonedDateTimeISO(Instant.fromEpochMilliseconds(epochMilliseconds), zone);
  return {
    hour: time.hour,
    weekday: ZonedDateTime.dayOfWeek(time),
    date: PlainDate.toString(ZonedDateTime.toPlainDate(time)),
  };
};
