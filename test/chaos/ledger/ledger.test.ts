import { describe, expect, it, vi } from 'vitest';
import { live } from './life.ts';
import { liveHalf } from './lives.ts';

/*
 * The offer ledger's own functions over a store in memory, while processes die between any two operations, answers are
 * lost, transactions meet others, clocks run on, catalogs change limits, and people race, pay late, cancel late and click
 * twice. More seeds, or one that failed: WEND_SEEDS=10000 npx vitest run test/chaos/ledger, WEND_SEED=4711 … .
 */

// What is in memory need not be small: compressing it would take a quarter of the time.
vi.mock('../../../lib/adapters/dynamodb/blob.ts', () => import('../memory/blob.ts'));

describe('the offer ledger', () => {
  it(
    'gives exactly what there is, and keeps its books, whatever happens',
    {
      timeout: 14_400_000,
    },
    () => liveHalf(0),
  );

  it('lives a seed the same each time', async () => {
    const traceOf = async (): Promise<readonly string[]> => (await live(5)).shop.gate.trace;
    const trace = await traceOf();
    expect(trace.length).toBeGreaterThan(100);
    expect(await traceOf()).toEqual(trace);
  });
});
