import { describe, expect, it } from 'vitest';
import type { Condition } from '../../../lib/domain/condition/condition.ts';
import { holds } from '../../../lib/domain/condition/evaluate.ts';
import { type Facts, factsOf } from '../../../lib/domain/condition/facts.ts';
import { conditionOf, now } from './arbitraries.ts';

const none: ReadonlyMap<string, Condition> = new Map();
const of = (traits: unknown, document: unknown): boolean =>
  holds(conditionOf(document), factsOf({ visitor: { traits } }, now), none);
const ofX = (x: unknown, test: unknown): boolean => of({ x }, { 'traits.x': test });

describe('a bare value', () => {
  it('is strict equality: nothing is coerced', () => {
    expect(ofX('1', '1')).toBe(true);
    expect(ofX('1', 1)).toBe(false);
    expect(ofX(1, true)).toBe(false);
    expect(ofX(0, null)).toBe(false);
    expect(ofX('', false)).toBe(false);
  });
  it('holds of an array if any element equals it', () => {
    expect(ofX(['makeup', 'shoes'], 'makeup')).toBe(true);
    expect(ofX(['makeup'], { $ne: 'makeup' })).toBe(false);
    expect(ofX([], 'makeup')).toBe(false);
  });
  it('compares whole arrays and objects, whatever the order of keys', () => {
    expect(ofX(['a', 'b'], ['a', 'b'])).toBe(true);
    expect(ofX(['b', 'a'], ['a', 'b'])).toBe(false);
    expect(ofX({ a: 1, b: { c: [2] } }, { b: { c: [2] }, a: 1 })).toBe(true);
    expect(ofX({ a: 1, b: 2 }, { a: 1 })).toBe(false);
  });
});

describe('what is missing', () => {
  it('is null for $eq, $ne, $exists, $in and $type', () => {
    expect(of({}, { 'traits.x': null })).toBe(true);
    expect(of({}, { 'traits.x': { $exists: false } })).toBe(true);
    expect(of({}, { 'traits.x': { $ne: 'a' } })).toBe(true);
    expect(of({}, { 'traits.x': { $in: [null, 'a'] } })).toBe(true);
    expect(of({}, { 'traits.x': { $type: 'null' } })).toBe(true);
    expect(of(null, { 'traits.x.y.z': null })).toBe(true);
  });
  it('satisfies no order, version, pattern or time', () => {
    for (const test of [
      { $lt: 30 },
      { $gte: -1 },
      { $vlt: '2.0.0' },
      { $regex: '' },
      { $within: 'P1D' },
      { $olderThan: 'P1D' },
      { $inNext: 'P1D' },
    ])
      expect(of({}, { 'traits.x': test })).toBe(false);
  });
  it('includes whatever a prototype has', () => {
    expect(of({}, { 'traits.toString': null })).toBe(true);
    expect(of(Object.create({ x: 1 }), { 'traits.x': { $exists: true } })).toBe(false);
    expect(of([1], { 'traits.length': { $exists: true } })).toBe(false);
  });
});

describe('$gt, $gte, $lt and $lte', () => {
  it('hold between two numbers or two strings only', () => {
    expect(ofX(50, { $gt: 30, $lt: 60 })).toBe(true);
    expect(ofX(30, { $gt: 30 })).toBe(false);
    expect(ofX('8', { $gt: 5 })).toBe(false);
    expect(ofX(8, { $gt: '5' })).toBe(false);
    expect(ofX('always', { $gt: 'alphabet', $lt: 'zebra' })).toBe(true);
    expect(ofX(true, { $gte: 0 })).toBe(false);
  });
  it('compare two times as instants', () => {
    expect(ofX('2026-01-01T00:30:00+01:00', { $lt: '2026-01-01T00:00:00Z' })).toBe(true);
    expect(ofX('2026-01-01T01:00:00+01:00', { $gte: '2026-01-01T00:00:00Z' })).toBe(true);
  });
  it('hold of an array if they do of any element', () => {
    expect(ofX([1, 9], { $gt: 5 })).toBe(true);
    expect(ofX(['9'], { $gt: 5 })).toBe(false);
  });
});

describe('lists', () => {
  it('are searched by $in and $nin, and across an array fact', () => {
    expect(ofX(2, { $in: [1, 2, 3] })).toBe(true);
    expect(ofX(['d', 'a'], { $in: ['a', 'b'] })).toBe(true);
    expect(ofX([], { $nin: ['a'] })).toBe(true);
    expect(ofX(['a'], { $nin: ['a'] })).toBe(false);
  });
  it('are searched whatever the case by $ini and $nini', () => {
    expect(ofX('NL', { $ini: ['nl', 'be'] })).toBe(true);
    expect(ofX(['DE'], { $nini: ['de'] })).toBe(false);
    expect(ofX(1, { $ini: ['1'] })).toBe(false);
  });
  it('must be had in full for $all, and have the size for $size', () => {
    expect(ofX(['one', 'two', 'three'], { $all: ['one', 'three'] })).toBe(true);
    expect(ofX(['one'], { $all: ['one', 'three'] })).toBe(false);
    expect(ofX('one', { $all: ['one'] })).toBe(false);
    expect(ofX([1, 2], { $size: 2 })).toBe(true);
    expect(ofX([1, 2], { $size: { $gt: 2 } })).toBe(false);
    expect(ofX('ab', { $size: 2 })).toBe(false);
  });
  it('have one element for which all of $elemMatch holds', () => {
    const lines = [
      { sku: 'a', price: 5 },
      { sku: 'b', price: 50 },
    ];
    expect(ofX(lines, { $elemMatch: { sku: 'a', price: { $gt: 10 } } })).toBe(false);
    expect(ofX(lines, { $elemMatch: { sku: 'b', price: { $gt: 10 } } })).toBe(true);
    expect(ofX([0, 15], { $elemMatch: { $gt: 10, $lt: 20 } })).toBe(true);
    expect(ofX('all', { $elemMatch: { $eq: 'all' } })).toBe(false);
  });
  it('are crossed by paths, and picked from by number', () => {
    const cart = { lines: [{ category: 'shoes', tags: ['x', 'y'] }, { category: 'hats' }, 7] };
    const check = (document: unknown): boolean => holds(conditionOf(document), factsOf({ cart }, now), none);
    expect(check({ 'cart.lines.category': 'shoes' })).toBe(true);
    expect(check({ 'cart.lines.category': { $nin: ['hats'] } })).toBe(false);
    expect(check({ 'cart.lines.tags': 'y' })).toBe(true);
    expect(check({ 'cart.lines.1.category': 'hats' })).toBe(true);
    expect(check({ 'cart.lines.0.category': 'hats' })).toBe(false);
    expect(check({ 'cart.lines.colour': { $exists: false } })).toBe(true);
  });
});

describe('text and versions', () => {
  it('match regular expressions anywhere, and only text', () => {
    expect(ofX('Android Mobile', { $regex: '(Mobile|Tablet)' })).toBe(true);
    expect(ofX('android mobile', { $regexi: 'MOBILE$' })).toBe(true);
    expect(ofX(123, { $regex: '2' })).toBe(false);
  });
  it('match catastrophic patterns in linear time', () => {
    const started = performance.now();
    expect(ofX(`${'a'.repeat(20_000)}!`, { $regex: '^(a+)+$' })).toBe(false);
    expect(performance.now() - started).toBeLessThan(2000);
  });
  it('compare versions part by part, a release after its pre-releases', () => {
    expect(ofX('10.12.13', { $vgt: '9.99.8', $vlt: '11.0.1' })).toBe(true);
    expect(ofX('1.0.0-beta.2', { $vlt: '1.0.0-beta.11' })).toBe(true);
    expect(ofX('1.0.0', { $vgt: '1.0.0-rc.1' })).toBe(true);
    expect(ofX('v1.2.3+build', { $veq: '1.2.3' })).toBe(true);
    expect(ofX('1.2.3-alpha', { $vne: '1.2.3' })).toBe(true);
    expect(ofX('1.2.3', { $vgte: '1.2.3', $vlte: '1.2.3' })).toBe(true);
  });
});

describe('times', () => {
  const ago = (milliseconds: number): string => new Date(now - milliseconds).toISOString();
  const day = 86_400_000;
  it('are $within up to the very millisecond, and $olderThan from there on', () => {
    expect(ofX(ago(30 * day), { $within: 'P30D' })).toBe(true);
    expect(ofX(ago(30 * day + 1), { $within: 'P30D' })).toBe(false);
    expect(ofX(ago(30 * day + 1), { $olderThan: 'P30D' })).toBe(true);
    expect(ofX(ago(-1), { $within: 'P30D' })).toBe(false);
  });
  it('are one of $within and $olderThan, never both, and text that is no time is neither', () => {
    for (const time of [ago(0), ago(day), ago(31 * day), ago(-day), [ago(0), ago(40 * day)]])
      expect(ofX(time, { $within: 'P30D' })).not.toBe(ofX(time, { $olderThan: 'P30D' }));
    for (const odd of [null, 'yesterday', 5, []])
      expect(ofX(odd, { $within: 'P30D' }) || ofX(odd, { $olderThan: 'P30D' })).toBe(false);
  });
  it('are $inNext when still to come, by the calendar', () => {
    expect(ofX(ago(-7 * day), { $inNext: 'P7D' })).toBe(true);
    expect(ofX(ago(-7 * day - 1), { $inNext: 'P7D' })).toBe(false);
    expect(ofX(ago(0), { $inNext: 'P7D' })).toBe(false);
    expect(ofX('2026-12-22T08:00:00Z', { $inNext: 'P1M' })).toBe(true);
    expect(ofX('2026-12-22T08:00:01Z', { $inNext: 'P1M' })).toBe(false);
  });
});

describe('conditions together', () => {
  it('are joined by $and, $or, $nor and $not; an empty $or holds', () => {
    expect(of({ a: 1, b: 2 }, { $and: [{ 'traits.a': 1 }, { 'traits.b': 2 }] })).toBe(true);
    expect(of({ a: 1 }, { $or: [{ 'traits.a': 2 }, { 'traits.a': 1 }] })).toBe(true);
    expect(of({ a: 1 }, { $nor: [{ 'traits.a': 2 }, { 'traits.a': 1 }] })).toBe(false);
    expect(of({ a: 1 }, { $not: { 'traits.a': 1 } })).toBe(false);
    expect(ofX('world', { $not: { $regex: '^hello' } })).toBe(true);
    expect([of({}, {}), of({}, { $and: [] }), of({}, { $or: [] }), of({}, { $nor: [] })]).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });
  it('compare with other facts', () => {
    const facts = factsOf(
      { visitor: { traits: { size: 42, owned: ['a'] } }, cart: { size: 43, sku: 'a' } },
      now,
    );
    const check = (document: unknown): boolean => holds(conditionOf(document), facts, none);
    expect(check({ 'cart.size': { $ne: { $fact: 'traits.size' } } })).toBe(true);
    expect(check({ 'cart.size': { $gt: { $fact: 'traits.size' } } })).toBe(true);
    expect(check({ 'cart.sku': { $in: { $fact: 'traits.owned' } } })).toBe(true);
    expect(check({ 'cart.sku': { $fact: 'traits.nothing' } })).toBe(false);
  });
  it('take segments, unknown ones and circles as not holding', () => {
    const segments = new Map([
      ['vip', conditionOf({ 'stats.revenue': { $gte: 1000 } })],
      ['circle', conditionOf({ segment: 'circle' })],
    ]);
    const facts = factsOf({ visitor: { stats: { revenue: 1500 } } }, now);
    expect(holds(conditionOf({ segment: 'vip' }), facts, segments)).toBe(true);
    expect(holds(conditionOf({ $not: { segment: 'vip' } }), facts, segments)).toBe(false);
    expect(holds(conditionOf({ segment: 'nobody' }), facts, segments)).toBe(false);
    expect(holds(conditionOf({ segment: 'circle' }), facts, segments)).toBe(false);
  });
  it('count events in their window, or since first asked', () => {
    const asked: (readonly [string, number | null])[] = [];
    const facts: Facts = {
      now,
      roots: {},
      count: (id, since) => {
        asked.push([id, since]);
        return since === null ? 9 : 3;
      },
    };
    const views = { name: 'Product Viewed', where: { category: 'shoes' } };
    const within = conditionOf({ events: { ...views, count: { $gte: 3 }, within: 'P7D' } });
    const ever = conditionOf({ events: { ...views, count: 9 } });
    expect([holds(within, facts, none), holds(ever, facts, none)]).toEqual([true, true]);
    expect(asked[0]?.[1]).toBe(now - 7 * 86_400_000);
    expect(asked[1]?.[1]).toBe(null);
    expect(asked[0]?.[0]).toBe(asked[1]?.[0]);
  });
  it('find what was ordered before by $inOrders', () => {
    const orders = [{ sku: 'a', orderedAt: '2026-01-01T00:00:00Z' }];
    const check = (sku: string, within: string): boolean =>
      holds(
        conditionOf({ 'cart.sku': { $inOrders: within } }),
        factsOf({ cart: { sku }, orders }, now),
        none,
      );
    expect([check('a', 'P5Y'), check('b', 'P5Y'), check('a', 'P1M')]).toEqual([true, false, false]);
  });
});
