import type { Chance } from './chance.ts';

/** What visitors do, by what belongs together; what stands twice is done twice as often. */
const MATTERS = [
  ['Product Added', 'Product Added', 'Product Removed', 'Order Completed'],
  ['Signed Up', 'Signed Up', 'Clicked'],
  ['Booked', 'Booked'],
  ['Complained', 'Solved'],
  ['Page Viewed'],
  ['Offer Redeemed'],
  ['Message Unsubscribed'],
] as const;

export type Name = (typeof MATTERS)[number][number];

export const PEOPLE = [0, 1, 2] as const;

/** Two of one's own, and one that goes from hand to hand. */
const DEVICES = 3;

/** All that belongs together with what a visitor did. */
export const matterOf = (name: Name): readonly Name[] =>
  MATTERS.find((names: readonly Name[]) => names.includes(name)) ?? [name];

/**
 * What happens, and how often beside the others; `request`: a visitor does something; `sequel`: whoever did something last
 * goes on about the same matter.
 */
export const KINDS = {
  flight: 18,
  sweep: 4,
  agent: 8,
  publish: 3,
  'log-in': 15,
  alias: 3,
  again: 6,
  sequel: 15,
  request: 33,
} as const;

export type Kind = keyof typeof KINDS;

const isKind = (name: string): name is Kind => name in KINDS;

const ALL_KINDS: readonly Kind[] = Object.keys(KINDS).filter(isKind);
const ALL_NAMES: readonly Name[] = MATTERS.flat();

/** How large a world is, and what is known in it. */
export interface Extent {
  readonly inputs: number;
  readonly people: number;
  /** Each person's; 0: everybody is known, always. */
  readonly devices: number;
  readonly kinds: readonly Kind[];
  readonly names: readonly Name[];
}

/**
 * Most worlds are small, and know about half of what can happen: there the same few things meet again and again, in a
 * fraction of the time (Groce et al., Swarm Testing, 2012). In the others everything may happen, in some of them for long.
 */
export const extentOf = (chance: Chance): Extent => {
  const drawn = chance.next();
  if (drawn < 0.2) {
    const inputs = drawn < 0.03 ? 20 + chance.below(20) : 6 + chance.below(14);
    return { inputs, people: PEOPLE.length, devices: DEVICES, kinds: ALL_KINDS, names: ALL_NAMES };
  }
  const kinds = ALL_KINDS.filter((kind) => kind === 'request' || kind === 'sequel' || chance.happens(0.5));
  const matters: readonly (readonly Name[])[] = MATTERS.filter(() => chance.happens(0.3));
  return {
    inputs: 3 + chance.below(7),
    people: 1 + chance.below(PEOPLE.length),
    devices: chance.below(1 + DEVICES),
    kinds,
    names: matters.length === 0 ? ALL_NAMES : matters.flat(),
  };
};
