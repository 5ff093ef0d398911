import { describe, expect, it } from 'vitest';
import { parseCondition } from '../../../lib/domain/condition/parse.ts';
import { conditionOf, roots } from './arbitraries.ts';

const errorsOf = (document: unknown): readonly string[] => {
  const parsed = parseCondition(document, { roots });
  return parsed.ok ? [] : parsed.errors.map(({ path, message }) => `${path}: ${message}`);
};
const nested = (depth: number): unknown => (depth === 0 ? { channel: 'web' } : { $not: nested(depth - 1) });

describe('a condition is refused, with its path and what was expected, for', () => {
  it.each([
    ['something that is no object', ['a'], ': expected an object'],
    ['an unknown operator', { 'traits.x': { $regx: 'a' } }, 'traits.x.$regx: expected one of $eq'],
    ['an operator where a path belongs', { $gt: 3 }, "$gt: expected a fact's path"],
    ['an unknown root', { 'vistor.id': 'a' }, 'vistor.id: expected a fact that starts with one of visitor'],
    [
      'an unknown root of an operand',
      { channel: { $ne: { $fact: 'x.y' } } },
      'channel.$ne.$fact: expected a fact',
    ],
    ['a list that is none', { channel: { $in: 'web' } }, 'channel.$in: expected a list'],
    ['an order of no number or string', { channel: { $gt: true } }, 'channel.$gt: expected a number'],
    ['a truth that is none', { channel: { $exists: 'yes' } }, 'channel.$exists: expected true or false'],
    ['an unknown type', { channel: { $type: 'date' } }, 'channel.$type: expected one of string'],
    [
      'a bad regular expression',
      { channel: { $regex: '(' } },
      'channel.$regex: expected a regular expression',
    ],
    ['one that needs back-tracking', { channel: { $regex: '(a)\\1' } }, 'channel.$regex: expected'],
    [
      'an over-long one',
      { channel: { $regex: 'a'.repeat(501) } },
      'expected a regular expression of at most 500',
    ],
    ['an invalid duration', { 'stats.x': { $within: '30 days' } }, 'visitor'],
    ['no duration at all', { 'stats.x': { $olderThan: 'P0D' } }, 'expected an ISO 8601 duration'],
    ['a size that is none', { channel: { $size: -1 } }, 'channel.$size: expected a whole number'],
    ['operators beside keys', { channel: { $eq: 1, a: 2 } }, 'channel: expected either operators or'],
    [
      'operators deep in a value',
      { visitor: { age: { $gt: 3 } } },
      'visitor.age.$gt: expected a plain value',
    ],
    ['a segment without id', { segment: 3 }, "segment: expected a segment's id"],
    [
      'an element without condition',
      { channel: { $elemMatch: 3 } },
      'channel.$elemMatch: expected operators',
    ],
    ['alternatives that are no list', { $or: { channel: 'a' } }, '$or: expected a list of conditions'],
    ['an alternative that is no condition', { $or: [{}, 3] }, '$or[1]: expected a condition'],
    ['an empty part of a path', { 'traits..x': 1 }, 'traits..x: expected a dotted path'],
    ['a prototype in a path', { 'traits.constructor.name': 'x' }, 'constructor is never part'],
    ['a prototype key', JSON.parse('{"__proto__": {"a": 1}}'), '__proto__: expected the name of a fact'],
    ['a number that JSON has not', { channel: Number.NaN }, 'channel: expected a finite number'],
    ['nesting over 20', nested(20), 'expected at most 20'],
    ['nesting of 10,000', nested(5000), 'expected at most 20'],
    ['a count without name', { events: { count: 3 } }, 'events.name: expected the name of an event'],
    ['an unknown field of a count', { events: { name: 'A', per: 'P1D' } }, 'events.per: expected only'],
    [
      'a fractional count',
      { events: { name: 'A', count: { $gte: 1.5 } } },
      'events.count.$gte: expected a whole',
    ],
    [
      'a count in a window that 100 kept times cannot decide',
      { events: { name: 'A', count: { $gte: 101 }, within: 'P7D' } },
      'only the newest 100 times are kept',
    ],
    [
      'a window longer than times are kept',
      { events: { name: 'A', within: 'P401D' } },
      'events.within: expected at most P400D',
    ],
    [
      'another fact in what is counted',
      { events: { name: 'A', where: { sku: { $fact: 'traits.sku' } } } },
      'events.where.sku.$fact: expected a value',
    ],
  ])('%s', (_, document, message) => {
    const errors = errorsOf(document).join('\n');
    expect(errors).toContain(
      message === 'visitor' ? 'stats.x.$within: expected an ISO 8601 duration' : message,
    );
  });
});

describe('a parsed condition', () => {
  it('says which facts, segments and counts it needs, short forms in full', () => {
    const condition = conditionOf({
      'traits.a': 1,
      $or: [{ 'stats.b': { $gt: { $fact: 'cart.total' } } }, { segment: 'vip' }],
      'cart.lines': { $elemMatch: { sku: 'a' } },
      events: { name: 'Viewed', where: { 'event.properties.x': 1, y: 2 }, within: 'P1M' },
    });
    expect(condition.facts).toEqual(['visitor.traits.a', 'visitor.stats.b', 'cart.total', 'cart.lines']);
    expect(condition.segments).toEqual(['vip']);
    expect(condition.counters).toMatchObject([{ name: 'Viewed', window: 31 * 86_400_000 }]);
    expect(condition.counters[0]?.where?.facts).toEqual(['x', 'y']);
  });
  it('counts under the same id what differs only in order or form', () => {
    const idOf = (where: unknown): string | undefined =>
      conditionOf({ events: { name: 'A', where } }).counters[0]?.id;
    expect(idOf({ a: 1, b: { $in: ['x', 'y'] } })).toBe(idOf({ b: { $in: ['y', 'x'] }, a: { $eq: 1 } }));
    expect(idOf({ a: 1 })).not.toBe(idOf({ a: '1' }));
    expect(idOf({ a: 1 })).not.toBe(idOf({ b: 1 }));
  });
  it('takes 100 within a window, and any number without', () => {
    expect(errorsOf({ events: { name: 'A', count: { $gte: 100 }, within: 'P400D' } })).toEqual([]);
    expect(errorsOf({ events: { name: 'A', count: { $gte: 5000 } } })).toEqual([]);
  });
});
