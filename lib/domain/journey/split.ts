import { bucketOf } from '../hash.ts';
import { own } from '../own.ts';
import { assign } from '../visitor/assignments.ts';
import type { World } from './world.ts';

/** One arm of a draw; weights are relative to their sum. */
interface Arm {
  readonly name: string;
  readonly weight: number;
}

/**
 * Draws one arm for the visitor, for good: the one remembered, else by the visitor's seed. Where the one remembered is
 * gone, another is drawn in its place, remembered under `<experiment>/<gone arm>`.
 *
 * @param experiment - names the draw: `$split.<journeyId>.<stepId>`
 * @returns null where no arm has a weight
 */
export const drawArm = <A extends Arm>(
  world: World,
  experiment: string,
  arms: readonly A[],
  at: number,
): A | null => {
  let name = experiment;
  let assigned = own(world.state.assignments, name)?.variant;
  while (assigned !== undefined) {
    const remembered = arms.find((arm) => arm.name === assigned);
    if (remembered !== undefined) return remembered;
    name = `${name}/${assigned}`;
    assigned = own(world.state.assignments, name)?.variant;
  }
  const total = arms.reduce((sum, { weight }) => sum + weight, 0);
  let left = bucketOf(world.profile.seed, name) * total;
  const arm = arms.find(({ weight }) => {
    left -= weight;
    return weight > 0 && left < 0;
  });
  if (arm === undefined) return null;
  const drawn = { at, tie: name, variant: arm.name };
  world.change({ assignments: assign(world.state.assignments, name, drawn) });
  return arm;
};

/**
 * Whether a visitor is in a holdout, drawn once for good: another share later, 0 too, moves only those not drawn yet.
 *
 * @param percent - 0 to 100; at 0 nobody is drawn
 */
export const drawHoldout = (world: World, experiment: string, percent: number, at: number): boolean => {
  const assigned = own(world.state.assignments, experiment)?.variant;
  if (assigned !== undefined) return assigned === 'in';
  if (percent <= 0) return false;
  const heldOut = bucketOf(world.profile.seed, experiment) * 100 < percent;
  const drawn = { at, tie: experiment, variant: heldOut ? 'in' : 'out' };
  world.change({ assignments: assign(world.state.assignments, experiment, drawn) });
  return heldOut;
};

/** Names the draw of a journey's holdout. No id has a `$`. */
export const holdoutOf = (journeyId: string): string => `$holdout.${journeyId}`;
