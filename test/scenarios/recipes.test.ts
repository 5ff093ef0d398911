import { access, readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readCatalog } from '../../lib/adapters/catalog-files/read-catalog.ts';
import { compileCatalog } from '../../lib/domain/catalog/compile.ts';

const RECIPES = fileURLToPath(new URL('../../catalog/recipes', import.meta.url));

const recipes = (await readdir(RECIPES, { withFileTypes: true }))
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

/** What a recipe may do with a reason, which its README gives. */
const EXPLAINED: ReadonlySet<string> = new Set(['holdout-missing', 'goal-missing', 'not-yet-run']);

describe.each(recipes)('the recipe %s', (recipe) => {
  it('has nothing in it that the compiler or the lint refuses, and no warning that its README does not explain', async () => {
    const files = await readCatalog(`${RECIPES}/${recipe}`);
    if (!files.ok) throw new Error(JSON.stringify(files.errors));
    const { findings } = compileCatalog(files.definitions, { version: 1, publishedAt: 0, force: false });
    expect(findings.filter(({ code, severity }) => severity === 'error' || !EXPLAINED.has(code))).toEqual([]);
  });

  it('has a README and a scenario test', async () => {
    await access(`${RECIPES}/${recipe}/README.md`);
    await access(fileURLToPath(new URL(`${recipe}.test.ts`, import.meta.url)));
  });
});
