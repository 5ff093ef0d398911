import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { failsOn } from '../law.ts';
import { cartOf, decideFor, NOW, outcomeOf, problem, shown, visitor } from './support.ts';

const INTENTS = ['sell', 'serve', 'inform', 'recover', 'protect'] as const;

const eachIntent = [
  ...INTENTS.map(
    (intent) => `{ kind: experience, id: ${intent}, placement: page, intent: ${intent}, content: x }`,
  ),
  '{ kind: experience, id: sell-default, placement: page, intent: sell, default: true, priority: 100, content: x }',
  '{ kind: experience, id: default, placement: page, intent: inform, default: true, content: x }',
  '{ kind: offer, id: sweet, reward: { type: percentage, value: 10, on: order }, until: 2099-01-01T00:00:00Z }',
  '{ kind: offer, id: sorry, intent: recover, reward: { type: percentage, value: 5, on: order }, combine: { group: sorry }, until: 2099-01-01T00:00:00Z }',
].join('\n---\n');

describe('rule 1: while a problem of severity medium or high is open, nothing is sold', () => {
  it.each(['medium', 'high'] as const)('of severity %s', (severity) => {
    const decision = decideFor(eachIntent, visitor({ problems: [problem(severity)] }), {
      cart: cartOf(1000),
    });
    expect(decision.answer.serviceFirst).toBe(true);
    expect(shown(decision)).toEqual(['recover', 'protect', 'inform', 'serve']);
    expect(outcomeOf(decision, 'sell')).toMatchObject({ status: 'SERVICE_FIRST' });
    expect(decision.answer.cart?.applied.map(({ offerId }) => offerId)).toEqual(['sorry']);
    expect(outcomeOf(decision, 'sweet')).toMatchObject({
      status: 'SERVICE_FIRST',
      problems: [`a-${severity}-one`],
    });
  });

  it('low, closed, or none at all forbids nothing', () => {
    for (const problems of [[], [problem('low')], [problem('high', NOW - 1)], [problem('medium', NOW)]]) {
      const decision = decideFor(eachIntent, visitor({ problems }), { cart: cartOf(1000) });
      expect(decision.answer.serviceFirst).toBe(false);
      expect(shown(decision)).toContain('sell');
      expect(decision.answer.cart?.applied.map(({ offerId }) => offerId)).toContain('sweet');
    }
  });

  it('one open among many closed ones is enough', () => {
    const problems = [problem('high', NOW - 1), problem('low'), problem('medium')];
    expect(shown(decideFor(eachIntent, visitor({ problems })))).not.toContain('sell');
  });

  it('holds for defaults too', () => {
    const defaults = eachIntent
      .split('\n---\n')
      .filter((text) => text.includes('default'))
      .join('\n---\n');
    expect(shown(decideFor(defaults, visitor()))).toEqual(['sell-default', 'default']);
    expect(shown(decideFor(defaults, visitor({ problems: [problem('high')] })))).toEqual(['default']);
  });

  it('holds for content that states no intent and speaks of an offer that sells', () => {
    const yaml = `
{ kind: experience, id: speaks, placement: page, offer: sweet, content: x }
---
{ kind: offer, id: sweet, reward: { type: percentage, value: 10, on: order }, until: 2099-01-01T00:00:00Z }`;
    expect(shown(decideFor(yaml, visitor()))).toEqual(['speaks']);
    expect(shown(decideFor(yaml, visitor({ problems: [problem('high')] })))).toEqual([]);
  });

  const nothingIsSold = (severity: 'low' | 'medium' | 'high') =>
    fc.property(
      fc.array(
        fc.record({ intent: fc.constantFrom(...INTENTS), priority: fc.nat(100), isDefault: fc.boolean() }),
        { maxLength: 8 },
      ),
      (candidates) => {
        const yaml = candidates
          .map(
            ({ intent, priority, isDefault }, index) =>
              `{ kind: experience, id: ${intent}-${index}, placement: page, intent: ${intent}, priority: ${priority}, default: ${isDefault}, content: x }`,
          )
          .join('\n---\n');
        return shown(decideFor(yaml, visitor({ problems: [problem(severity)] }))).every(
          (id) => !id.startsWith('sell'),
        );
      },
    );

  it('can not be overruled by any priority, nor by being the only candidate', () => {
    fc.assert(nothingIsSold('medium'), { numRuns: 40 });
    fc.assert(nothingIsSold('high'), { numRuns: 40 });
  });

  it('is a law that notices when a problem does not count', () => {
    expect(failsOn(nothingIsSold('low'))).toBe(true);
  });

  it('holds as well where the visitor could not be read, since a problem may be open', () => {
    const decision = decideFor(eachIntent, visitor(), { unread: true, cart: cartOf(1000) });
    expect(shown(decision)).toEqual(['default']);
    expect(decision.answer.cart?.applied.map(({ offerId }) => offerId)).not.toContain('sweet');
    expect(decision.answer.cart?.subtotal).toBe(1000);
  });
});

describe('rule 2: in one placement', () => {
  type Order = { readonly [intent in (typeof INTENTS)[number]]: number };
  const ordered = (order: Order) =>
    fc.property(
      fc.uniqueArray(
        fc.record({
          id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
          intent: fc.constantFrom(...INTENTS),
          priority: fc.constantFrom(0, 10, 100),
        }),
        { selector: ({ id }) => id, minLength: 1 },
      ),
      (candidates) => {
        const yaml = candidates
          .map(
            ({ id, intent, priority }) =>
              `{ kind: experience, id: ${id}, placement: page, intent: ${intent}, priority: ${priority}, content: x }`,
          )
          .join('\n---\n');
        const expected = candidates
          .toSorted(
            (x, y) => order[x.intent] - order[y.intent] || y.priority - x.priority || (x.id < y.id ? -1 : 1),
          )
          .map(({ id }) => id);
        expect(shown(decideFor(yaml, visitor()))).toEqual(expected);
      },
    );

  it('recover stands before protect, protect before all else, then priority, then the id', () => {
    fc.assert(ordered({ recover: 0, protect: 1, sell: 2, serve: 2, inform: 2 }), { numRuns: 60 });
  });

  it('is a law that notices when protect stands before recover, or priority before both', () => {
    expect(failsOn(ordered({ recover: 1, protect: 0, sell: 2, serve: 2, inform: 2 }))).toBe(true);
    expect(failsOn(ordered({ recover: 0, protect: 0, sell: 0, serve: 0, inform: 0 }))).toBe(true);
  });
});

describe('rule 3: the global holdout', () => {
  const held = (percent: number): string =>
    `{ kind: settings, id: settings, globalHoldout: ${percent} }\n---\n${eachIntent}`;

  it('withholds all but defaults, recover and protect, and automatic offers that sell', () => {
    const decision = decideFor(held(100), visitor(), { cart: cartOf(1000) });
    expect(shown(decision)).toEqual(['recover', 'protect']);
    expect(outcomeOf(decision, 'serve')).toMatchObject({ status: 'HOLDOUT' });
    expect(outcomeOf(decision, 'sweet')).toMatchObject({ status: 'HOLDOUT' });
    expect(decision.answer.cart?.applied.map(({ offerId }) => offerId)).toEqual(['sorry']);
    expect(decision.draws).toEqual([{ experiment: '$global', variant: 'in' }]);
  });

  it('is drawn once: another share moves only who was not drawn yet', () => {
    const stamp = { at: 0, tie: 't' };
    for (const percent of [0, 1e-9, 50, 100]) {
      const into = visitor({ assignments: { $global: { ...stamp, variant: 'in' } } });
      const out = visitor({ assignments: { $global: { ...stamp, variant: 'out' } } });
      expect(shown(decideFor(held(percent), into))).toEqual(['recover', 'protect']);
      expect(shown(decideFor(held(percent), out))).toHaveLength(5);
      expect(decideFor(held(percent), into).draws).toEqual([]);
    }
  });

  it('holds for variants: what was drawn in place of one that is gone is remembered beside it', () => {
    const stamp = { at: 0, tie: 't' };
    const test = (weights: readonly [number, number]): string =>
      `{ kind: experience, id: test, placement: page, variants: [
        { id: b, weight: ${weights[0]}, content: b }, { id: c, weight: ${weights[1]}, content: c }] }`;
    const gone = visitor({ assignments: { test: { ...stamp, variant: 'a' } } });
    const { draws } = decideFor(test([0, 100]), gone);
    expect(draws).toEqual([{ experiment: 'test/a', variant: 'c' }]);
    const again = visitor({ assignments: { ...gone.assignments, 'test/a': { ...stamp, variant: 'c' } } });
    const decision = decideFor(test([100, 0]), again);
    expect(decision.draws).toEqual([]);
    expect(decision.answer.placements['page']?.items[0]?.variant).toBe('c');
  });

  it('takes its share of people, the same for each', () => {
    const people = Array.from({ length: 2000 }, (_, index) => visitor({ seed: `anon:${index}` }));
    const count = people.filter((one) => !shown(decideFor(held(20), one)).includes('serve')).length;
    expect(count).toBeGreaterThan(320);
    expect(count).toBeLessThan(480);
  });
});

describe('rule 7: transaction-only', () => {
  it('leaves default content and cart prices', () => {
    const decision = decideFor(eachIntent, visitor({ preferences: { contactStyle: 'transaction-only' } }), {
      cart: cartOf(1000),
    });
    expect(shown(decision)).toEqual(['sell-default', 'default']);
    expect(outcomeOf(decision, 'serve')).toMatchObject({ status: 'EXCLUDED' });
    expect(decision.answer.cart?.total).toBeLessThan(1000);
  });

  it('and rule 1 hold together', () => {
    const decision = decideFor(
      eachIntent,
      visitor({ preferences: { contactStyle: 'transaction-only' }, problems: [problem('high')] }),
    );
    expect(shown(decision)).toEqual(['default']);
  });
});

describe('time', () => {
  const timed = `
{ kind: experience, id: timed, placement: page, from: 2026-11-22T09:00:00Z, until: 2026-11-22T10:00:00Z, content: x }
---
{ kind: offer, id: sweet, reward: { type: percentage, value: 10, on: order }, from: 2026-11-22T09:00:00Z, until: 2026-11-22T10:00:00Z }`;
  const at = (time: string) => decideFor(timed, visitor(), { now: Date.parse(time), cart: cartOf(1000) });

  it('opens at `from`, and closes at `until`', () => {
    for (const [time, open] of [
      ['2026-11-22T08:59:59.999Z', false],
      ['2026-11-22T09:00:00.000Z', true],
      ['2026-11-22T09:59:59.999Z', true],
      ['2026-11-22T10:00:00.000Z', false],
    ] as const) {
      const decision = at(time);
      expect([time, shown(decision)]).toEqual([time, open ? ['timed'] : []]);
      expect([time, decision.answer.cart?.total]).toEqual([time, open ? 900 : 1000]);
      if (!open) {
        expect(outcomeOf(decision, 'timed')).toMatchObject({ status: 'EXPIRED' });
        expect(outcomeOf(decision, 'sweet')).toMatchObject({
          status: 'EXPIRED',
          until: '2026-11-22T10:00:00Z',
        });
      }
    }
  });

  it('an answer ends when something that it shows does', () => {
    expect(at('2026-11-22T09:58:00Z').answer.expiresAt).toBe('2026-11-22T10:00:00.000Z');
    expect(at('2026-11-22T10:01:00Z').answer.expiresAt).toBe('2026-11-22T10:06:00.000Z');
  });
});

describe('content', () => {
  it('that can not be rendered degrades its placement with a warning, and no other', () => {
    const yaml = `
{ kind: experience, id: broken, placement: [page, other], priority: 90, content: "Hello {{ visitor.preferredName" }
---
{ kind: experience, id: fine, placement: page, content: x }`;
    const decision = decideFor(yaml, visitor(), {
      placements: [
        { id: 'page', limit: 1 },
        { id: 'other', limit: 1 },
      ],
    });
    expect(shown(decision)).toEqual(['fine']);
    expect(decision.answer.placements['other']).toEqual({ items: [] });
    expect(decision.answer.warnings.map(({ code, placement }) => [code, placement])).toEqual([
      ['TEMPLATE_FAILED', 'page'],
      ['TEMPLATE_FAILED', 'other'],
    ]);
    expect(outcomeOf(decision, 'broken')).toMatchObject({ status: 'NO_EFFECT' });
  });

  it('is escaped where it is HTML, and plain where it is not', () => {
    const yaml = `
{ kind: experience, id: mixed, placement: page, content: { html: "<p>{{ traits.city }}</p>", text: "{{ traits.city }}" } }`;
    const decision = decideFor(yaml, visitor({ traits: { city: '<img src=x onerror=alert(1)>' } }));
    expect(decision.answer.placements['page']?.items[0]?.content).toEqual({
      html: '<p>&lt;img src=x onerror=alert(1)&gt;</p>',
      text: '<img src=x onerror=alert(1)>',
    });
  });
});

describe('an explanation', () => {
  const yaml = `
{ kind: segment, id: rich, where: { stats.revenue: { $gte: 100000 } } }
---
{ kind: experience, id: best, placement: page, priority: 70, content: x }
---
{ kind: experience, id: second, placement: page, priority: 45, content: x }
---
{ kind: experience, id: vip, placement: page, where: { segment: rich }, content: x }
---
{ kind: experience, id: young, placement: page, where: { traits.age: { $lt: 30 } }, content: x }
---
{ kind: experience, id: elsewhere, placement: other, content: x }
---
{ kind: offer, id: near, reward: { type: freeShipping }, where: { cart.total: { $gte: 5000 } }, until: 2099-01-01T00:00:00Z }`;
  const decision = decideFor(yaml, visitor({ traits: { age: 44 } }), {
    placements: [{ id: 'page', limit: 1 }],
    cart: cartOf(4580),
  });

  it('says who won, and who was beaten by whom and by how much', () => {
    expect(outcomeOf(decision, 'best')).toMatchObject({ status: 'SHOWN', placement: 'page' });
    expect(outcomeOf(decision, 'second')).toMatchObject({ status: 'BEATEN', by: 'best', difference: 25 });
    expect(outcomeOf(decision, 'elsewhere')).toBeUndefined();
  });

  it('names the fact that fails, what was needed, what there was, and the gap', () => {
    expect(outcomeOf(decision, 'near')).toMatchObject({
      status: 'INELIGIBLE',
      fact: 'cart.total',
      operator: '$gte',
      needed: 5000,
      actual: 4580,
      gap: 420,
    });
    expect(outcomeOf(decision, 'young')).toMatchObject({
      status: 'INELIGIBLE',
      fact: 'visitor.traits.age',
      actual: 44,
    });
    expect(outcomeOf(decision, 'vip')).toMatchObject({
      status: 'INELIGIBLE',
      fact: 'visitor.stats.revenue',
      needed: 100_000,
      actual: 0,
      gap: 100_000,
    });
  });
});
