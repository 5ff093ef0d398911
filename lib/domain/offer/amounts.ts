/** How many numbers are allocated at once; an array of more than an eighth of them is one of its own. */
const POOLED = 1024;

let pool = new Float64Array(POOLED);
let taken = 0;

/**
 * Some zeros. Beyond 64 bytes V8 keeps a typed array outside its heap, and half a microsecond for each of the two dozen
 * that a cart needs would be a third of its pricing: they are cut out of a larger one, as Node cuts small Buffers.
 */
export const zeros = (length: number): Float64Array => {
  if (length * 8 > POOLED) return new Float64Array(length);
  if (taken + length > POOLED) {
    pool = new Float64Array(POOLED);
    taken = 0;
  }
  taken += length;
  return pool.subarray(taken - length, taken);
};

/** The same numbers, to be changed. */
export const copyOf = (values: Float64Array): Float64Array => {
  const copy = zeros(values.length);
  copy.set(values);
  return copy;
};
