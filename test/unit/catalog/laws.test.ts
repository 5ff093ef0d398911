import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCatalog, encodeCatalog } from '../../../lib/domain/catalog/codec.ts';
import { compileCatalog } from '../../../lib/domain/catalog/compile.ts';
import type { CompiledCatalog } from '../../../lib/domain/catalog/compiled.ts';
import type { Definition } from '../../../lib/domain/catalog/definition.ts';
import { type Facts, factsOf } from '../../../lib/domain/condition/facts.ts';
import { failsOn } from '../law.ts';
import { catalogOf, definitionsOf, published } from './support.ts';

const condition = fc.constantFrom<object>(
  {},
  { 'traits.age': { $gte: 30 } },
  { 'traits.age': { $lt: 50 }, channel: 'web' },
  { 'traits.tier': { $in: ['gold', 'silver'] } },
  { $or: [{ 'cart.total': { $gt: 100 } }, { segment: 'grown-up' }] },
  { $not: { segment: 'grown-up' } },
  { events: { name: 'Seen', where: { sku: 'X' }, count: { $gte: 1 }, within: 'P7D' } },
);

const experience = fc.record({
  kind: fc.constant('experience'),
  placement: fc.constantFrom<string | string[]>('p', 'q', ['p', 'q']),
  intent: fc.constantFrom('sell', 'serve', 'recover', 'protect'),
  where: condition,
  priority: fc.integer({ min: 0, max: 3 }),
  default: fc.boolean(),
  content: fc.constantFrom<unknown>({ text: 'Hello {{ visitor.preferredName }}' }, 'plain', null),
  limit: fc.constantFrom({ max: 2, per: 'P1D' }, { max: 9, per: 'P30D' }),
});

const offer = fc.record(
  {
    kind: fc.constant('offer'),
    reward: fc.constantFrom(
      { type: 'percentage', value: 10 },
      { type: 'amount', value: 500 },
      { type: 'freeShipping' },
      { type: 'gift', sku: 'X' },
    ),
    where: condition,
    until: fc.constant('2030-01-01T00:00:00Z'),
    priority: fc.integer({ min: 0, max: 3 }),
  },
  { requiredKeys: ['kind', 'reward', 'where'] },
);

/** Definitions whose ids are told by their place, so that none stands twice. */
const definitions: fc.Arbitrary<readonly Definition[]> = fc
  .array(fc.oneof(experience, offer), { maxLength: 8 })
  .map((all) =>
    definitionsOf([
      { kind: 'segment', id: 'grown-up', where: { 'traits.age': { $gte: 18 } } },
      { kind: 'settings', id: 'settings', currency: 'USD' },
      ...all.map((one, position) => ({ ...one, id: `d-${position}` })),
    ]),
  );

const facts: fc.Arbitrary<Facts> = fc
  .record({
    age: fc.constantFrom(10, 30, 40, 60, null),
    tier: fc.constantFrom('gold', 'bronze'),
    total: fc.constantFrom(0, 200),
    channel: fc.constantFrom('web', 'app'),
    seen: fc.integer({ min: 0, max: 1 }),
  })
  .map(({ age, tier, total, channel, seen }) => ({
    ...factsOf({ visitor: { traits: { age, tier } }, cart: { total }, channel }, published.publishedAt),
    count: () => seen,
  }));

/** Everything of a catalog that decides anything, as plain data. */
const behaviour = (catalog: CompiledCatalog, someone: Facts): unknown => ({
  version: catalog.version,
  publishedAt: catalog.publishedAt,
  settings: catalog.settings,
  segments: [...catalog.segments].map(([id, { document }]) => [id, document]),
  experiences: catalog.experiences.map((one) => ({
    ...one,
    condition: one.condition.document,
    limit: [one.limit?.max, one.limit?.per, one.limit?.counterId],
    variants: one.variants.map(({ id, share, content, template }) => [id, share, content, template.ok]),
  })),
  placements: [...catalog.placements],
  offers: catalog.offers.map((one) => ({ ...one, condition: one.condition.document })),
  counters: [...catalog.countersByEvent].map(([name, counters]) => [
    name,
    counters.map(({ id, where, window }) => [id, where?.document ?? null, window]),
  ]),
  reads: catalog.reads,
  matching: [catalog.experienceRules.match(someone), catalog.offerRules.match(someone)],
});

const forced = (all: readonly Definition[]): CompiledCatalog => {
  const { catalog } = compileCatalog(all, { ...published, force: true });
  return catalog ?? catalogOf([]);
};

describe('a catalog stored and loaded', () => {
  const loadsAsItWas = (load: (bytes: Uint8Array) => CompiledCatalog) =>
    fc.property(definitions, facts, (all, someone) => {
      const catalog = forced(all);
      expect(behaviour(load(encodeCatalog(catalog)), someone)).toEqual(behaviour(catalog, someone));
    });

  it('decides as it did before', () => {
    fc.assert(loadsAsItWas(decodeCatalog), { numRuns: 100 });
  });

  it('would be seen to lose the priorities of its experiences', () => {
    const forgetful = (bytes: Uint8Array): CompiledCatalog => {
      const catalog = decodeCatalog(bytes);
      const placements = new Map(
        [...catalog.placements].map(([name, { candidates, defaults }]) => [
          name,
          { candidates: candidates.toSorted((a, b) => a - b), defaults },
        ]),
      );
      return { ...catalog, placements };
    };
    expect(failsOn(loadsAsItWas(forgetful))).toBe(true);
  });

  it('is the same bytes every time', () => {
    fc.assert(
      fc.property(definitions, (all) => {
        const bytes = encodeCatalog(forced(all));
        expect(encodeCatalog(forced(structuredClone(all)))).toEqual(bytes);
        expect(encodeCatalog(decodeCatalog(bytes))).toEqual(bytes);
      }),
      { numRuns: 50 },
    );
  });

  it('refuses bytes that are something else', () => {
    expect(() => decodeCatalog(new Uint8Array([1, 2, 3]))).toThrow(RangeError);
    const bytes = encodeCatalog(forced([]));
    expect(() => decodeCatalog(bytes.subarray(0, bytes.length - 20))).toThrow(RangeError);
  });
});

describe('the order in which definitions are written', () => {
  type Compile = (all: readonly Definition[]) => readonly unknown[];
  const shuffled = definitions.chain((all) =>
    fc.tuple(fc.constant(all), fc.shuffledSubarray([...all], { minLength: all.length })),
  );
  const sameInAnyOrder = (compile: Compile) =>
    fc.property(shuffled, ([all, other]) => {
      expect(compile(other)).toEqual(compile(all));
    });
  const compiled: Compile = (all) => {
    const { catalog, findings } = compileCatalog(all, { ...published, force: true });
    return [
      catalog?.experiences.map(({ id }) => id),
      catalog?.offers.map(({ id }) => id),
      [...(catalog?.placements ?? [])],
      findings,
    ];
  };

  it('changes neither what is compiled nor what is found', () => {
    fc.assert(sameInAnyOrder(compiled), { numRuns: 100 });
  });

  it('would be seen if findings came as they are written', () => {
    const asWritten: Compile = (all) => all.map((definition) => definition.id);
    expect(failsOn(sameInAnyOrder(asWritten))).toBe(true);
  });
});
