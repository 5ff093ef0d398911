/**
 * Things in their order, in as few parts as a bound allows. One that is beyond it by itself is a part alone.
 *
 * @param sizeOf - in the unit of `most.size`, such as bytes
 * @param most - of one part; without `count`, however many things
 */
export const partsWithin = <Thing>(
  things: readonly Thing[],
  sizeOf: (thing: Thing) => number,
  most: { readonly size: number; readonly count?: number },
): readonly (readonly Thing[])[] => {
  const parts: Thing[][] = [];
  let filled = 0;
  for (const thing of things) {
    const size = sizeOf(thing);
    const last = parts.at(-1);
    if (last === undefined || last.length === most.count || filled + size > most.size) {
      parts.push([thing]);
      filled = size;
    } else {
      last.push(thing);
      filled += size;
    }
  }
  return parts;
};
