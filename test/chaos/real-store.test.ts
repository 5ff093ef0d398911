import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEmbeddedStore, type TestStore } from '../embedded-store.ts';
import { seedsOf } from './seeds.ts';
import { realStore } from './stores.ts';
import { wrongWith } from './verdict.ts';

let store: TestStore;

beforeAll(async () => {
  store = await startEmbeddedStore();
});

afterAll(async () => {
  await store.stop();
});

describe('the house of functions over a real store', () => {
  it('keeps its laws as it does over the one in memory', { timeout: 3_600_000 }, async () => {
    for (const seed of seedsOf({ usual: 3, every: 100 })) {
      expect(await wrongWith(seed, () => realStore(store.endpoint))).toEqual([]);
    }
  });
});
