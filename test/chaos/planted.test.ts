import { describe, expect, it, vi } from 'vitest';
import { BREAKAGES } from './breakages.ts';
import { memoryStore } from './stores.ts';
import { ALL_LAWS, wrongWith } from './verdict.ts';

/** Seeds after which a house that is broken has been seen to be. */
const SEEDS = 150;

// What is in memory need not be small: compressing it would take a quarter of the time.
vi.mock('../../lib/adapters/dynamodb/blob.ts', () => import('./memory/blob.ts'));

describe('a house that is broken', () => {
  it.each(Object.entries(BREAKAGES))(
    'is caught: %s',
    { timeout: 600_000 },
    async (_, { law, ...options }) => {
      for (let seed = 1; seed <= SEEDS; seed++) {
        const found = await wrongWith(seed, async () => memoryStore(), options);
        if (found.some((flaw) => flaw.startsWith(`${law}: `))) return;
      }
      expect.fail(`${SEEDS} seeds went by, and nobody noticed`);
    },
  );

  it('is there for each law', () => {
    const broken = new Set(Object.values(BREAKAGES).map(({ law }) => law));
    expect(ALL_LAWS.filter((law) => !broken.has(law))).toEqual([]);
  });
});
