import { anonymousKey, userKey, visitorIdOf } from '../../lib/domain/identity/visitor-id.ts';
import type { StoredVisitor } from '../../lib/domain/visitor/visitor-store.ts';
import { DAY } from '../unit/journey/life.ts';
import { Chance } from './chance.ts';
import { NO_FAULTS } from './gate.ts';
import { House } from './house.ts';
import { CATALOG, type Input, inputsOf, START } from './scenario.ts';

/** How a seed is lived. */
export type Manner =
  /** Nothing goes wrong, and everything is done before the next thing happens. */
  | 'undisturbed'
  /** The order is kept; processes die, answers are lost, messages come again. */
  | 'disturbed'
  /** Nothing waits for anything: late, reordered, repeated, lost and killed. */
  | 'chaotic';

export interface Outcome {
  readonly house: House;
  readonly inputs: readonly Input[];
  readonly visitors: ReadonlyMap<string, StoredVisitor>;
}

/** Operations after which a world that does not come to rest is wrong. */
const MAX_STEPS = 60_000;

const accept = (house: House, input: Input): void => {
  if (input.kind === 'events') house.accept('events-received', { detail: { events: input.events } });
  else {
    const time = new Date(house.now).toISOString();
    house.accept('business-events', { detail: input.cloudEvent, time });
  }
};

/** Plays a seed on a store until nothing moves any more. */
export const live = async (endpoint: string, seed: number, manner: Manner): Promise<Outcome> => {
  const inputs = inputsOf(seed, new Chance(seed));
  const chance = new Chance(seed ^ (manner === 'undisturbed' ? 0x1111 : 0x2222));
  const house = new House(endpoint, CATALOG, chance, START);
  if (manner !== 'undisturbed') {
    house.gate.faults = { kill: 0.03, refuse: 0.03, lose: 0.03 };
    house.repeats = 0.15;
  }
  house.isKept = manner !== 'chaotic';
  house.losesTimers = manner === 'chaotic' ? 0.1 : 0;
  const ids = [0, 1].flatMap((person) => [
    userKey(`u${person}-${seed}`),
    anonymousKey(`a${person}-${seed}`),
    anonymousKey(`b${person}-${seed}`),
  ]);
  let steps = 0;
  const act = async (): Promise<boolean> => {
    steps += 1;
    if (steps > MAX_STEPS) throw new Error(`seed ${seed} (${manner}) does not come to rest`);
    if (house.gate.running < 3 && chance.happens(0.7)) house.start();
    return house.gate.step();
  };
  const rest = async (): Promise<void> => {
    while (!house.isIdle) await act();
  };
  /** Lets time go by until a moment; what is due on the way happens at its time. */
  const pass = async (until: number): Promise<void> => {
    for (let due = house.nextDue; due !== null && due <= until; due = house.nextDue) {
      house.now = due;
      await rest();
    }
    house.now = Math.max(house.now, until);
  };
  for (const input of inputs) {
    const at = START + input.after;
    if (manner === 'chaotic') {
      // Whatever has not happened by then happens later.
      for (let left = chance.below(40); left > 0; left--) await act();
      house.now = Math.max(house.now, at);
    } else {
      await pass(at);
    }
    accept(house, input);
    if (manner !== 'chaotic') await rest();
  }
  await rest();
  house.gate.faults = NO_FAULTS;
  house.repeats = 0;
  house.losesTimers = 0;
  for (let days = 0; days < 12; days++) {
    await pass(house.now + DAY);
    if (manner === 'chaotic') house.look(ids.map(visitorIdOf));
    await rest();
  }
  const visitors = new Map<string, StoredVisitor>();
  for (const [id, stored] of await readAll(house, ids)) visitors.set(id, stored);
  return { house, inputs, visitors };
};

const readAll = async (
  house: House,
  keys: readonly string[],
): Promise<ReadonlyMap<string, StoredVisitor>> => {
  const ids = keys.map(visitorIdOf);
  const reading = house.store.read(ids);
  while (await house.gate.step()) await Promise.resolve();
  const read = await reading;
  return new Map(
    keys.map((key) => [
      key,
      read.get(visitorIdOf(key)) ?? { kind: 'none', visitorId: '', version: null, ordersVersion: null },
    ]),
  );
};
