import type { Condition } from '../condition/condition.ts';

/**
 * Every segment that refers to itself, directly or through others, with the way back: `[a, b, a]`. Iterative, so
 * that a chain of thousands of segments is no danger.
 */
export const segmentCycles = (
  segments: ReadonlyMap<string, Condition>,
): ReadonlyMap<string, readonly string[]> => {
  const cycles = new Map<string, readonly string[]>();
  const done = new Set<string>();
  for (const start of [...segments.keys()].sort()) {
    const path: { readonly id: string; readonly next: Iterator<string> }[] = [];
    const onPath = new Set<string>();
    const enter = (id: string): void => {
      path.push({ id, next: [...(segments.get(id)?.segments ?? [])].sort()[Symbol.iterator]() });
      onPath.add(id);
    };
    if (!done.has(start)) enter(start);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const step = top.next.next();
      if (step.done === true) {
        path.pop();
        onPath.delete(top.id);
        done.add(top.id);
      } else if (onPath.has(step.value)) {
        const ids = path.map((entry) => entry.id);
        const cycle = ids.slice(ids.indexOf(step.value));
        for (const [position, id] of cycle.entries()) {
          if (!cycles.has(id)) cycles.set(id, [...cycle.slice(position), ...cycle.slice(0, position), id]);
        }
      } else if (!done.has(step.value)) {
        enter(step.value);
      }
    }
  }
  return cycles;
};
