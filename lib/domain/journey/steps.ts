import type { Step } from '../catalog/journey-definition.ts';
import { parseDuration } from '../time/duration.ts';
import { endOfWait } from '../time/wall-clock.ts';
import { runPick, runSplit, runWhen } from './branches.ts';
import { endInstance, liveUntil } from './endings.ts';
import { runGrant } from './grants.ts';
import type { JourneyInstance } from './instance.ts';
import { runMessage } from './messages.ts';
import { runAsk, runShow } from './showing.ts';
import { after, next, type Outcome, type Standing, wait } from './standing.ts';
import { runTask } from './work.ts';
import type { World } from './world.ts';
import { runEmit, runSet } from './writing.ts';

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
    const outcome = runStep({ world, instance, journey, compiled, at });
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

const runStep = (standing: Standing): Outcome => {
  const { world, instance, compiled, at } = standing;
  const { step } = compiled;
  if ('wait' in step) {
    const due = waitEnd(world, step, at);
    return due <= at ? next(standing, instance) : wait(standing, { kind: 'wait', due });
  }
  if ('show' in step) return runShow(standing, step);
  if ('message' in step) {
    const changed = runMessage(standing, step);
    return changed.waiting === null ? next(standing, changed) : { kind: 'wait', instance: changed };
  }
  if ('when' in step) return runWhen(standing, step);
  if ('split' in step) return runSplit(standing, step);
  if ('await' in step)
    return wait(standing, { kind: 'await', due: after(standing, step.await.timeout) ?? at });
  if ('grant' in step) return next(standing, runGrant(standing, step));
  if ('ask' in step) return runAsk(standing, step);
  if ('set' in step) return runSet(standing, step);
  if ('task' in step) return runTask(standing, step);
  if ('pick' in step) return runPick(standing, step);
  if ('emit' in step) return runEmit(standing, step);
  return { kind: 'over', reason: step.exit };
};

/** When a wait that starts at a moment is over. */
export const waitEnd = (world: World, step: Extract<Step, { wait: object }>, start: number): number =>
  endOfWait(
    start,
    world.zone,
    step.wait.for === undefined ? null : parseDuration(step.wait.for),
    step.wait.until ?? null,
  );
