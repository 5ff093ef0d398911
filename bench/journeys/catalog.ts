import { fileURLToPath } from 'node:url';
import { readCatalog } from '../../lib/adapters/catalog-files/read-catalog.ts';
import { parseDefinitions } from '../../lib/contracts/catalog/definition.ts';
import { compileCatalog } from '../../lib/domain/catalog/compile.ts';
import type { CompiledCatalog } from '../../lib/domain/catalog/compiled.ts';
import type { Definition } from '../../lib/domain/catalog/definition.ts';

/** The catalogs under measurement. */

const pathOf = (relative: string): string => fileURLToPath(new URL(`../../${relative}`, import.meta.url));

const RECIPES = [
  'abandoned-cart',
  'claim-contractor',
  'flight-delay',
  'newborn',
  'real-name',
  'tent-sample',
  'unresolved',
];

const compile = (definitions: readonly Definition[]): CompiledCatalog => {
  const { catalog, findings } = compileCatalog(definitions, { version: 1, publishedAt: 0, force: true });
  if (catalog === null) throw new Error(`the catalog does not compile: ${JSON.stringify(findings)}`);
  return catalog;
};

const definitionsIn = async (directory: string): Promise<readonly Definition[]> => {
  const files = await readCatalog(pathOf(directory));
  if (!files.ok) throw new Error(`${directory} can't be read`);
  return files.definitions;
};

/** One shop that does all of it: the demo, and whatever the recipes have that moves visitors. */
export const everyRecipe = async (): Promise<CompiledCatalog> => {
  const demo = await definitionsIn('catalog/demo');
  const recipes = await Promise.all(RECIPES.map((recipe) => definitionsIn(`catalog/recipes/${recipe}`)));
  // Of each shop's own settings and pages only one can be.
  const moving = recipes.flat().filter(({ kind }) => kind !== 'settings' && kind !== 'experience');
  return compile([...demo, ...moving]);
};

/** Of {@link runningCatalog}: the events that it knows. */
export const BEGIN = 'Errand Begun';
export const LOOKED_AT = 'Shelf Looked At';
export const CALLED = 'Help Called For';
export const WELCOMED = 'Visitor Welcomed';
/** Nothing listens to it. */
export const UNHEARD = 'Window Passed';

/** Journeys that wait for a month, of which each event that is looked at might be the end. */
const errands = (count: number): readonly object[] =>
  Array.from({ length: count }, (_, index) => ({
    kind: 'journey',
    id: `errand-${index}`,
    enter: { on: BEGIN, where: { 'event.properties.errands': { $gt: index } }, again: 'always' },
    exit: [{ on: LOOKED_AT, where: { 'event.properties.price': { $gt: 1_000_000 } } }],
    goal: { on: LOOKED_AT, where: { 'event.properties.bought': true }, within: 'P30D' },
    priority: index % 100,
    steps: [
      { id: 'say', show: { placement: `place-${index}`, content: { headline: 'Still here' }, for: 'P20D' } },
      { id: 'wait', wait: { for: 'P30D' } },
      { id: 'end', show: { placement: `place-${index}`, content: { headline: 'Bye' }, for: 'P1D' } },
    ],
  }));

/** Journeys that an event brings in to wait, to show, and to send. */
const others: readonly object[] = [
  {
    kind: 'journey',
    id: 'help',
    enter: { on: CALLED, key: 'event.properties.call', again: 'always' },
    steps: [
      { id: 'quiet', wait: { for: 'PT1H' } },
      {
        id: 'remind',
        show: { placement: 'home.hero', content: { headline: 'Were we of help?' }, for: 'P2D' },
      },
      { id: 'later', wait: { for: 'P2D', until: '09:00' } },
      { id: 'thanks', show: { placement: 'home.hero', content: { headline: 'Thank you' }, for: 'P2D' } },
    ],
  },
  {
    kind: 'journey',
    id: 'welcome',
    enter: { on: WELCOMED, key: 'event.messageId', again: 'always' },
    steps: [
      {
        id: 'mail',
        message: {
          channel: 'email',
          topic: 'service',
          content: {
            subject: "Welcome, {{ visitor.preferredName | default: 'dear visitor' }}",
            body: 'You were here {{ stats.sessions }} times. {{ event.properties.text }}',
          },
        },
      },
    ],
  },
];

/** Written definitions of {@link runningCatalog}. */
export const runningDefinitions = (count: number): readonly object[] => [
  { kind: 'settings', id: 'settings', currency: 'EUR', timezone: 'Europe/Amsterdam' },
  ...errands(count),
  ...others,
];

/** A catalog of so many journeys that a visitor can be in at once, and two that events bring them into. */
export const runningCatalog = (count: number): CompiledCatalog => {
  const parsed = parseDefinitions([...runningDefinitions(count)]);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return compile(parsed.definitions);
};
