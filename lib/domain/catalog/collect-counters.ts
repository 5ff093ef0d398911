import type { CounterSpec } from '../condition/condition.ts';

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const longer = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? null : Math.max(a, b);

/** Every counter once, with the longest window that anybody asks for, ordered by event name and id. */
export const collectCounters = (counters: Iterable<CounterSpec>): readonly CounterSpec[] => {
  const byId = new Map<string, CounterSpec>();
  for (const counter of counters) {
    const known = byId.get(counter.id);
    byId.set(
      counter.id,
      known === undefined ? counter : { ...known, window: longer(known.window, counter.window) },
    );
  }
  return [...byId.values()].sort((a, b) => order(a.name, b.name) || order(a.id, b.id));
};

/** The same counters, by the name of the event that they count. */
export const countersByEventOf = (
  counters: readonly CounterSpec[],
): ReadonlyMap<string, readonly CounterSpec[]> => Map.groupBy(counters, (counter) => counter.name);
