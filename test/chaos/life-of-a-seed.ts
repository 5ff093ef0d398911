import { visitorIdOf } from '../../lib/domain/identity/visitor-id.ts';
import type { StoredVisitor } from '../../lib/domain/visitor/visitor-store.ts';
import { DAY } from '../unit/journey/life.ts';
import { Chance } from './chance.ts';
import { NO_FAULTS } from './gate.ts';
import { House, type HouseOptions } from './house.ts';
import { Days, type Input, idKeysOf } from './inputs.ts';
import { look } from './look.ts';
import type { Item } from './memory/expressions.ts';
import { CATALOGS, START } from './scenario.ts';
import type { Store } from './stores.ts';

/** How a seed is lived. */
export type Manner =
  /** Nothing goes wrong, and everything is done before the next thing happens. */
  | 'undisturbed'
  /** The order is kept; processes die, answers are lost, messages come again. */
  | 'disturbed'
  /** Nothing waits for anything: late, reordered, repeated, lost and killed. */
  | 'chaotic';

/** How a life ended. */
export interface Outcome {
  readonly manner: Manner;
  readonly house: House;
  readonly inputs: readonly Input[];
  /** By id key. */
  readonly visitors: ReadonlyMap<string, StoredVisitor>;
  readonly log: readonly Item[];
}

/** Operations after which a world that does not come to rest is wrong. */
const MAX_STEPS = 60_000;

/** Days after the last input in which everything comes to its end. */
const DAYS_AFTER = 12;

const accept = (house: House, input: Input): void => {
  switch (input.kind) {
    case 'events':
      house.send('events-received', { detail: { events: input.events } });
      return;
    case 'business':
      house.send('business-events', { detail: input.cloudEvent, time: new Date(house.now).toISOString() });
      return;
    case 'publish':
      house.publish();
      return;
    case 'agent':
      void house.doTask(input.outcome);
      return;
    case 'sweep':
      house.sweep();
  }
};

export interface LifeOptions {
  readonly catalogs?: HouseOptions['catalogs'];
  readonly breakage?: HouseOptions['breakage'];
}

/** Plays a seed on a store until nothing moves any more. */
export const live = async (
  store: Store,
  seed: number,
  manner: Manner,
  options: LifeOptions = {},
): Promise<Outcome> => {
  // So much is refused and lost here that to note where it happened costs a tenth of the time.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return await play(store, seed, manner, options);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
};

const play = async (
  store: Store,
  seed: number,
  manner: Manner,
  { catalogs = CATALOGS, breakage }: LifeOptions,
): Promise<Outcome> => {
  const { inputs } = new Days(seed, new Chance(seed));
  const chance = new Chance(seed ^ (manner === 'undisturbed' ? 0x1111 : 0x2222));
  const house = new House({ store, catalogs, chance, now: START, breakage });
  const keys = idKeysOf(seed);
  const isChaotic = manner === 'chaotic';
  if (manner !== 'undisturbed') {
    house.gate.faults = { kill: 0.04, refuse: 0.04, lose: 0.04, degrade: 0.05 };
    house.repeats = 0.2;
  }
  house.losesTimers = isChaotic ? 0.1 : 0;
  // How much is done before the next thing happens: where it is little, much waits, and meets.
  const pace = chance.of(3, 6, 12, 40);
  let steps = 0;
  const act = async (): Promise<void> => {
    steps += 1;
    if (steps > MAX_STEPS) throw new Error(`seed ${seed} (${manner}) does not come to rest`);
    if (house.gate.running < 3 && chance.happens(0.7)) house.start();
    if (chance.happens(0.01)) look(house, visitorIdOf(keys[chance.below(keys.length)] ?? ''));
    await house.gate.step();
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
    if (isChaotic) {
      // Whatever has not happened by then happens later.
      for (let left = chance.below(pace); left > 0; left--) await act();
      house.now = Math.max(house.now, at);
    } else {
      await pass(at);
    }
    accept(house, input);
    if (!isChaotic) await rest();
  }
  await rest();
  house.gate.faults = NO_FAULTS;
  house.repeats = 0;
  house.losesTimers = 0;
  for (let days = 0; days < DAYS_AFTER; days++) {
    await pass(house.now + DAY);
    if (isChaotic) house.sweep();
    // Nobody has to be told of tasks that nobody reached for.
    if (house.seen.tried.size > 0) house.tellTasks();
    await rest();
  }
  return { manner, house, inputs, visitors: await readAll(house, keys), log: await store.log() };
};

const readAll = async (
  house: House,
  keys: readonly string[],
): Promise<ReadonlyMap<string, StoredVisitor>> => {
  const reading = house.visitors.read(keys.map(visitorIdOf));
  while (await house.gate.step());
  const read = await reading;
  return new Map(
    keys.flatMap((key) => {
      const stored = read.get(visitorIdOf(key));
      return stored === undefined ? [] : [[key, stored] as const];
    }),
  );
};
