import { own, setOwn } from '../own.ts';
import { keepEnded } from './ended.ts';
import { withdrawGrants } from './grants.ts';
import type { EndedJourney, JourneyInstance, Journeys } from './instance.ts';
import { isHeld } from './is-held.ts';
import { takeBack } from './pending.ts';
import type { World } from './world.ts';

/** Keys of exits and goals remembered of one visitor, so that an older trigger that comes later starts nothing. */
const MAX_BARRIERS = 100;

/** All instances for which a barrier holds. */
export const ALL_KEYS = '*';

const endedOf = (instance: JourneyInstance, reason: string, at: number): EndedJourney => ({
  journeyId: instance.journeyId,
  key: instance.key,
  run: instance.run,
  definition: instance.definition,
  enteredAt: instance.enteredAt,
  endedAt: at,
  reason,
  goalUntil: instance.goalUntil,
  goalAt: instance.goalAt,
  heldOut: instance.heldOut,
  variant: instance.variant,
});

/**
 * Ends an instance: its shows and questions are gone with it, what it granted and nobody used is withdrawn, its seats
 * and tasks are given back, and messages that this commit asked for before are not sent. A journey that came to its
 * end by itself (`completed`) has nothing left to take back.
 *
 * @param at - milliseconds since 1970
 */
export const endInstance = (world: World, run: string, reason: string, at: number): void => {
  const instance = world.instance(run);
  if (instance === null) return;
  const { journeys } = world.state;
  if (reason !== 'completed') {
    // What happened later shall not be answered by what was meant for earlier.
    takeBack(world, (message) => message.run === run && message.sentAt < at);
    withdrawGrants(world, instance, at, reason);
    for (const taskId of instance.tasks) world.want({ kind: 'task', what: 'withdraw', taskId });
    if (instance.waiting?.due != null) {
      world.tell(at, { kind: 'timer', what: 'cancelled', due: instance.waiting.due });
    }
  }
  const { instances } = world.state.journeys;
  world.change({
    journeys: {
      ...journeys,
      instances: instances.filter((other) => other.run !== run),
      ended: keepEnded(world, [endedOf(world.instance(run) ?? instance, reason, at), ...journeys.ended]),
    },
  });
  const { journeyId, key, heldOut, stepId } = instance;
  world.count(`journeys/${journeyId}/${heldOut ? 'held-out' : 'treated'}/ended`);
  world.count(`in-flight/${journeyId}/${instance.definition}/ended`);
  if (heldOut) return;
  world.tell(at, {
    kind: 'journey',
    journeyId,
    key,
    what: 'exited',
    why: reason,
    ...(stepId === null ? {} : { stepId }),
  });
  world.happen({
    source: `${run}:exited`,
    name: 'Journey Exited',
    at,
    properties: { journeyId, key, reason },
  });
};

/** Until when what an instance shows, asks and granted lives; null where something lives for good. */
export const liveUntil = (world: World, instance: JourneyInstance): number | null => {
  const grants = world.state.grants.filter(
    (grant) => grant.run === instance.run && isHeld(grant, Number.NEGATIVE_INFINITY),
  );
  const ends = [
    ...instance.shows.map(({ until }) => until),
    ...instance.asks.map(({ until }) => until),
    ...grants.map(({ expiresAt }) => expiresAt),
    ...instance.pools.map(({ until }) => until),
  ];
  return ends.includes(null)
    ? null
    : ends.reduce<number>((latest, end) => Math.max(latest, end ?? latest), instance.since);
};

/** Remembers when an exit or a goal happened: a trigger that is older starts nothing, whenever it arrives. */
export const raiseBarrier = (
  barriers: Journeys['barriers'],
  journeyId: string,
  key: string | null,
  at: number,
  oldest: number,
): Journeys['barriers'] => {
  const name = key ?? ALL_KEYS;
  const present = own(barriers[journeyId] ?? {}, name);
  if (at < oldest || (present !== undefined && present >= at)) return barriers;
  const raised = { ...barriers, [journeyId]: { ...barriers[journeyId], [name]: at } };
  const all = Object.entries(raised).flatMap(([id, keys]) =>
    Object.entries(keys).map(([each, time]) => ({ id, each, time })),
  );
  const kept = all
    .filter(({ time }) => time >= oldest)
    .sort((a, b) => b.time - a.time || (a.id + a.each < b.id + b.each ? -1 : 1))
    .slice(0, MAX_BARRIERS);
  const next: { [id: string]: { [key: string]: number } } = {};
  for (const { id, each, time } of kept) {
    const keys = next[id] ?? {};
    next[id] = keys;
    setOwn(keys, each, time);
  }
  return next;
};

/** Whether an exit or a goal of this key happened after a moment. */
export const isBarred = (
  { barriers }: Pick<Journeys, 'barriers'>,
  journeyId: string,
  key: string,
  at: number,
): boolean => {
  const keys = barriers[journeyId];
  if (keys === undefined) return false;
  return Math.max(own(keys, key) ?? 0, own(keys, ALL_KEYS) ?? 0) > at;
};
