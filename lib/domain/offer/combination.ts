import type { PriceableOffer } from './priceable-offer.ts';

type Combinable = Pick<PriceableOffer, 'group' | 'with' | 'exclusive'>;

/**
 * Whether two offers may apply together: never within one group, and between groups only where each names the
 * other's; an exclusive offer stands alone.
 */
export const combine = (a: Combinable, b: Combinable): boolean =>
  a.group !== b.group && !a.exclusive && !b.exclusive && a.with.has(b.group) && b.with.has(a.group);

/** Candidates by how they combine, so that thousands of offers need not be compared in pairs. */
export interface Combinations {
  /** The class of each candidate: same group, same `with`, same exclusiveness. */
  readonly classOf: Int32Array;
  /** The number of the group of each candidate. */
  readonly groupOf: Int32Array;
  readonly groups: number;
  /** Whether candidates `a` and `b` may apply together. */
  readonly combine: (a: number, b: number) => boolean;
  /** Whether any two candidates may apply together at all. */
  readonly any: boolean;
}

/** Sorts candidates into classes and compares those. */
export const combinationsOf = (offers: readonly PriceableOffer[]): Combinations => {
  const classes = new Map<string, number>();
  const examples: PriceableOffer[] = [];
  const groups = new Map<string, number>();
  const classOf = new Int32Array(offers.length);
  const groupOf = new Int32Array(offers.length);
  for (const [index, offer] of offers.entries()) {
    const alone = offer.exclusive || offer.with.size === 0;
    const key = alone ? offer.group : `${offer.group}\n${[...offer.with].sort().join('\n')}`;
    let known = classes.get(key);
    if (known === undefined) {
      known = examples.length;
      classes.set(key, known);
      examples.push(offer);
    }
    classOf[index] = known;
    let group = groups.get(offer.group);
    if (group === undefined) {
      group = groups.size;
      groups.set(offer.group, group);
    }
    groupOf[index] = group;
  }
  const size = examples.length;
  const table = new Uint8Array(size * size);
  for (const [a, left] of examples.entries()) {
    for (const [b, right] of examples.entries()) table[a * size + b] = combine(left, right) ? 1 : 0;
  }
  return {
    classOf,
    groupOf,
    groups: groups.size,
    combine: (a, b) => table[(classOf[a] ?? 0) * size + (classOf[b] ?? 0)] === 1,
    any: table.includes(1),
  };
};
