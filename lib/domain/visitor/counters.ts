/** How often a condition's event happened: in all since first asked, and its newest times (ascending). */
export interface Counter {
  readonly total: number;
  /** Milliseconds since 1970. */
  readonly times: readonly number[];
}

/** Newest times kept of one counter. A condition that asks for more within a window is refused on publishing. */
export const MAX_COUNTER_TIMES = 100;

/** The counter after its event happened at `at`. */
export const tally = (counter: Counter | undefined, at: number): Counter => {
  if (counter === undefined) return { total: 1, times: [at] };
  return { total: counter.total + 1, times: insertTime(counter.times, at) };
};

/** Two histories' counts as one. */
export const mergeCounters = (a: Counter, b: Counter): Counter => ({
  total: a.total + b.total,
  times: [...a.times, ...b.times].sort((x, y) => x - y).slice(-MAX_COUNTER_TIMES),
});

/**
 * How often the counter's event happened at or after `since` (milliseconds since 1970), or in all since first
 * asked where `since` is null.
 */
export const countSince = (counter: Counter | undefined, since: number | null): number => {
  if (counter === undefined) return 0;
  if (since === null) return counter.total;
  const first = counter.times.findIndex((time) => time >= since);
  return first < 0 ? 0 : counter.times.length - first;
};

const insertTime = (times: readonly number[], at: number): readonly number[] => {
  let place = times.length;
  while (place > 0 && (times[place - 1] ?? 0) > at) place -= 1;
  const full = times.length >= MAX_COUNTER_TIMES;
  if (full && place === 0) return times;
  return [...times.slice(full ? 1 : 0, place), at, ...times.slice(place)];
};
