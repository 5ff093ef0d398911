import { describe, expect, it } from 'vitest';
import { compileCatalog } from '../../../lib/domain/catalog/compile.ts';
import { factsOf } from '../../../lib/domain/condition/facts.ts';
import { compile, definitionsOf, documents, findings, published } from './support.ts';

const catalogOf = (yaml: string) => {
  const { catalog, findings: found } = compile(yaml);
  if (catalog === null) throw new Error(JSON.stringify(found));
  return catalog;
};

const ids = (yaml: string, placement: string): readonly string[] => {
  const catalog = catalogOf(yaml);
  const { candidates, defaults } = catalog.placements.get(placement) ?? { candidates: [], defaults: [] };
  return [...candidates, ...defaults].map((index) => catalog.experiences[index]?.id ?? '');
};

describe('compiling a catalog', () => {
  it('fills in the settings of a catalog that has none', () => {
    const { settings } = catalogOf('');
    expect(settings).toMatchObject({
      currency: 'EUR',
      timezone: 'UTC',
      quietHours: null,
      messageLimit: null,
      globalHoldout: 0,
      publish: [],
    });
    expect(settings.lateEvents.text).toBe('P3D');
    expect(settings.anonymousRetention.text).toBe('P30D');
  });

  it('takes the settings that are stated', () => {
    const { settings } = catalogOf(
      '{ kind: settings, id: x, currency: JPY, globalHoldout: 2.5, messageLimit: { max: 3, per: P1D }, household: { share: [city] } }',
    );
    expect(settings).toMatchObject({
      currency: 'JPY',
      globalHoldout: 2.5,
      sharedTraits: ['city'],
      timezone: 'UTC',
    });
    expect(settings.messageLimit?.per.days).toBe(1);
  });

  it('orders the candidates of a placement: recover, protect, priority, id, and defaults last', () => {
    const yaml = `
- { kind: experience, id: z, placement: p, content: 1, priority: 10 }
- { kind: experience, id: a, placement: [p, q], content: 1, priority: 10 }
- { kind: experience, id: top, placement: p, content: 1, priority: 90 }
- { kind: experience, id: guard, placement: p, content: 1, intent: protect }
- { kind: experience, id: help, placement: p, content: 1, intent: recover, priority: 1 }
- { kind: experience, id: fallback, placement: p, content: 1, default: true, priority: 100 }`
      .trim()
      .replaceAll(/^- /gm, '---\n');
    expect(ids(yaml, 'p')).toEqual(['help', 'guard', 'top', 'a', 'z', 'fallback']);
    expect(ids(yaml, 'q')).toEqual(['a']);
  });

  it('gives an experience the intent of the offer that it speaks of', () => {
    const catalog = catalogOf(`
{ kind: experience, id: plain, placement: p, content: 1 }
---
{ kind: experience, id: selling, placement: p, content: 1, offer: o }
---
{ kind: experience, id: stated, placement: p, content: 1, offer: o, intent: inform }
---
{ kind: offer, id: o, reward: { type: amount, value: 100 }, until: 2030-01-01T00:00:00Z }`);
    const intents = catalog.experiences.map(({ id, intent }) => [id, intent]);
    expect(Object.fromEntries(intents)).toEqual({ plain: 'serve', selling: 'sell', stated: 'inform' });
  });

  it('matches conditions through segments of segments', () => {
    const catalog = catalogOf(`
{ kind: segment, id: rich, where: { stats.revenue: { $gte: 1000 } } }
---
{ kind: segment, id: vip, where: { segment: rich, visitor.known: true } }
---
{ kind: experience, id: e, placement: p, content: 1, where: { segment: vip } }
---
{ kind: experience, id: f, placement: p, content: 1 }`);
    const match = (visitor: object) => catalog.experienceRules.match(factsOf({ visitor }, 0));
    expect(match({ known: true, stats: { revenue: 1000 } })).toEqual([0, 1]);
    expect(match({ known: false, stats: { revenue: 1000 } })).toEqual([1]);
  });

  it('gathers each counter once, with the longest window that is asked for, and those of limits', () => {
    const catalog = catalogOf(`
{ kind: segment, id: a, where: { events: { name: Seen, count: { $gte: 2 }, within: P1D } } }
---
{ kind: segment, id: b, where: { events: { name: Seen, count: { $gte: 3 }, within: P7D } } }
---
{ kind: segment, id: c, where: { events: { name: Seen, where: { sku: X }, count: { $gte: 3 } } } }
---
{ kind: experience, id: e, placement: p, content: 1, limit: { max: 2, per: P1D } }`);
    const seen = catalog.countersByEvent.get('Seen') ?? [];
    expect(seen.map((counter) => [counter.where?.document ?? null, counter.window]).sort()).toEqual(
      [
        [null, 7 * 86_400_000],
        [{ sku: 'X' }, null],
      ].sort(),
    );
    const [viewed] = catalog.countersByEvent.get('Experience Viewed') ?? [];
    expect(viewed?.where?.document).toEqual({ experienceId: 'e' });
    expect(catalog.experiences[0]?.limit).toMatchObject({ max: 2, counterId: viewed?.id });
    expect(catalog.reads.counters.has(viewed?.id ?? '')).toBe(true);
  });

  it('knows what a decision can ever read', () => {
    const { reads } = catalogOf(`
{ kind: segment, id: s, where: { traits.age: { $gte: 18 } } }
---
{ kind: experience, id: e, placement: p, consent: ads, where: { cart.total: 1 }, content: "{{ visitor.preferredName }}" }
---
{ kind: offer, id: o, reward: { type: amount, value: 100 }, until: 2030-01-01T00:00:00Z, lines: { line.sku: X } }`);
    expect([...reads.facts]).toEqual([
      'cart.total',
      'line.sku',
      'visitor.consents.ads',
      'visitor.traits.age',
    ]);
    expect([...reads.templateFacts]).toEqual(['visitor.preferredName']);
  });

  it('shares the draws of variants by weight', () => {
    const catalog = catalogOf(
      '{ kind: experience, id: e, placement: p, variants: [ { id: a, weight: 3, content: A }, { id: b, weight: 1, content: B } ] }',
    );
    expect(catalog.experiences[0]?.variants.map(({ id, share, content }) => [id, share, content])).toEqual([
      ['a', 0.75, 'A'],
      ['b', 0.25, 'B'],
    ]);
  });

  it.each([
    [
      'a condition that can not be parsed',
      '{ kind: segment, id: s, where: { traits.age: { $gte: 1, $nope: 2 } } }',
      'condition-invalid',
      'where.traits.age.$nope',
    ],
    [
      'a regular expression that is none',
      '{ kind: segment, id: s, where: { traits.x: { $regex: "(" } } }',
      'condition-invalid',
      'where.traits.x.$regex',
    ],
    [
      'a fact that is not known there',
      '{ kind: segment, id: s, where: { line.sku: X } }',
      'condition-invalid',
      'where.line.sku',
    ],
    [
      'a condition deep in a journey',
      '{ kind: journey, id: j, enter: { on: A }, steps: [ { id: a, when: [ { if: { cart.total: { $nope: 1 } }, then: [] } ] } ] }',
      'condition-invalid',
      'steps[0].when[0].if.cart.total.$nope',
    ],
    [
      'a count of a guard',
      '{ kind: guard, id: g, severity: warn, message: m, against: { in: cart, count: { $nope: 1 } } }',
      'condition-invalid',
      'against.count.$nope',
    ],
    [
      'two definitions of one id',
      '{ kind: segment, id: s, where: {} }\n---\n{ kind: segment, id: s, where: {} }',
      'duplicate-id',
      'id',
    ],
    [
      'settings twice',
      '{ kind: settings, id: a }\n---\n{ kind: settings, id: b }',
      'settings-repeated',
      'kind',
    ],
    [
      'a segment that names itself',
      '{ kind: segment, id: s, where: { $not: { segment: s } } }',
      'segment-cyclic',
      'where',
    ],
  ])('refuses %s, whatever the reason', (_what, yaml, code, path) => {
    const { catalog, findings: found } = compile(yaml, { force: true });
    expect(catalog).toBeNull();
    expect(found).toContainEqual(expect.objectContaining({ code, path, severity: 'error' }));
  });

  it('tells every segment of a cycle the way back', () => {
    const yaml = ['a', 'b', 'c']
      .map((id, position) => `{ kind: segment, id: ${id}, where: { segment: ${'bca'[position]} } }`)
      .join('\n---\n');
    const cycles = compile(yaml).findings.map((finding) => finding.evidence['cycle']);
    expect(cycles).toEqual([
      ['a', 'b', 'c', 'a'],
      ['b', 'c', 'a', 'b'],
      ['c', 'a', 'b', 'c'],
    ]);
  });

  it('survives a chain of thousands of segments', () => {
    const chain = Array.from({ length: 5_000 }, (_, position) => ({
      kind: 'segment',
      id: `s-${position}`,
      where: position === 4_999 ? {} : { segment: `s-${position + 1}` },
    }));
    expect(compileCatalog(definitionsOf(chain), published).findings).toEqual([]);
  });

  it('publishes over an error of the lint only when forced', () => {
    const yaml = '{ kind: offer, id: o, reward: { type: amount, value: 100 } }';
    expect(compile(yaml).catalog).toBeNull();
    expect(compile(yaml, { force: true }).catalog?.offers.length).toBe(1);
  });

  it('warns of a broken template and publishes the rest', () => {
    const { catalog, findings: found } = compile(
      '{ kind: experience, id: e, placement: p, content: { a: "{{ visitor.id | nope }}", b: fine } }',
    );
    expect(found).toEqual([
      expect.objectContaining({ code: 'template-invalid', severity: 'warning', path: 'content.a' }),
    ]);
    expect(catalog?.experiences[0]?.variants[0]?.template.ok).toBe(false);
  });

  it.each([
    [
      'a KPI',
      '{ kind: kpi, id: k, measure: { event: A, per: visitor }, now: 1, tomorrow: 2, by: 2030-01-01 }',
      'kind',
    ],
    ['a guard', '{ kind: guard, id: g, where: { line.sku: X }, severity: warn, message: m }', 'kind'],
  ])('publishes %s with the warning that it does not run yet', (_what, yaml, path) => {
    const { catalog, findings: found } = compile(yaml);
    expect(catalog).not.toBeNull();
    expect(found).toContainEqual(expect.objectContaining({ code: 'not-yet-run', severity: 'warning', path }));
  });

  it.each(['limits: { total: 1 }', 'codes: { prefix: W-, count: 5 }'])(
    'applies an offer with %s, and has nothing to say of them',
    (rest) => {
      const { findings: found } = compile(
        `{ kind: offer, id: o, reward: { type: amount, value: 1 }, ${rest} }`,
      );
      expect(found.filter(({ code }) => code === 'not-yet-run')).toEqual([]);
    },
  );

  it('warns of settings that have no effect yet', () => {
    const { findings: found } = compile('{ kind: settings, id: s, household: { share: [city] } }');
    expect(found).toContainEqual(
      expect.objectContaining({ code: 'not-yet-run', severity: 'warning', path: 'household' }),
    );
  });

  it('has nothing to say of an empty catalog', () => {
    expect(documents('')).toEqual([]);
    expect(findings('')).toEqual([]);
  });
});
