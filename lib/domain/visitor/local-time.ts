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

/** Zones that were found not to exist, so that each is tried once. */
const unknownZones = new Set<string>();

const inZone = (epochMilliseconds: number, zone: string): LocalTime | null => {
  if (unknownZones.has(zone)) return null;
  try {
    const time = Instant.toZonedDateTimeISO(Instant.fromEpochMilliseconds(epochMilliseconds), zone);
    return {
      hour: time.hour,
      weekday: ZonedDateTime.dayOfWeek(time),
      date: PlainDate.toString(ZonedDateTime.toPlainDate(time)),
    };
  } catch {
    // A visitor's browser may send any text as its zone.
    if (unknownZones.size < 1000) unknownZones.add(zone);
    return null;
  }
};

/**
 * The time in the first of these zones that exists.
 *
 * @param epochMilliseconds - milliseconds since 1970
 * @param zones - IANA names, best first; the last resort is UTC
 */
export const localTime = (epochMilliseconds: number, zones: readonly unknown[]): LocalTime => {
  for (const zone of zones) {
    const time = typeof zone === 'string' ? inZone(epochMilliseconds, zone) : null;
    if (time !== null) return time;
  }
  const time = new Date(epochMilliseconds);
  return { hour: time.getUTCHours(), weekday: time.getUTCDay() || 7, date: time.toISOString().slice(0, 10) };
};
