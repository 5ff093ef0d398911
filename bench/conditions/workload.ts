/**
 * Rules and visitors of the benchmark, in a form that each engine translates to its own. Every visitor has every
 * trait and every trait one type: on missing and odd facts the engines don't agree, so they couldn't be compared.
 */

export type Test =
  | { readonly kind: 'equal' | 'notEqual'; readonly trait: string; readonly value: string | number | boolean }
  | { readonly kind: 'oneOf'; readonly trait: string; readonly value: readonly string[] }
  | { readonly kind: 'atLeast' | 'below'; readonly trait: string; readonly value: number }
  | { readonly kind: 'has'; readonly trait: string; readonly value: string };

/** All of `all` must hold, and any of `any` unless it is empty. */
export interface Rule {
  readonly all: readonly Test[];
  readonly any: readonly Test[];
}

export type Visitor = { readonly [trait: string]: string | number | boolean | readonly string[] };

/** A small generator of random numbers (mulberry32), so that every run measures the same. */
export const randomFrom = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
};

const texts = Array.from({ length: 16 }, (_, index) => ({
  trait: `text${index}`,
  values: Array.from({ length: [3, 5, 8, 20][index % 4] ?? 3 }, (__, value) => `value-${index}-${value}`),
}));
const numbers = Array.from({ length: 12 }, (_, index) => ({
  trait: `number${index}`,
  most: 10 ** (1 + (index % 4)),
}));
const flags = Array.from({ length: 8 }, (_, index) => ({ trait: `flag${index}` }));
const lists = Array.from({ length: 4 }, (_, index) => ({
  trait: `list${index}`,
  values: Array.from({ length: 12 }, (__, value) => `item-${index}-${value}`),
}));
export const traitCount = texts.length + numbers.length + flags.length + lists.length;

/** The given number of visitors, each with all 40 traits. */
export const visitorsOf = (count: number, random: () => number): readonly Visitor[] => {
  const below = (most: number): number => Math.floor(random() * most);
  return Array.from({ length: count }, () =>
    Object.fromEntries([
      ...texts.map(({ trait, values }) => [trait, values[below(values.length)] ?? ''] as const),
      ...numbers.map(({ trait, most }) => [trait, below(most)] as const),
      ...flags.map(({ trait }) => [trait, random() < 0.5] as const),
      ...lists.map(({ trait, values }) => [trait, values.filter(() => random() < 0.25)] as const),
    ]),
  );
};

/** The given number of rules, of which a visitor matches about one in twenty. */
export const rulesOf = (count: number, random: () => number): readonly Rule[] => {
  const below = (most: number): number => Math.floor(random() * most);
  const pick = <T>(choices: readonly T[]): T => {
    const choice = choices[below(choices.length)];
    if (choice === undefined) throw new RangeError('nothing to pick from');
    return choice;
  };
  const textTest = (): Test => {
    const { trait, values } = pick(texts);
    if (values.length <= 5)
      return { kind: random() < 0.2 ? 'notEqual' : 'equal', trait, value: pick(values) };
    return { kind: 'oneOf', trait, value: values.filter(() => random() < 0.35) };
  };
  const numberTest = (): Test => {
    const { trait, most } = pick(numbers);
    return { kind: random() < 0.5 ? 'atLeast' : 'below', trait, value: below(most) };
  };
  const test = (): Test => {
    const draw = random();
    if (draw < 0.45) return textTest();
    if (draw < 0.8) return numberTest();
    if (draw < 0.9) return { kind: 'equal', trait: pick(flags).trait, value: random() < 0.5 };
    const { trait, values } = pick(lists);
    return { kind: 'has', trait, value: pick(values) };
  };
  return Array.from({ length: count }, () => {
    const hasAlternatives = random() < 0.15;
    return {
      all: Array.from({ length: (hasAlternatives ? 2 : 3) + below(2) }, test),
      any: hasAlternatives ? [test(), test()] : [],
    };
  });
};
