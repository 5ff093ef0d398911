import type { EmitStep, SetStep } from '../catalog/journey-definition.ts';
import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import { REGISTER_BOUNDS, setRegisters } from '../visitor/registers.ts';
import { factAt, idOf } from './facts.ts';
import { next, type Outcome, type Standing } from './standing.ts';
import { MAX_DEPTH } from './world.ts';

const DAY_MS = 86_400_000;

/** Values as written: strings are Liquid, `{ $fact: path }` is the fact itself. */
const resolve = ({ world, instance, journey, compiled, at }: Standing, path: string, values: JsonObject) => {
  const facts = world.factsOf(instance, at);
  const resolved: { [key: string]: Json } = {};
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) continue;
    if (isJsonObject(value) && typeof value.$fact === 'string') {
      resolved[name] = factAt(facts, value.$fact);
      continue;
    }
    const rendered = world.render(journey.contentOf(`${compiled.path}.${path}.${name}`, value), facts);
    if (rendered.ok) resolved[name] = rendered.content;
  }
  return resolved;
};

/** Writes traits and preferences. */
export const runSet = (standing: Standing, { set }: SetStep): Outcome => {
  const { world, instance, compiled, at } = standing;
  const stamp = { at, tie: idOf(instance.run, compiled.id) };
  const traits = resolve(standing, 'set.traits', set.traits ?? {});
  const preferences = resolve(standing, 'set.preferences', set.preferences ?? {});
  world.change({
    traits: setRegisters(world.state.traits, traits, stamp, REGISTER_BOUNDS.traits),
    preferences: setRegisters(world.state.preferences, preferences, stamp, REGISTER_BOUNDS.preferences),
  });
  return next(standing, instance);
};

/** Lets an event of the visitor happen; one too many in a circle ends the instance. */
export const runEmit = (standing: Standing, { emit }: EmitStep): Outcome => {
  const { world, instance, journey, compiled, at } = standing;
  const depth = at - instance.enteredAt >= DAY_MS ? 1 : instance.depth + 1;
  if (depth > MAX_DEPTH) {
    world.stopped.push(journey.id);
    return { kind: 'over', reason: 'loop' };
  }
  const properties = resolve(standing, 'emit.properties', emit.properties ?? {});
  world.emit({ source: `${instance.run}:${compiled.id}`, name: emit.event, at, properties }, depth);
  return next(standing, instance);
};
