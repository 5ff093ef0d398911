import { endInstance } from './endings.ts';
import { runSteps } from './steps.ts';
import type { World } from './world.ts';

/** The kind of a step: what it waits for may stay as it is where it moves to one of the same kind. */
const kindOf = (step: object | undefined): string =>
  Object.keys(step ?? {}).find((key) => key !== 'id') ?? '';

/**
 * Those in flight whom the publisher mapped go over to the new version: they stand at the step that theirs was mapped
 * to. What they wait for stays where that is a step of the same kind; else the step begins now. Instances of journeys
 * that were removed end cleanly.
 *
 * @param at - milliseconds since 1970
 */
export const moveInFlight = (world: World, at: number): void => {
  const { journeys } = world.catalog;
  for (const seen of world.state.journeys.instances) {
    const { run } = seen;
    const instance = world.present(seen);
    if (instance === null) continue;
    const move = journeys.moveOf(instance);
    if (move === null) {
      if (journeys.find(instance) === null) endInstance(world, run, 'removed', at);
      continue;
    }
    const target = journeys.byId.get(move.journeyId);
    const step = target?.stepById.get(move.stepId);
    if (target === undefined || step === undefined) continue;
    const from = journeys.find(instance)?.stepById.get(instance.stepId ?? '');
    const keeps = from !== undefined && kindOf(from.step) === kindOf(step.step);
    world.changeInstance({
      ...instance,
      journeyId: target.id,
      definition: target.fingerprint,
      catalogVersion: world.catalog.version,
      stepId: move.stepId,
      waiting: keeps ? instance.waiting : null,
      shows: instance.shows.filter(({ stepId }) => target.stepById.has(stepId)),
    });
    world.count(`in-flight/${instance.journeyId}/${instance.definition}/ended`);
    world.count(`in-flight/${target.id}/${target.fingerprint}/entered`);
    world.tell(at, {
      kind: 'journey',
      journeyId: target.id,
      key: instance.key,
      what: 'moved',
      stepId: move.stepId,
      why: `version ${world.catalog.version}`,
    });
    if (!keeps) runSteps(world, run, at);
  }
};
