import type { CompiledJourney, CompiledTrigger } from '../catalog/load-journey.ts';
import { isJsonObject } from '../json.ts';
import { subtractDuration } from '../time/duration.ts';
import { ALL_KEYS, endInstance, raiseBarrier } from './endings.ts';
import { carriedKey } from './facts.ts';
import type { Happening } from './happening.ts';
import type { EndedJourney, JourneyInstance } from './instance.ts';
import { entryOf } from './standing.ts';
import { goOn, runSteps, waitEnd } from './steps.ts';
import type { World } from './world.ts';

/**
 * Whether a trigger reaches an instance: by its name, by the key that the event itself carries (one that carries none
 * reaches all), and by its condition.
 *
 * @param picked - rows that the instance bound, where the condition may ask for them
 */
const reaches = (
  world: World,
  trigger: CompiledTrigger,
  happening: Happening,
  { key }: Pick<JourneyInstance, 'key'>,
  picked?: JourneyInstance['picked'],
): boolean => {
  if (!trigger.on.has(happening.name)) return false;
  const carried = carriedKey(trigger.keyPath, happening.facts);
  if (carried !== null && carried !== key) return false;
  return world.holds(trigger.where, world.facts(happening.at, happening.facts, picked));
};

/** Exits and goals of all instances, and goals of those that ended: exits don't stop a goal. */
export const exitAndReachGoals = (world: World, happening: Happening): void => {
  raiseBarriers(world, happening);
  for (const seen of world.state.journeys.instances) {
    const { run } = seen;
    const instance = world.present(seen);
    const journey = instance === null ? null : world.catalog.journeys.find(instance);
    if (instance === null || journey === null) continue;
    if (happening.at < instance.enteredAt) continue;
    if (isSuperseded(world, instance, journey, happening)) {
      endInstance(world, run, 'superseded', happening.at);
      continue;
    }
    if (!journey.names.has(happening.name)) continue;
    const exit = journey.exits.find((trigger) => reaches(world, trigger, happening, instance));
    if (exit?.isGoal === true || reachesGoal(world, instance, journey, happening)) {
      reachGoal(world, instance, happening);
    }
    if (exit !== undefined) endInstance(world, run, exit.isGoal ? 'goal' : 'exit', happening.at);
  }
  for (const ended of world.state.journeys.ended) {
    const journey = ended.goalAt === null ? world.catalog.journeys.find(ended) : null;
    if (journey?.goal == null || happening.at < ended.enteredAt) continue;
    if (reachesGoal(world, ended, journey, happening)) reachGoalAfterEnd(world, ended, happening);
  }
};

/** A newer business event about the same thing that would not have brought the visitor in takes the journey back. */
const isSuperseded = (
  world: World,
  instance: JourneyInstance,
  journey: CompiledJourney,
  happening: Happening,
): boolean =>
  happening.revises !== null &&
  instance.event?.subject !== undefined &&
  `${instance.event.name}\n${instance.event.subject}` === happening.revises &&
  !world.holds(journey.conditionAt('enter.where'), world.facts(happening.at, happening.facts));

const reachesGoal = (
  world: World,
  instance: JourneyInstance | EndedJourney,
  { goal }: CompiledJourney,
  happening: Happening,
): boolean =>
  goal !== null &&
  instance.goalAt === null &&
  (instance.goalUntil === null || happening.at <= instance.goalUntil) &&
  reaches(world, goal, happening, instance);

const tellGoal = (
  world: World,
  { journeyId, key, heldOut }: JourneyInstance | EndedJourney,
  { at, name }: Happening,
): void => {
  world.count(`journeys/${journeyId}/${heldOut ? 'held-out' : 'treated'}/goal`);
  world.tell(at, { kind: 'journey', journeyId, key, what: 'goal', why: name });
};

const reachGoal = (world: World, instance: JourneyInstance, happening: Happening): void => {
  if (instance.goalAt !== null) return;
  world.changeInstance({ ...instance, goalAt: happening.at });
  tellGoal(world, instance, happening);
};

const reachGoalAfterEnd = (world: World, ended: EndedJourney, happening: Happening): void => {
  const { journeys } = world.state;
  world.change({
    journeys: {
      ...journeys,
      ended: journeys.ended.map((other) =>
        other.run === ended.run ? { ...other, goalAt: happening.at } : other,
      ),
    },
  });
  tellGoal(world, ended, happening);
};

/** An exit or a goal may be heard of before what it is the end of. */
const raiseBarriers = (world: World, happening: Happening): void => {
  const enders = world.catalog.journeys.endedBy(happening.name);
  if (enders.length === 0) return;
  const oldest = subtractDuration(world.surroundings.now, world.catalog.settings.lateEvents);
  let { barriers } = world.state.journeys;
  for (const journey of enders) {
    const triggers = journey.goal === null ? journey.exits : [...journey.exits, journey.goal];
    for (const trigger of triggers) {
      if (!trigger.on.has(happening.name)) continue;
      if (!world.holds(trigger.where, world.facts(happening.at, happening.facts))) continue;
      const key = carriedKey(trigger.keyPath, happening.facts) ?? ALL_KEYS;
      barriers = raiseBarrier(barriers, journey.id, key, happening.at, oldest);
    }
  }
  if (barriers !== world.state.journeys.barriers) {
    world.change({ journeys: { ...world.state.journeys, barriers } });
  }
};

/** Instances that wait for just this go on; waits that it restarts begin anew at its time. */
export const awaitAndRestart = (world: World, happening: Happening): void => {
  for (const seen of world.state.journeys.instances) {
    const { run } = seen;
    const instance = world.present(seen);
    const journey = instance === null ? null : world.catalog.journeys.find(instance);
    if (instance === null || instance.waiting === null || instance.stepId === null) continue;
    if (journey === null || !journey.names.has(happening.name)) continue;
    const compiled = journey.stepById.get(instance.stepId);
    if (compiled === undefined || happening.at < instance.since) continue;
    if (!compiled.hears.has(happening.name)) continue;
    const { step } = compiled;
    if ('await' in step && instance.waiting.kind === 'await') {
      const trigger: CompiledTrigger = {
        on: compiled.hears,
        where: journey.conditionAt(`${compiled.path}.await.where`),
        keyPath: journey.keyPath,
      };
      // In other conditions of a step `event` is the one that entered; here it is what is awaited.
      if (!reaches(world, trigger, happening, instance, instance.picked)) continue;
      const to = entryOf(compiled, 'await.then');
      goOn(world, instance, step.id, to, happening.at, happening.name);
      runSteps(world, run, happening.at);
    } else if ('wait' in step && instance.waiting.kind === 'wait') {
      const carried = carriedKey(journey.keyPath, happening.facts);
      if (carried !== null && carried !== instance.key) continue;
      const due = waitEnd(world, step, happening.at);
      world.changeInstance({ ...instance, since: happening.at, waiting: { kind: 'wait', due } });
      world.tell(happening.at, {
        kind: 'timer',
        what: 'set',
        due,
        why: `${happening.name} restarts the wait`,
      });
    }
  }
};

/** `Task Done`: the instance that waits for it goes on by its outcome. */
export const finishTask = (world: World, { facts, at }: Happening): void => {
  const { properties } = facts;
  if (!isJsonObject(properties)) return;
  const { taskId, outcome } = properties;
  const waiting = world.state.journeys.instances.find(
    (instance) => instance.waiting?.kind === 'task' && instance.waiting.taskId === taskId,
  );
  if (waiting === undefined || waiting.stepId === null) return;
  const compiled = world.catalog.journeys.find(waiting)?.stepById.get(waiting.stepId);
  if (compiled === undefined || !('task' in compiled.step)) return;
  const why = String(outcome);
  const tasks = waiting.tasks.filter((other) => other !== taskId);
  const { queue } = compiled.step.task;
  world.tell(at, { kind: 'task', taskId: String(taskId), queue, what: 'done', why });
  goOn(world, { ...waiting, tasks }, compiled.id, entryOf(compiled, `task.then.${why}`), at, why);
  runSteps(world, waiting.run, at);
};
