/** Which seeds a test lives. */
export interface Share {
  /** How many where nothing is said. */
  readonly usual: number;
  /** Several files share the seeds, so that several processes live them: which of them this is, from 0. */
  readonly part?: number;
  readonly of?: number;
  /** Of those that `WEND_SEEDS` asks for, one in so many. */
  readonly every?: number;
}

/** `10000` means the first so many, `5001-10000` those. */
const rangeOf = (text: string): readonly [first: number, last: number] => {
  const [first = 1, last] = text.split('-').map(Number);
  return last === undefined ? [1, first] : [first, last];
};

/** The seeds to live: `WEND_SEED` alone, else those that `WEND_SEEDS` says. */
export const seedsOf = ({ usual, part = 0, of = 1, every = 1 }: Share): readonly number[] => {
  const { WEND_SEED: one, WEND_SEEDS: many } = process.env;
  if (one !== undefined) return part === 0 ? [Number(one)] : [];
  const [first, last] = rangeOf(many ?? String(usual));
  const count = last - first + 1;
  const from = first + Math.floor((count * part) / of);
  const end = first + Math.floor((count * (part + 1)) / of);
  const seeds: number[] = [];
  for (let seed = from; seed < end; seed += many === undefined ? 1 : every) seeds.push(seed);
  return seeds;
};
