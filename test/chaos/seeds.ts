/**
 * The seeds to live: `WEND_SEED` alone, else as many as `WEND_SEEDS` says.
 *
 * @param usual - how many where nothing is said
 * @param share - how many of those that `WEND_SEEDS` asks for, in [0, 1]
 */
export const seedsOf = (usual: number, share = 1): readonly number[] => {
  const { WEND_SEED: one, WEND_SEEDS: many } = process.env;
  if (one !== undefined) return [Number(one)];
  const count = many === undefined ? usual : Math.ceil(Number(many) * share);
  return Array.from({ length: count }, (_, index) => index + 1);
};
