import type { PickStep, SplitStep, WhenStep } from '../catalog/journey-definition.ts';
import { isJsonObject, type JsonObject } from '../json.ts';
import { drawArm } from './split.ts';
import { enter, next, type Outcome, type Standing } from './standing.ts';

/** A row that `pick` keeps, bytes of JSON. */
const MAX_ROW_BYTES = 4_000;

/** Takes the first branch whose condition holds. */
export const runWhen = (standing: Standing, { when }: WhenStep): Outcome => {
  const { world, instance, journey, compiled, at } = standing;
  const facts = world.factsOf(instance, at);
  const taken = when.findIndex(
    (branch, position) =>
      'else' in branch || world.holds(journey.conditionAt(`${compiled.path}.when[${position}].if`), facts),
  );
  const branch = when[taken];
  if (branch === undefined) return next(standing, instance);
  return enter(standing, instance, `when[${taken}].${'if' in branch ? 'then' : 'else'}`);
};

/** Goes into the arm that is the visitor's for good. */
export const runSplit = (standing: Standing, { id, split }: SplitStep): Outcome => {
  const { world, instance, journey, at } = standing;
  const arm = drawArm(world, `$split.${journey.id}.${id}`, split, at);
  if (arm === null) return next(standing, instance);
  const variants = { ...instance.variants, [id]: arm.name };
  return enter(standing, { ...instance, variants, variant: arm.name }, `split[${split.indexOf(arm)}].steps`);
};

/** Binds the first row of a list for which the condition holds. */
export const runPick = (standing: Standing, { pick }: PickStep): Outcome => {
  const { world, instance, journey, compiled, at } = standing;
  const { event } = world.factsOf(instance, at).roots;
  const entered = isJsonObject(event) ? event : null;
  const condition = journey.conditionAt(`${compiled.path}.pick.where`);
  const row = world.catalog.lists
    .get(pick.list)
    ?.find((candidate) =>
      world.holds(condition, world.facts(at, entered, { ...instance.picked, row: candidate })),
    );
  if (row === undefined) return enter(standing, instance, 'pick.else');
  return enter(standing, { ...instance, picked: { ...instance.picked, [pick.as]: small(row) } }, 'pick.then');
};

const small = (row: JsonObject): JsonObject => (JSON.stringify(row).length <= MAX_ROW_BYTES ? row : {});
