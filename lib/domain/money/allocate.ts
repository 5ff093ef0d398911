/**
 * Splits `total` over units in proportion to their weights by the largest remainder (Hamilton's method), down to
 * single units: each unit gets its exact share rounded down, and what is left goes, one by one, to the units with
 * the largest remainders; among equal remainders to the heavier, then to the first. Writes how much each group of units gets into
 * `into`, which like the scratch space `remainders` may be reused. Integers, not negative; where all weights are 0 nothing is given.
 *
 * The parts add up to `total`, each unit's part is within one of its exact share, and cutting a group in two
 * neighbours of the same weight changes nothing.
 *
 * @returns what was given: `total`, or 0 where nothing weighs anything.
 */
export const allocateInto = (
  total: number,
  weights: Float64Array,
  quantities: Float64Array,
  into: Float64Array,
  remainders: Float64Array = new Float64Array(weights.length),
): number => {
  const size = weights.length;
  let whole = 0;
  let heaviest = 0;
  for (let i = 0; i < size; i += 1) {
    const weight = weights[i] ?? 0;
    whole += weight * (quantities[i] ?? 0);
    if (weight > heaviest) heaviest = weight;
  }
  into.fill(0);
  if (whole === 0 || total === 0) return 0;
  const exact = total * heaviest <= Number.MAX_SAFE_INTEGER;
  remainders.fill(0);
  let left = total;
  for (let i = 0; i < size; i += 1) {
    const weight = weights[i] ?? 0;
    const quantity = quantities[i] ?? 0;
    if (weight === 0 || quantity === 0) continue;
    let part: number;
    if (exact) {
      const product = total * weight;
      remainders[i] = product % whole;
      part = (product - (product % whole)) / whole;
    } else {
      const product = BigInt(total) * BigInt(weight);
      remainders[i] = Number(product % BigInt(whole));
      part = Number(product / BigInt(whole));
    }
    into[i] = part * quantity;
    left -= part * quantity;
  }
  while (left > 0) {
    let next = -1;
    let largest = 0;
    for (let i = 0; i < size; i += 1) {
      const remainder = remainders[i] ?? 0;
      if (remainder < largest || remainder === 0) continue;
      if (remainder > largest || (weights[i] ?? 0) > (weights[next] ?? 0)) {
        largest = remainder;
        next = i;
      }
    }
    const given = Math.min(left, quantities[next] ?? left);
    into[next] = (into[next] ?? 0) + given;
    remainders[next] = 0;
    left -= given;
  }
  return total;
};

/** Splits `total` over single weights; see `allocateInto`. */
export const allocate = (total: number, weights: readonly number[]): readonly number[] => {
  const parts = new Float64Array(weights.length);
  allocateInto(total, Float64Array.from(weights), new Float64Array(weights.length).fill(1), parts);
  return [...parts];
};
