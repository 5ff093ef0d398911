import { Temporal } from 'temporal-polyfill';
import type { Settings } from './log/settings.ts';

const OFFSET = 'clock-offset-ms';

/** The clock that `lib/runtime/clock.ts` reads, moved and remembered. */
export interface MovableClock {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** How far it is from real time, in milliseconds. */
  readonly offset: () => number;
  /** From here on the clock runs from `at` (ms since 1970); a restart knows it too. */
  readonly moveTo: (at: number) => Promise<void>;
  /** Back to real time. */
  readonly release: () => void;
}

const setOffset = (offset: number): void => {
  process.env['WEND_CLOCK_OFFSET_MS'] = String(offset);
};

/** Sets the clock as it was left. It moves the functions' clock through the environment, their only tie to it. */
export const restoreClock = (settings: Settings): MovableClock => {
  let offset = Number(settings.get(OFFSET) ?? 0);
  setOffset(offset);
  return {
    now: () => Date.now() + offset,
    offset: () => offset,
    moveTo: async (at) => {
      const moved = at - Date.now();
      await settings.set(OFFSET, String(moved));
      offset = moved;
      setOffset(offset);
    },
    release: () => {
      offset = 0;
      setOffset(0);
    },
  };
};

/** An RFC 3339 instant as ms since 1970; undefined when it is none. */
export const parseInstant = (value: string): number | undefined => {
  try {
    return Temporal.Instant.from(value).epochMilliseconds;
  } catch {
    return undefined;
  }
};

/** `at` plus an ISO 8601 duration, counted in UTC's calendar, ms since 1970; undefined when it is no duration. */
export const addDuration = (at: number, duration: string): number | undefined => {
  try {
    return Temporal.Instant.fromEpochMilliseconds(at)
      .toZonedDateTimeISO('UTC')
      .add(Temporal.Duration.from(duration))
      .toInstant().epochMilliseconds;
  } catch {
    return undefined;
  }
};
