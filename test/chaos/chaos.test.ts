import { describe, expect, it, vi } from 'vitest';
import { live } from './life-of-a-seed.ts';
import { liveHalf } from './lives.ts';
import { memoryStore } from './stores.ts';

/*
 * A world with a virtual clock drives the real functions over a store while it duplicates, delays, reorders and drops
 * messages, loses answers, refuses requests, loses conditional writes and kills processes between any two operations.
 * Each seed is lived three times: undisturbed; disturbed, with the order of events kept; and in chaos. More seeds, or one
 * that failed: WEND_SEEDS=10000 npx vitest run test/chaos, WEND_SEED=4711 npx vitest run test/chaos (docs/testing.md).
 */

// What is in memory need not be small: compressing it would take a quarter of the time.
vi.mock('../../lib/adapters/dynamodb/blob.ts', () => import('./memory/blob.ts'));

describe('the house of functions', () => {
  it(
    'keeps its laws whatever dies, is lost, refused, late or repeated on the way',
    {
      timeout: 14_400_000,
    },
    () => liveHalf(0),
  );

  it('lives a seed the same each time', async () => {
    const traceOf = async (): Promise<readonly string[]> =>
      (await live(memoryStore(), 7, 'chaotic')).house.gate.trace;
    const trace = await traceOf();
    expect(trace.length).toBeGreaterThan(50);
    expect(await traceOf()).toEqual(trace);
  });
});
