import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holds } from '../../../lib/domain/condition/evaluate.ts';
import { unmet } from '../../../lib/domain/condition/explain.ts';
import { factsOf } from '../../../lib/domain/condition/facts.ts';
import { conditionOf, documents, facts, now } from './arbitraries.ts';

const why = (document: unknown, roots: Record<string, unknown>) =>
  unmet(conditionOf(document), factsOf(roots, now), new Map());

const checkLaw = (explain: typeof unmet) =>
  fc.check(
    fc.property(documents([]), facts, (document, visitor) => {
      const condition = conditionOf(document);
      return (explain(condition, visitor, new Map()) === null) === holds(condition, visitor, new Map());
    }),
    { numRuns: 1000 },
  );

describe('why a condition does not hold', () => {
  it('is something exactly where it does not hold', () => {
    const result = checkLaw(unmet);
    expect(result.failed, fc.defaultReportMessage(result) ?? '').toBe(false);
  });
  it('is seen to break that law when a negation is not explained', () => {
    const broken: typeof unmet = (condition, visitor, segments) =>
      condition.root.kind === 'not' ? null : unmet(condition, visitor, segments);
    expect(checkLaw(broken).failed).toBe(true);
  });
  it('names the first leaf that fails, and how much is missing', () => {
    expect(
      why({ channel: 'web', 'cart.total': { $gte: 5000 } }, { channel: 'web', cart: { total: 4580 } }),
    ).toEqual({
      fact: 'cart.total',
      operator: '$gte',
      needed: 5000,
      actual: 4580,
      gap: 420,
    });
    expect(why({ 'traits.age': { $gte: 18, $lt: 30 } }, { visitor: { traits: { age: 35 } } })).toMatchObject({
      operator: '$lt',
      gap: 5,
    });
  });
  it('says null for what is missing, and has no gap then', () => {
    expect(why({ 'traits.age': { $lt: 30 } }, {})).toEqual({
      fact: 'visitor.traits.age',
      operator: '$lt',
      needed: 30,
      actual: null,
    });
  });
  it('reaches into segments, and reports negations and counts', () => {
    const segments = new Map([['vip', conditionOf({ 'stats.orders': { $gte: 3 } })]]);
    const visitor = factsOf({ visitor: { stats: { orders: 1 } } }, now);
    expect(unmet(conditionOf({ segment: 'vip' }), visitor, segments)).toMatchObject({
      segment: 'vip',
      fact: 'visitor.stats.orders',
      gap: 2,
    });
    expect(why({ $not: { channel: 'web' } }, { channel: 'web' })).toMatchObject({
      fact: 'channel',
      operator: '$not',
      actual: 'web',
    });
    expect(why({ events: { name: 'Viewed', count: { $gte: 2 } } }, {})).toEqual({
      fact: 'events.Viewed',
      operator: '$gte',
      needed: 2,
      actual: 0,
      gap: 2,
    });
  });
});
