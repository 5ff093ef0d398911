import { expect } from 'vitest';
import { seedsOf } from './seeds.ts';
import { memoryStore } from './stores.ts';
import { wrongWith } from './verdict.ts';

/** Seeds of a usual run, lived in two files: as many processes run tests. */
const SEEDS = 2_000;

/** Lives one half of the seeds, three times each: see `chaos.test.ts`. */
export const liveHalf = async (part: 0 | 1): Promise<void> => {
  for (const seed of seedsOf({ usual: SEEDS, part, of: 2 })) {
    expect(await wrongWith(seed, async () => memoryStore())).toEqual([]);
  }
};
