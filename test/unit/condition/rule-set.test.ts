import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Condition } from '../../../lib/domain/condition/condition.ts';
import { holds } from '../../../lib/domain/condition/evaluate.ts';
import { type Facts, factsOf } from '../../../lib/domain/condition/facts.ts';
import { decodeRuleSet, encodeRuleSet } from '../../../lib/domain/condition/image-codec.ts';
import { emptyImage } from '../../../lib/domain/condition/rule-image.ts';
import { buildRuleSet, loadRuleSet, type RuleSetImage } from '../../../lib/domain/condition/rule-set.ts';
import { conditionOf, documents, facts, now } from './arbitraries.ts';

type Segments = ReadonlyMap<string, Condition>;
const noSegments: Segments = new Map();

const runs = 400;
/** A planted bug may hide in some runs: it is looked for longer. */
const runsForPlantedBug = 5000;

/** The law: a rule set finds exactly the rules whose condition holds. */
const checkLaw = (
  imageOf: (conditions: readonly Condition[], segments: Segments, samples: Facts[]) => RuleSetImage,
  numRuns = runs,
) =>
  fc.check(
    fc.property(
      fc.array(documents(['s0', 's1']), { minLength: 1, maxLength: 40 }),
      documents([]),
      documents(['s0']),
      fc.array(facts, { minLength: 1, maxLength: 8 }),
      (rules, first, second, visitors) => {
        const segments = new Map([
          ['s0', conditionOf(first)],
          ['s1', conditionOf(second)],
        ]);
        const conditions = rules.map(conditionOf);
        const ruleSet = loadRuleSet(imageOf(conditions, segments, visitors));
        for (const visitor of visitors) {
          const expected = conditions.flatMap((condition, rule) =>
            holds(condition, visitor, segments) ? [rule] : [],
          );
          expect(ruleSet.match(visitor)).toEqual(expected);
        }
      },
    ),
    { numRuns },
  );

const matching = (rules: readonly unknown[], visitor: Facts, segments = noSegments): readonly number[] =>
  loadRuleSet(buildRuleSet(rules.map(conditionOf), { segments })).match(visitor);

describe('a rule set', () => {
  it('matches exactly the rules whose conditions hold', () => {
    const result = checkLaw((conditions, segments) => buildRuleSet(conditions, { segments }));
    expect(result.failed, fc.defaultReportMessage(result) ?? '').toBe(false);
  });

  it('matches the same with samples, and after a trip through its bytes', () => {
    const result = checkLaw((conditions, segments, samples) =>
      decodeRuleSet(encodeRuleSet(buildRuleSet(conditions, { segments, samples }))),
    );
    expect(result.failed, fc.defaultReportMessage(result) ?? '').toBe(false);
  });

  it('is seen to break the law when a class is off by one', () => {
    const result = checkLaw((conditions, segments) => {
      const image = buildRuleSet(conditions, { segments });
      return { ...image, numbers: image.numbers.map((number) => number + 0.5) };
    }, runsForPlantedBug);
    expect(result.failed).toBe(true);
  });

  it('is seen to break the law when arrays are not looked into', () => {
    const result = checkLaw((conditions, segments) => {
      const image = buildRuleSet(conditions, { segments });
      return {
        ...image,
        anyElement: image.anyElement.slice(0, 0),
        anyElementStarts: image.anyElementStarts.map(() => 0),
      };
    }, runsForPlantedBug);
    expect(result.failed).toBe(true);
  });

  it('tells thousands of thresholds on one fact apart', () => {
    const rules = Array.from({ length: 5000 }, (_, index) => ({
      'traits.x': { $gte: index, $lt: index + 3 },
    }));
    const ruleSet = loadRuleSet(buildRuleSet(rules.map(conditionOf), { segments: noSegments }));
    for (const x of [-1, 0, 1, 2500, 2500.5, 4999, 5001, 5002])
      expect(ruleSet.match(factsOf({ visitor: { traits: { x } } }, now))).toEqual(
        [Math.floor(x) - 2, Math.floor(x) - 1, Math.floor(x)].filter(
          (index) => index >= 0 && index < 5000 && x >= index && x < index + 3,
        ),
      );
  });

  it('evaluates a segment at most once per match, however many rules name it', () => {
    let counted = 0;
    const segments = new Map([['busy', conditionOf({ events: { name: 'Viewed' } })]]);
    const visitor: Facts = {
      now,
      roots: {},
      count: () => {
        counted += 1;
        return 1;
      },
    };
    const rules = [{ segment: 'busy' }, { segment: 'busy', channel: null }, { $not: { segment: 'busy' } }];
    expect(matching(rules, visitor, segments)).toEqual([0, 1]);
    expect(counted).toBe(1);
  });

  it('finds segments of segments, and takes an unknown segment as not holding', () => {
    const segments = new Map([
      ['outer', conditionOf({ segment: 'inner' })],
      ['inner', conditionOf({ channel: 'web' })],
    ]);
    const rules = [{ segment: 'outer' }, { segment: 'none' }, { $not: { segment: 'none' } }];
    expect(matching(rules, factsOf({ channel: 'web' }, now), segments)).toEqual([0, 2]);
  });

  it('matches a rule without conditions always, and a rule that contradicts itself never', () => {
    const rules = [{}, { $and: [{ channel: 'web' }, { channel: 'app' }] }, { $nor: [] }, { $or: [] }];
    expect(matching(rules, factsOf({ channel: 'web' }, now))).toEqual([0, 3]);
    expect(matching([], factsOf({}, now))).toEqual([]);
  });

  it('of no rules is made without the compiler, and is the same', () => {
    expect(emptyImage()).toEqual(buildRuleSet([], { segments: noSegments }));
  });

  it('reads an image out of the middle of a Buffer, as inflating a stored catalog makes one', () => {
    const image = buildRuleSet([conditionOf({ channel: 'web' })], { segments: noSegments });
    const bytes = encodeRuleSet(image);
    const buffer = Buffer.concat([Buffer.alloc(13, 1), bytes, Buffer.alloc(7, 1)]).subarray(
      13,
      13 + bytes.length,
    );
    expect(decodeRuleSet(buffer)).toEqual(image);
  });

  it('refuses bytes that are no image', () => {
    expect(() => decodeRuleSet(new Uint8Array())).toThrow(RangeError);
    expect(() => decodeRuleSet(new Uint8Array([2, 0, 0, 0, 123, 125]))).toThrow(RangeError);
    const bytes = encodeRuleSet(buildRuleSet([conditionOf({ channel: 'web' })], { segments: noSegments }));
    expect(() => decodeRuleSet(bytes.subarray(0, bytes.length - 8))).toThrow(RangeError);
  });
});
