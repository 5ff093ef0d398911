import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EmbeddedStore, startDynoxide } from '../../local/store/dynoxide.ts';
import { createTables } from '../../local/store/tables.ts';
import { seedsOf } from './seeds.ts';
import { realStore } from './stores.ts';
import { wrongWith } from './verdict.ts';

let store: EmbeddedStore;

beforeAll(async () => {
  process.env['AWS_REGION'] = 'us-east-1';
  process.env['AWS_ACCESS_KEY_ID'] = 'test';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'test';
  store = await startDynoxide(undefined);
  const tables = createTables(store.endpoint);
  await tables.ensure();
  tables.close();
});

afterAll(async () => {
  await store.stop();
});

describe('the house of functions over a real store', () => {
  it('keeps its laws as it does over the one in memory', { timeout: 3_600_000 }, async () => {
    for (const seed of seedsOf(5, 1 / 100)) {
      expect(await wrongWith(seed, () => realStore(store.endpoint))).toEqual([]);
    }
  });
});
