import type { CounterSpec } from '../condition/condition.ts';
import { nodeHolds, type Scope, scopeOf } from '../condition/evaluate.ts';
import { factsOf } from '../condition/facts.ts';
import { compareTexts } from './bounds.ts';
import type { VisitorEvent } from './event.ts';

/** How often a condition's event happened: in all since first asked, and its newest times (ascending). */
export interface Counter {
  readonly total: number;
  /** Milliseconds since 1970. */
  readonly times: readonly number[];
}

export type Counters = { readonly [counterId: string]: Counter };

/** Newest times kept of one counter. A condition that asks for more within a window is refused on publishing. */
export const MAX_COUNTER_TIMES = 100;

/** No window reaches further back than 90 days: what lies that far before the newest time is not asked for. */
export const MAX_COUNTER_AGE_MS = 90 * 24 * 60 * 60_000;

/** Counters kept of one visitor; the ones that last moved stay. */
const MAX_COUNTERS = 200;

/** Times kept of all counters of one visitor together; the newest stay. */
export const MAX_TIMES = 6_000;

/** The counter after its event happened at `at`. */
export const tally = (counter: Counter | undefined, at: number): Counter => {
  if (counter === undefined) return { total: 1, times: [at] };
  return { total: counter.total + 1, times: insertTime(counter.times, at) };
};

/** Two histories' counts as one. */
export const mergeCounters = (a: Counter, b: Counter): Counter => ({
  total: a.total + b.total,
  times: recent([...a.times, ...b.times].sort((x, y) => x - y)),
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
  const newest = times.at(-1) ?? at;
  if (at >= newest) return recent([...times, at]);
  if (at <= newest - MAX_COUNTER_AGE_MS) return times;
  const place = times.findIndex((time) => time > at);
  return place === 0 && times.length >= MAX_COUNTER_TIMES ? times : recent(times.toSpliced(place, 0, at));
};

/** Of ascending times, those that a window may ask for. */
const recent = (times: readonly number[]): readonly number[] => {
  const oldest = (times.at(-1) ?? 0) - MAX_COUNTER_AGE_MS;
  let from = Math.max(0, times.length - MAX_COUNTER_TIMES);
  while ((times[from] ?? oldest + 1) <= oldest) from += 1;
  return from === 0 ? times : times.slice(from);
};

const NO_SEGMENTS = { get: () => undefined };

/** The ids of the counters that an event moves, of those that the catalog asks for. */
export const countersMovedBy = (
  event: Pick<VisitorEvent, 'at' | 'properties' | 'data'>,
  specs: readonly CounterSpec[] | undefined,
): readonly string[] => {
  if (specs === undefined) return NOTHING_MOVED;
  const moved: string[] = [];
  let scope: Scope | null = null;
  for (const { id, where } of specs) {
    if (where !== null) {
      scope ??= scopeOf(factsOf(event.data ?? event.properties, event.at), NO_SEGMENTS);
      if (!nodeHolds(where.root, scope)) continue;
    }
    moved.push(id);
  }
  return moved;
};

const NOTHING_MOVED: readonly string[] = [];

const lastOf = (counter: Counter): number => counter.times.at(-1) ?? 0;

/** Keeps the counters whose event happened last, and of those the newest times. */
export const boundCounters = (counters: Counters): Counters => {
  let count = 0;
  let times = 0;
  for (const id in counters) {
    count += 1;
    times += counters[id]?.times.length ?? 0;
  }
  if (count <= MAX_COUNTERS && times <= MAX_TIMES) return counters;
  const kept = Object.entries(counters)
    .sort(([idA, a], [idB, b]) => lastOf(b) - lastOf(a) || compareTexts(idA, idB))
    .slice(0, MAX_COUNTERS);
  const all = kept.flatMap(([, counter]) => counter.times).sort((a, b) => b - a);
  const oldest = all[MAX_TIMES] ?? Number.NEGATIVE_INFINITY;
  return Object.fromEntries(
    kept.map(([id, { total, times }]) => [id, { total, times: times.filter((time) => time > oldest) }]),
  );
};
