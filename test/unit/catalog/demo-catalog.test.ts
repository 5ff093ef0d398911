import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readCatalog } from '../../../lib/adapters/catalog-files/read-catalog.ts';
import { compileCatalog } from '../../../lib/domain/catalog/compile.ts';
import { published } from './support.ts';

const demo = fileURLToPath(new URL('../../../catalog/demo', import.meta.url));

describe('the demo catalog', () => {
  it('publishes without a single finding', async () => {
    const read = await readCatalog(demo);
    expect(read.ok || read.errors).toBe(true);
    const { catalog, findings } = compileCatalog(read.ok ? read.definitions : [], published);
    expect(findings).toEqual([]);
    expect(catalog).not.toBeNull();
  });

  it('has candidates and one default for each of its placements, and two groups of offers', async () => {
    const read = await readCatalog(demo);
    const { catalog } = compileCatalog(read.ok ? read.definitions : [], published);
    expect([...(catalog?.placements.keys() ?? [])].sort()).toEqual([
      'cart.banner',
      'home.grid',
      'home.hero',
      'product.recommendation',
    ]);
    for (const { candidates, defaults } of catalog?.placements.values() ?? []) {
      expect(candidates.length).toBeGreaterThan(1);
      expect(defaults.length).toBe(1);
    }
    expect(catalog?.settings.currency).toBe('USD');
    expect(new Set(catalog?.offers.map((offer) => offer.definition.combine?.group))).toEqual(
      new Set(['shipping', 'sweetener']),
    );
  });
});
