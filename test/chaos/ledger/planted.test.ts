import { describe, expect, it, vi } from 'vitest';
import { LEDGER_BREAKAGES } from './breakages.ts';
import { LEDGER_LAWS, wrongWith } from './verdict.ts';

/** Seeds after which a ledger that is broken has been seen to be. */
const SEEDS = 150;

vi.mock('../../../lib/adapters/dynamodb/blob.ts', () => import('../memory/blob.ts'));

describe('a ledger that is broken', () => {
  it.each(Object.entries(LEDGER_BREAKAGES))(
    'is caught: %s',
    { timeout: 600_000 },
    async (_, { law, ...breakage }) => {
      for (let seed = 1; seed <= SEEDS; seed++) {
        const found = await wrongWith(seed, breakage);
        if (found.some((flaw) => flaw.startsWith(`${law}: `))) return;
      }
      expect.fail(`${SEEDS} seeds went by, and nobody noticed`);
    },
  );

  it('is there for each law', () => {
    const broken = new Set(Object.values(LEDGER_BREAKAGES).map(({ law }) => law));
    expect(LEDGER_LAWS.filter((law) => !broken.has(law))).toEqual([]);
  });
});
