import type { SetStep, ShowStep, Step, TaskStep } from '../catalog/journey-definition.ts';
import type { CompiledJourney, CompiledStep } from '../catalog/load-journey.ts';
import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import { addDuration, parseDuration } from '../time/duration.ts';
import { endOfWait } from '../time/wall-clock.ts';
import { REGISTER_BOUNDS, setRegisters } from '../visitor/registers.ts';
import { endInstance, liveUntil } from './endings.ts';
import { runGrant } from './grants.ts';
import type { ActiveShow, JourneyInstance, Waiting } from './instance.ts';
import { runMessage } from './messages.ts';
import { drawArm } from './split.ts';
import { factAt, idOf, MAX_DEPTH, type World } from './world.ts';

const DAY_MS = 86_400_000;
/** Rows and values that `pick` and `set` keep, bytes of JSON. */
const MAX_ROW_BYTES = 4_000;
/** Active shows of one instance; the oldest go. */
const MAX_SHOWS = 20;

/** What a step makes of an instance: it waits, goes on with a step (null: that was the last), or is over. */
type Outcome =
  | { readonly kind: 'wait'; readonly instance: JourneyInstance }
  | { readonly kind: 'next'; readonly instance: JourneyInstance; readonly to: string | null }
  | { readonly kind: 'over'; readonly reason: string };

/**
 * Runs an instance from where it stands until it waits or is over. Steps that don't block run at one moment.
 *
 * @param at - milliseconds since 1970: when the step before was over
 */
export const runSteps = (world: World, run: string, at: number): void => {
  for (let instance = world.instance(run); instance !== null; instance = world.instance(run)) {
    if (instance.stepId === null || instance.heldOut) {
      settle(world, instance, at);
      return;
    }
    const journey = world.catalog.journeys.find(instance);
    const compiled = journey?.stepById.get(instance.stepId);
    if (journey == null || compiled === undefined) {
      endInstance(world, run, 'removed', at);
      return;
    }
    if (world.isFull) {
      world.changeInstance({
        ...instance,
        since: at,
        waiting: { kind: instance.waiting?.kind === 'message' ? 'message' : 'pause', due: at },
      });
      return;
    }
    const outcome = runStep(world, instance, journey, compiled, at);
    if (outcome.kind === 'over') {
      endInstance(world, run, outcome.reason, at);
      return;
    }
    if (outcome.kind === 'wait') {
      world.changeInstance(outcome.instance);
      return;
    }
    goOn(world, { ...outcome.instance, waiting: null }, compiled.id, outcome.to, at);
  }
};

/** Moves an instance on to the step after one that is done. */
export const goOn = (
  world: World,
  instance: JourneyInstance,
  done: string,
  to: string | null,
  at: number,
  why?: string,
): void => {
  const { journeyId, key, variant } = instance;
  world.changeInstance({ ...instance, stepId: to, since: at, steps: instance.steps + 1, waiting: null });
  world.tell(at, {
    kind: 'journey',
    journeyId,
    key,
    what: 'step',
    stepId: done,
    ...(variant === null ? {} : { variant }),
    ...(why === undefined ? {} : { why }),
  });
};

/** An instance whose last step is done lives on while what it shows or granted does; then it is complete. */
const settle = (world: World, instance: JourneyInstance, at: number): void => {
  if (instance.heldOut) return;
  const until = liveUntil(world, instance);
  if (until !== null && until <= at) endInstance(world, instance.run, 'completed', at);
};

const runStep = (
  world: World,
  instance: JourneyInstance,
  journey: CompiledJourney,
  compiled: CompiledStep,
  at: number,
): Outcome => {
  const { step } = compiled;
  const next = (changed: JourneyInstance): Outcome => ({
    kind: 'next',
    instance: changed,
    to: compiled.next,
  });
  const enter = (changed: JourneyInstance, list: string): Outcome => ({
    kind: 'next',
    instance: changed,
    to: compiled.entries.has(list) ? (compiled.entries.get(list) ?? null) : compiled.next,
  });
  const wait = (waiting: Waiting): Outcome => {
    if (waiting.due !== null) world.tell(at, { kind: 'timer', what: 'set', due: waiting.due });
    return { kind: 'wait', instance: { ...instance, since: at, waiting } };
  };
  if ('wait' in step) {
    const due = waitEnd(world, step, at);
    return due <= at ? next(instance) : wait({ kind: 'wait', due });
  }
  if ('show' in step) return next(show(world, instance, journey, step, at));
  if ('message' in step) {
    const after = runMessage(world, instance, journey, compiled, step, at);
    return after.waiting === null ? next(after) : { kind: 'wait', instance: after };
  }
  if ('when' in step) {
    const facts = world.factsOf(instance, at);
    const taken = step.when.findIndex(
      (branch, position) =>
        'else' in branch || world.holds(journey.conditionAt(`${compiled.path}.when[${position}].if`), facts),
    );
    const branch = step.when[taken];
    return branch === undefined
      ? next(instance)
      : enter(instance, `when[${taken}].${'if' in branch ? 'then' : 'else'}`);
  }
  if ('split' in step) {
    const arm = drawArm(world, `$split.${journey.id}.${step.id}`, step.split, at);
    if (arm === null) return next(instance);
    const variants = { ...instance.variants, [step.id]: arm.name };
    return enter({ ...instance, variants, variant: arm.name }, `split[${step.split.indexOf(arm)}].steps`);
  }
  if ('await' in step) {
    const timeout = parseDuration(step.await.timeout);
    return wait({ kind: 'await', due: timeout === null ? at : addDuration(at, timeout, world.zone) });
  }
  if ('grant' in step) return next(runGrant(world, instance, journey, compiled, step, at));
  if ('ask' in step) {
    const length = step.ask.for === undefined ? null : parseDuration(step.ask.for);
    const asked = {
      stepId: step.id,
      questionId: step.ask.question,
      intent: step.ask.intent ?? (instance.sells ? 'sell' : 'serve'),
      until: length === null ? null : addDuration(at, length, world.zone),
    } as const;
    return next({ ...instance, asks: [...instance.asks.filter(({ stepId }) => stepId !== step.id), asked] });
  }
  if ('set' in step) {
    set(world, instance, journey, compiled, step, at);
    return next(instance);
  }
  if ('task' in step) return openTask(world, instance, journey, compiled, step, at, next, wait);
  if ('pick' in step) {
    const row = (world.catalog.lists.get(step.pick.list) ?? []).find((candidate) =>
      world.holds(
        journey.conditionAt(`${compiled.path}.pick.where`),
        world.facts(at, factsEvent(world, instance, at), { ...instance.picked, row: candidate }),
      ),
    );
    if (row === undefined) return enter(instance, 'pick.else');
    return enter({ ...instance, picked: { ...instance.picked, [step.pick.as]: small(row) } }, 'pick.then');
  }
  if ('emit' in step) return emit(world, instance, journey, compiled, step, at, next);
  return { kind: 'over', reason: step.exit };
};

const factsEvent = (world: World, instance: JourneyInstance, at: number): JsonObject | null => {
  const { event } = world.factsOf(instance, at).roots;
  return isJsonObject(event) ? event : null;
};

const small = (row: JsonObject): JsonObject => (JSON.stringify(row).length <= MAX_ROW_BYTES ? row : {});

/** When a wait that starts at a moment is over. */
export const waitEnd = (world: World, step: Extract<Step, { wait: object }>, start: number): number =>
  endOfWait(
    start,
    world.zone,
    step.wait.for === undefined ? null : parseDuration(step.wait.for),
    step.wait.until ?? null,
  );

/** A later show of an instance in the same placement replaces the earlier. */
const show = (
  world: World,
  instance: JourneyInstance,
  journey: CompiledJourney,
  { id, show: shown }: ShowStep,
  at: number,
): JourneyInstance => {
  const placements = typeof shown.placement === 'string' ? [shown.placement] : shown.placement;
  const length = shown.for === undefined ? null : parseDuration(shown.for);
  const earlier = instance.shows.flatMap((other): readonly ActiveShow[] => {
    const left = other.placements.filter((placement) => !placements.includes(placement));
    return left.length === 0 || (other.until !== null && other.until <= at)
      ? []
      : [{ ...other, placements: left }];
  });
  const active: ActiveShow = {
    stepId: id,
    placements,
    intent: shown.intent ?? (instance.sells ? 'sell' : 'serve'),
    priority: shown.priority ?? journey.priority,
    until: length === null ? null : addDuration(at, length, world.zone),
    variant: instance.variant,
  };
  return { ...instance, shows: [...earlier, active].slice(-MAX_SHOWS) };
};

/** Values of a `set` or an `emit`: strings are Liquid, `{ $fact: path }` is the fact itself. */
const resolve = (
  world: World,
  instance: JourneyInstance,
  journey: CompiledJourney,
  path: string,
  values: JsonObject,
  at: number,
): JsonObject => {
  const facts = world.factsOf(instance, at);
  const resolved: { [key: string]: Json } = {};
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) continue;
    if (isJsonObject(value) && typeof value.$fact === 'string') {
      resolved[name] = factAt(facts, value.$fact);
      continue;
    }
    const rendered = world.render(journey.contentOf(`${path}.${name}`, value), facts);
    if (rendered.ok) resolved[name] = rendered.content;
  }
  return resolved;
};

const set = (
  world: World,
  instance: JourneyInstance,
  journey: CompiledJourney,
  compiled: CompiledStep,
  { set: assignments }: SetStep,
  at: number,
): void => {
  const stamp = { at, tie: idOf(instance.run, compiled.id) };
  const valuesOf = (kind: 'traits' | 'preferences'): JsonObject =>
    resolve(world, instance, journey, `${compiled.path}.set.${kind}`, assignments[kind] ?? {}, at);
  world.change({
    traits: setRegisters(world.state.traits, valuesOf('traits'), stamp, REGISTER_BOUNDS.traits),
    preferences: setRegisters(
      world.state.preferences,
      valuesOf('preferences'),
      stamp,
      REGISTER_BOUNDS.preferences,
    ),
  });
};

const openTask = (
  world: World,
  instance: JourneyInstance,
  journey: CompiledJourney,
  compiled: CompiledStep,
  { id, task }: TaskStep,
  at: number,
  next: (instance: JourneyInstance) => Outcome,
  wait: (waiting: Waiting) => Outcome,
): Outcome => {
  const taskId = idOf(instance.run, id);
  const summary = world.render(
    journey.contentOf(`${compiled.path}.task.summary`, task.summary),
    world.factsOf(instance, at),
  );
  const timeout = task.timeout === undefined ? null : parseDuration(task.timeout);
  const dueAt = timeout === null ? null : addDuration(at, timeout, world.zone);
  const outcomes = task.outcomes ?? [];
  world.want({
    kind: 'task',
    what: 'open',
    taskId,
    queue: task.queue,
    summary: summary.ok ? String(summary.content) : task.summary,
    outcomes,
    dueAt,
    journeyId: journey.id,
    stepId: id,
    run: instance.run,
  });
  world.tell(at, { kind: 'task', taskId, queue: task.queue, what: 'opened' });
  if (outcomes.length === 0) return next(instance);
  const waiting = wait({ kind: 'task', due: dueAt, taskId });
  if (waiting.kind !== 'wait') return waiting;
  return { kind: 'wait', instance: { ...waiting.instance, tasks: [...instance.tasks, taskId] } };
};

const emit = (
  world: World,
  instance: JourneyInstance,
  journey: CompiledJourney,
  compiled: CompiledStep,
  { emit: emitted }: Extract<Step, { emit: object }>,
  at: number,
  next: (instance: JourneyInstance) => Outcome,
): Outcome => {
  const depth = at - instance.enteredAt >= DAY_MS ? 1 : instance.depth + 1;
  if (depth > MAX_DEPTH) {
    world.stopped.push(journey.id);
    return { kind: 'over', reason: 'loop' };
  }
  const properties = resolve(
    world,
    instance,
    journey,
    `${compiled.path}.emit.properties`,
    emitted.properties ?? {},
    at,
  );
  world.happen({ source: `${instance.run}:${compiled.id}`, name: emitted.event, at, properties }, depth);
  return next(instance);
};
