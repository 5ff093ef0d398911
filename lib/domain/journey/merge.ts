import { compareBusinessEvents } from '../business/business-event.ts';
import { own } from '../own.ts';
import type { VisitorState } from '../visitor/state.ts';
import type { Grant, Journeys } from './instance.ts';

/** Ended instances, and times of messages, that are kept; the newest stay. */
const MAX_ENDED = 100;
const MAX_TIMES = 100;

const byRun = (a: { readonly run: string }, b: { readonly run: string }): number => (a.run < b.run ? -1 : 1);

/**
 * Two histories' journeys as one. Instances for the same key stand side by side until the next advance, which lets the
 * farther one go on (`joinDuplicates`): only it can take back what the other granted.
 */
export const mergeJourneys = (a: Journeys, b: Journeys): Journeys => {
  if (b.instances.length === 0 && b.ended.length === 0 && Object.keys(b.barriers).length === 0) return a;
  const instances = new Map([...b.instances, ...a.instances].map((instance) => [instance.run, instance]));
  const ended = new Map([...b.ended, ...a.ended].map((over) => [over.run, over]));
  return {
    instances: [...instances.values()].filter(({ run }) => !ended.has(run)).sort(byRun),
    ended: [...ended.values()].sort((x, y) => y.endedAt - x.endedAt || byRun(x, y)).slice(0, MAX_ENDED),
    barriers: mergeBarriers(a.barriers, b.barriers),
  };
};

const mergeBarriers = (a: Journeys['barriers'], b: Journeys['barriers']): Journeys['barriers'] => {
  const merged = new Map(Object.entries(a).map(([id, keys]) => [id, new Map(Object.entries(keys))]));
  for (const [id, keys] of Object.entries(b)) {
    const known = merged.get(id) ?? new Map<string, number>();
    merged.set(id, known);
    for (const [key, at] of Object.entries(keys)) known.set(key, Math.max(known.get(key) ?? 0, at));
  }
  return Object.fromEntries([...merged].map(([id, keys]) => [id, Object.fromEntries(keys)]));
};

/** A grant that both know is over where one of them says so. */
export const mergeGrants = (a: readonly Grant[], b: readonly Grant[]): readonly Grant[] => {
  if (b.length === 0) return a;
  const merged = new Map(a.map((grant) => [grant.grantId, grant]));
  for (const grant of b) {
    const known = merged.get(grant.grantId);
    if (known === undefined || known.status === 'held') merged.set(grant.grantId, grant);
  }
  return [...merged.values()].sort((x, y) => x.grantedAt - y.grantedAt || (x.grantId < y.grantId ? -1 : 1));
};

/** The message limit is the person's: what both were sent counts. */
export const mergeMessageTimes = (a: readonly number[], b: readonly number[]): readonly number[] =>
  b.length === 0 ? a : [...a, ...b].sort((x, y) => x - y).slice(-MAX_TIMES);

/** Of each business event the newest that either knows. */
export const mergeSubjects = (
  a: VisitorState['subjects'],
  b: VisitorState['subjects'],
): VisitorState['subjects'] => {
  const merged = new Map(Object.entries(a));
  for (const [event, revision] of Object.entries(b)) {
    const known = own(a, event);
    const isNewer = known === undefined || compareBusinessEvents(revision, known) > 0;
    if (isNewer) merged.set(event, revision);
  }
  return Object.fromEntries(merged);
};
