import * as fc from 'fast-check';
import type { Condition } from '../../../lib/domain/condition/condition.ts';
import type { Facts } from '../../../lib/domain/condition/facts.ts';
import { parseCondition } from '../../../lib/domain/condition/parse.ts';

export const roots: readonly string[] = ['visitor', 'cart', 'event', 'channel'];
export const now = Date.UTC(2026, 10, 22, 8);

/** Parses a condition that the test knows to be right. */
export const conditionOf = (document: unknown): Condition => {
  const parsed = parseCondition(document, { roots });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return parsed.condition;
};

const scalar = fc.oneof(
  fc.constantFrom(
    'a',
    'b',
    'c',
    '',
    'A',
    '1.2.3',
    '1.10.0',
    '2026-11-01T00:00:00Z',
    '2026-11-22T09:00:00+01:00',
  ),
  fc.constantFrom(-1, 0, 1, 2, 2.5, 3, 1e308),
  fc.boolean(),
  fc.constant(null),
);
/** Few paths and few values, so that conditions and facts meet often. */
const path = fc.constantFrom(
  'traits.x',
  'traits.y',
  'visitor.z',
  'cart.lines.sku',
  'cart.lines.0.price',
  'cart.lines',
  'channel',
  'stats.lastOrderAt',
);
const scalars = fc.array(scalar, { maxLength: 3 });
const ordered = fc.oneof(
  fc.constantFrom(-1, 0, 1, 2, 2.5, 3),
  fc.constantFrom('a', 'b', '2026-11-22T08:00:00Z'),
);
const duration = fc.constantFrom('PT1H', 'P1D', 'P30D', 'P1M', 'P2Y');

const test: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  test: fc.oneof(
    { maxDepth: 2 },
    scalar,
    fc.record({ $eq: scalar }),
    fc.record({ $ne: scalar }),
    fc.record({ $gte: ordered, $lt: ordered }),
    fc.record({ $gt: ordered }),
    fc.record({ $lte: ordered }),
    fc.record({ $in: scalars }),
    fc.record({ $nin: scalars }),
    fc.record({ $ini: scalars }),
    fc.record({ $nini: scalars, $exists: fc.boolean() }),
    fc.record({ $exists: fc.boolean() }),
    fc.record({ $type: fc.constantFrom('string', 'number', 'boolean', 'object', 'array', 'null') }),
    fc.record({ $regex: fc.constantFrom('^a', 'b$', '[a-c]', '1') }),
    fc.record({ $vgte: fc.constantFrom('1.2.3', '1.9') }),
    fc.record({ $vne: fc.constantFrom('1.2.3', '1.9') }),
    fc.record({ $size: fc.oneof(fc.integer({ min: 0, max: 2 }), fc.record({ $gt: fc.constantFrom(0, 1) })) }),
    fc.record({ $all: scalars }),
    fc.record({ $elemMatch: fc.record({ sku: scalar }) }),
    fc.record({ $elemMatch: fc.record({ $gt: ordered }) }),
    fc.record({ $within: duration }),
    fc.record({ $olderThan: duration }),
    fc.record({ $inNext: duration }),
    fc.record({ $eq: fc.record({ $fact: path }) }),
    fc.record({ $gt: fc.record({ $fact: path }) }),
    fc.constant({ $eq: ['a', 'b'] }),
    fc.record({ $not: tie('test') }),
  ),
})).test;

const counts = fc.record(
  {
    name: fc.constantFrom('Viewed', 'Added'),
    count: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.record({ $gte: fc.integer({ min: 0, max: 3 }) })),
    within: duration.filter((text) => text !== 'P2Y'),
  },
  { requiredKeys: ['name'] },
);

/** Conditions of every operator; `segments` are the ids that they may name. */
export const documents = (segments: readonly string[]): fc.Arbitrary<Record<string, unknown>> => {
  const leaf = fc.oneof(
    { weight: 8, arbitrary: fc.dictionary(path, test, { minKeys: 1, maxKeys: 3 }) },
    { weight: 1, arbitrary: fc.record({ events: counts }) },
    ...(segments.length > 0
      ? [{ weight: 1, arbitrary: fc.record({ segment: fc.constantFrom(...segments) }) }]
      : []),
  );
  return fc.letrec<{ node: Record<string, unknown>; list: Record<string, unknown>[] }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      leaf,
      fc.record({ $and: tie('list') }),
      fc.record({ $or: tie('list') }),
      fc.record({ $nor: tie('list') }),
      fc.record({ $not: tie('node') }),
    ),
    list: fc.array(tie('node'), { maxLength: 3 }),
  })).node;
};

const value: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: scalar },
  { weight: 2, arbitrary: fc.array(scalar, { maxLength: 3 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<unknown>(
      {},
      { a: 1 },
      [['a']],
      [{ sku: 'a' }, null, 'b'],
      undefined,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      -0,
      10n,
      Symbol('odd'),
    ),
  },
);
const optional = { requiredKeys: [] };
const lines = fc.array(fc.record({ sku: value, price: value }, optional), { maxLength: 3 });

/** Facts that are often missing, sometimes odd. */
export const facts: fc.Arbitrary<Facts> = fc
  .record({
    roots: fc.record(
      {
        visitor: fc.oneof(
          {
            weight: 6,
            arbitrary: fc.record(
              {
                traits: fc.oneof(
                  { weight: 6, arbitrary: fc.record({ x: value, y: value }, optional) },
                  { weight: 1, arbitrary: value },
                ),
                stats: fc.record({ lastOrderAt: value }, optional),
                z: value,
              },
              optional,
            ),
          },
          { weight: 1, arbitrary: value },
        ),
        cart: fc.record({ lines: fc.oneof(lines, value) }, optional),
        channel: value,
      },
      optional,
    ),
    total: fc.integer({ min: 0, max: 3 }),
    recent: fc.integer({ min: 0, max: 3 }),
  })
  .map(({ roots: all, total, recent }) => ({
    now,
    roots: all,
    count: (_, since) => (since === null ? total : Math.min(total, recent)),
  }));
