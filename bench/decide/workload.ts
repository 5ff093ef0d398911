import { parseDefinitions } from '../../lib/contracts/catalog/definition.ts';
import { decodeCatalog, encodeCatalog } from '../../lib/domain/catalog/codec.ts';
import { compileCatalog } from '../../lib/domain/catalog/compile.ts';
import type { CompiledCatalog } from '../../lib/domain/catalog/compiled.ts';
import type { DecisionInput } from '../../lib/domain/decision/decide.ts';
import type { Json, JsonObject } from '../../lib/domain/json.ts';
import { profileOf } from '../../lib/domain/visitor/profile.ts';
import { STRANGER } from '../../lib/domain/visitor/state.ts';
import { randomFrom, rulesOf, type Test, type Visitor, visitorsOf } from '../conditions/workload.ts';

/** What the decision's speed is stated for. */
export const LARGE = { experiences: 1000, offers: 1000, lines: 20 } as const;

const PLACEMENTS = 20;
const CATEGORIES = ['makeup', 'shoes', 'audio', 'kitchen', 'garden', 'toys', 'books', 'sport'];
const NOW = Date.UTC(2026, 10, 22, 9);

const conditionOf = ({ kind, trait, value }: Test): JsonObject => {
  const fact = `traits.${trait}`;
  switch (kind) {
    case 'equal':
    case 'has':
      return { [fact]: value };
    case 'notEqual':
      return { [fact]: { $ne: value } };
    case 'oneOf':
      return { [fact]: { $in: value } };
    case 'atLeast':
      return { [fact]: { $gte: value } };
    case 'below':
      return { [fact]: { $lt: value } };
  }
};

const pick = <T>(values: readonly T[], index: number): T => {
  const value = values[index % values.length];
  if (value === undefined) throw new RangeError('nothing to pick from');
  return value;
};

/** Six in ten are on the order, three on lines of a category, one on shipping; in five groups that partly combine. */
const offerOf = (index: number, where: JsonObject): JsonObject => {
  const terms = {
    kind: 'offer',
    id: `offer-${index}`,
    where,
    until: '2030-01-01T00:00:00Z',
    combine: { group: `g${index % 4}`, with: [`g${(index + 1) % 4}`, `g${(index + 3) % 4}`, 'shipping'] },
  };
  const part = index % 10;
  if (part < 3) {
    const lines = { 'line.category': pick(CATEGORIES, index) };
    return { ...terms, reward: { type: 'percentage', value: 5 + (index % 20), on: 'lines' }, lines };
  }
  if (part === 9) {
    const combine = { group: 'shipping', with: ['g0', 'g1', 'g2', 'g3'] };
    return { ...terms, combine, reward: { type: 'freeShipping' } };
  }
  return part < 6
    ? { ...terms, reward: { type: 'percentage', value: 1 + (index % 15), max: 2000, on: 'order' } }
    : { ...terms, reward: { type: 'amount', value: 100 + index, on: 'order' } };
};

const experienceOf = (index: number, where: JsonObject): JsonObject => ({
  kind: 'experience',
  id: `experience-${index}`,
  placement: `place-${index % PLACEMENTS}`,
  intent: pick(['serve', 'inform', 'sell'], index),
  priority: index % 100,
  where,
  ...(index % 5 === 0 ? { limit: { max: 3, per: 'P1D' } } : {}),
  ...(index % 7 === 0 ? { consent: 'personalization' } : {}),
  content: {
    headline: "{{ visitor.preferredName | default: 'Hello' }}, we thought of you",
    body: `Experience number ${index}, for people like you.`,
    link: `/to/${index}?cart={{ cart.itemCount }}`,
    image: { source: `/images/${index}.jpg`, alt: 'A picture' },
  },
});

/** A catalog as an instance loads it: compiled, stored and loaded. */
export const catalogOf = (experiences: number, offers: number): CompiledCatalog => {
  const rules = rulesOf(experiences + offers, randomFrom(7)).map(({ all, any }): JsonObject => {
    const $and: readonly Json[] = all.map(conditionOf);
    return any.length === 0 ? { $and } : { $and, $or: any.map(conditionOf) };
  });
  const definitions = rules.map((where, index) =>
    index < experiences ? experienceOf(index, where) : offerOf(index - experiences, where),
  );
  const parsed = parseDefinitions(definitions);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors.slice(0, 3)));
  // Forced: random rules contradict themselves now and then, which costs no less to find out.
  const options = { version: 1, publishedAt: NOW, force: true };
  const { catalog, findings } = compileCatalog(parsed.definitions, options);
  if (catalog === null) throw new Error(JSON.stringify(findings.slice(0, 3)));
  return decodeCatalog(encodeCatalog(catalog));
};

const cartOf = (lines: number, seed: number): DecisionInput['request']['cart'] => ({
  id: 'cart',
  currency: 'EUR',
  shipping: 499,
  lines: Array.from({ length: lines }, (_, index) => ({
    id: `line-${index}`,
    sku: `SKU-${(seed * 31 + index * 7919) % 100_000}`,
    name: `Article ${index}`,
    category: pick(CATEGORIES, seed + index),
    quantity: 1 + (index % 3),
    unitPrice: 499 + ((seed + index * 37) % 90) * 50,
    attributes: { size: index % 5 },
  })),
  updatedAt: null,
});

/** One decision for each of many visitors: five placements, and a cart. */
export const decisionsOf = (
  catalog: CompiledCatalog,
  visitors: number,
  lines: number,
): readonly DecisionInput[] =>
  visitorsOf(visitors, randomFrom(11)).map(
    (traits: Visitor, index): DecisionInput => ({
      catalog,
      profile: {
        ...profileOf(STRANGER, `v${index}`, `user:${index}`),
        known: true,
        traits: { ...traits, preferredName: 'Ann' },
        consents: { personalization: index % 2 === 0 },
        context: { timezone: 'Europe/Amsterdam' },
        firstSeenAt: NOW - 86_400_000,
        lastSeenAt: NOW - 60_000,
      },
      request: {
        placements: [0, 1, 2, 3, 4].map((place) => ({
          id: `place-${(index + place) % PLACEMENTS}`,
          limit: place === 0 ? 4 : 1,
        })),
        channel: 'web',
        cart: cartOf(lines, index),
        context: { locale: 'en-GB' },
        account: null,
        explain: false,
      },
      now: NOW,
      decisionId: `v${index}.d`,
      unread: false,
      warnings: [],
    }),
  );
