/**
 * The seeds to live: `WEND_SEED` alone, else as many as `WEND_SEEDS` says.
 *
 * @param usual - how many where nothing is said; a share of `WEND_SEEDS` otherwise, as `usual` is of the usual ones
 * @param share - of the seeds that are asked for, in [0, 1]
 */
export const seedsOf = (usual: number, share = 1): readonly number[] => {
  const { WEND_SEED: one, WEND_SEEDS: many } = process.env;
  if (one !== undefined) return [Number(one)];
  const count = many === undefined ? usual : Math.ceil(Number(many) * share);
  return Array.from({ length: count }, (_, index) => index + 1);
};
