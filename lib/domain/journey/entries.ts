import type { CompiledJourney } from '../catalog/load-journey.ts';
import { GLOBAL_HOLDOUT } from '../decision/draw.ts';
import type { JsonObject } from '../json.ts';
import { addDuration, parseDuration } from '../time/duration.ts';
import { endInstance, isBarred } from './endings.ts';
import { factAt, idOf, keyText } from './facts.ts';
import type { Happening } from './happening.ts';
import type { EntryEvent, JourneyInstance } from './instance.ts';
import { drawHoldout, holdoutOf } from './split.ts';
import { runSteps } from './steps.ts';
import { MAX_DEPTH, type World } from './world.ts';

/** Instances of one visitor that may be in flight at once. */
const MAX_INSTANCES = 200;
/** What an instance keeps of the event that it entered by, bytes of JSON. */
const MAX_EVENT_BYTES = 8_000;

/** Enters the journeys that an event brings the visitor into. */
export const enterByEvent = (world: World, happening: Happening): void => {
  if (happening.isLate) return;
  const entered = world.catalog.journeys.enteredBy.get(happening.name) ?? [];
  if (happening.depth > MAX_DEPTH) {
    world.stopped.push(...entered.map(({ id }) => id));
    return;
  }
  for (const journey of entered) {
    const facts = world.facts(happening.at, happening.facts);
    if (world.holds(journey.conditionAt('enter.where'), facts)) {
      enter(world, journey, happening, keyOf(world, journey, happening));
    }
  }
};

/**
 * Enters the journeys whose segment the visitor was not in before.
 *
 * @param before - segments that held before what happened
 */
export const enterBySegment = (world: World, happening: Happening, before: ReadonlySet<string>): void => {
  if (happening.isLate || happening.depth > MAX_DEPTH) return;
  for (const journey of world.catalog.journeys.enteredBySegment) {
    const { segment } = journey;
    if (segment === null || before.has(segment)) continue;
    const condition = world.catalog.segments.get(segment);
    const facts = world.facts(happening.at, null);
    if (condition === undefined || !world.holds(condition, facts)) continue;
    if (!world.holds(journey.conditionAt('enter.where'), facts)) continue;
    enter(world, journey, { ...happening, facts: {} }, keyOf(world, journey, happening));
  }
};

const NO_SEGMENTS: ReadonlySet<string> = new Set();

/** The segments that journeys wait for and that hold now. */
export const entrySegmentsOf = (world: World, at: number): ReadonlySet<string> => {
  const journeys = world.catalog.journeys.enteredBySegment;
  if (journeys.length === 0) return NO_SEGMENTS;
  const facts = world.facts(at, null);
  return new Set(
    journeys.flatMap(({ segment }) => {
      const condition = segment === null ? undefined : world.catalog.segments.get(segment);
      return segment !== null && condition !== undefined && world.holds(condition, facts) ? [segment] : [];
    }),
  );
};

const keyOf = (world: World, journey: CompiledJourney, happening: Happening): string =>
  journey.keyPath === null
    ? ''
    : (keyText(factAt(world.facts(happening.at, happening.facts), journey.keyPath)) ?? '');

/** Whether the same key may enter again: nothing of it runs, and enough time has passed since it ended. */
const mayEnter = (world: World, journey: CompiledJourney, key: string, at: number): boolean => {
  const { instances, ended } = world.state.journeys;
  const isSame = (other: { readonly journeyId: string; readonly key: string }): boolean =>
    other.journeyId === journey.id && other.key === key;
  if (instances.some(isSame) || isBarred(world.state.journeys, journey.id, key, at)) return false;
  const last = ended
    .filter(isSame)
    .reduce<number | null>((latest, { endedAt }) => Math.max(latest ?? 0, endedAt), null);
  if (last === null) return true;
  const { again = 'never' } = journey.definition.enter;
  if (again === 'never') return false;
  const pause = again === 'always' ? null : parseDuration(again);
  return at >= (pause === null ? last : addDuration(last, pause, world.zone));
};

/** What of the entering event the journey reads. */
const projectEvent = ({ name, at, facts }: Happening, journey: CompiledJourney): EntryEvent => {
  const reads = journey.eventFacts;
  const isWhole = (root: string): boolean => reads.includes('event') || reads.includes(`event.${root}`);
  const project = (root: 'properties' | 'data'): JsonObject | undefined => {
    const values = facts[root];
    if (typeof values !== 'object' || values === null || Array.isArray(values)) return undefined;
    const kept = Object.entries(values).filter(
      ([key]) =>
        isWhole(root) ||
        reads.some((fact) => fact.split('.')[2] === key && fact.startsWith(`event.${root}.`)),
    );
    const small = Object.fromEntries(
      kept.filter(([, value]) => JSON.stringify(value ?? null).length <= MAX_EVENT_BYTES / 2),
    );
    return JSON.stringify(small).length <= MAX_EVENT_BYTES ? small : {};
  };
  const data = project('data');
  return {
    name,
    time: at,
    properties: project('properties') ?? {},
    ...(typeof facts['subject'] === 'string' ? { subject: facts['subject'] } : {}),
    ...(data === undefined ? {} : { data }),
  };
};

const enter = (world: World, journey: CompiledJourney, happening: Happening, key: string): void => {
  const { at } = happening;
  if (!mayEnter(world, journey, key, at)) return;
  const told = { kind: 'journey', journeyId: journey.id, key } as const;
  const { instances } = world.state.journeys;
  if (instances.length >= MAX_INSTANCES) {
    world.tell(at, { ...told, what: 'refused', why: `${MAX_INSTANCES} journeys are in flight` });
    return;
  }
  const globally =
    drawHoldout(world, GLOBAL_HOLDOUT, world.catalog.settings.globalHoldout, at) && !journey.recovers;
  const own = drawHoldout(world, holdoutOf(journey.id), journey.definition.holdout ?? 0, at);
  const heldOut = globally || own;
  const within = journey.goalWithin;
  const instance: JourneyInstance = {
    run: idOf(world.surroundings.visitorId, journey.id, key, happening.id),
    journeyId: journey.id,
    key,
    definition: journey.fingerprint,
    catalogVersion: world.catalog.version,
    enteredAt: at,
    since: at,
    steps: 0,
    heldOut,
    stepId: heldOut ? null : journey.first,
    waiting: null,
    event: journey.segment === null ? projectEvent(happening, journey) : null,
    picked: {},
    variants: {},
    variant: null,
    shows: [],
    asks: [],
    tasks: [],
    pools: [],
    goalUntil: within === null ? null : addDuration(at, within, world.zone),
    goalAt: null,
    sells: false,
    depth: happening.depth,
  };
  world.change({ journeys: { ...world.state.journeys, instances: [...instances, instance] } });
  world.count(`journeys/${journey.id}/${heldOut ? 'held-out' : 'treated'}/entered`);
  world.count(`in-flight/${journey.id}/${instance.definition}/entered`);
  world.tell(at, { ...told, what: heldOut ? 'held-out' : 'entered', why: happening.name });
  if (heldOut) {
    // Without a goal there is nothing to wait for.
    if (journey.goal === null) endInstance(world, instance.run, 'held-out', at);
    return;
  }
  world.happen({
    source: `${instance.run}:entered`,
    name: 'Journey Entered',
    at,
    properties: { journeyId: journey.id, key },
  });
  runSteps(world, instance.run, at);
};
