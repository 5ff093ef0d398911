import type { PriceableOffer } from './priceable-offer.ts';

/**
 * Whether two offers may apply together: never within one group, and between groups only where each names the
 * other's; an exclusive offer stands alone.
 */
export const combine = (
  a: Pick<PriceableOffer, 'group' | 'with' | 'exclusive'>,
  b: Pick<PriceableOffer, 'group' | 'with' | 'exclusive'>,
): boolean =>
  a.group !== b.group && !a.exclusive && !b.exclusive && a.with.has(b.group) && b.with.has(a.group);

/** Offers by how they combine, so that thousands need not be compared in pairs. */
export interface Combinations {
  /** Number of classes: same group, same `with`, same exclusiveness. */
  readonly classes: number;
  readonly classOf: Int32Array;
  readonly groups: number;
  /** The group of each class. */
  readonly groupOfClass: Int32Array;
  /** Whether offers of two classes may apply together. */
  readonly combine: (a: number, b: number) => boolean;
  /** Whether any two offers may apply together at all. */
  readonly any: boolean;
}

/** Sorts offers into classes and compares those. */
export const combinationsOf = (offers: readonly (PriceableOffer | undefined)[]): Combinations => {
  const known = new Map<string, number>();
  const examples: PriceableOffer[] = [];
  const classOf = new Int32Array(offers.length);
  for (let index = 0; index < offers.length; index += 1) {
    const offer = offers[index];
    if (offer === undefined) continue;
    let number = known.get(offer.combinesAs);
    if (number === undefined) {
      number = examples.length;
      known.set(offer.combinesAs, number);
      examples.push(offer);
    }
    classOf[index] = number;
  }
  const groups = new Map<string, number>();
  const classes = examples.length;
  const groupOfClass = new Int32Array(classes);
  const table = new Uint8Array(classes * classes);
  for (const [a, left] of examples.entries()) {
    const group = groups.get(left.group) ?? groups.size;
    groups.set(left.group, group);
    groupOfClass[a] = group;
    for (let b = 0; b < a; b += 1) {
      const right = examples[b];
      if (right === undefined || !combine(left, right)) continue;
      table[a * classes + b] = 1;
      table[b * classes + a] = 1;
    }
  }
  return {
    classes,
    classOf,
    groups: groups.size,
    groupOfClass,
    combine: (a, b) => table[a * classes + b] === 1,
    any: table.includes(1),
  };
};
