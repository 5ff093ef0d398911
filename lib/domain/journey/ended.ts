import { subtractDuration } from '../time/duration.ts';
import type { EndedJourney } from './instance.ts';
import type { World } from './world.ts';

/** Ended instances kept of one visitor; the newest stay. What fell off may be entered again. */
const MAX_ENDED = 100;

/** The newest are kept whatever they are: answers list as many. */
const ALWAYS_KEPT = 20;

/**
 * The ended instances that something may still ask for, the newest first. An item is written whole at each event, and
 * of a journey that people enter every other day a hundred ends would be half of it. Kept are the newest 20, of each
 * journey and key the last (`again` counts from it), and those whose goal may still be reached, late events included.
 */
export const keepEnded = (world: World, ended: readonly EndedJourney[]): readonly EndedJourney[] => {
  if (ended.length <= ALWAYS_KEPT) return ended;
  const oldest = subtractDuration(world.surroundings.now, world.catalog.settings.lateEvents);
  const seen = new Set<string>();
  const isAskedFor = (each: EndedJourney, place: number): boolean => {
    const name = `${each.journeyId}\n${each.key}`;
    const isLast = !seen.has(name);
    seen.add(name);
    return isLast || place < ALWAYS_KEPT || mayReachGoal(world, each, oldest);
  };
  return ended
    .toSorted((a, b) => b.endedAt - a.endedAt)
    .filter(isAskedFor)
    .slice(0, MAX_ENDED);
};

const mayReachGoal = (world: World, ended: EndedJourney, oldest: number): boolean => {
  if (ended.goalAt !== null) return false;
  if (ended.goalUntil !== null) return ended.goalUntil >= oldest;
  return world.catalog.journeys.find(ended)?.goal != null;
};
