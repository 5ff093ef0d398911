import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { offerRule } from '../../../lib/domain/catalog/offer-rule.ts';
import { parseAccepted } from '../../../lib/domain/catalog/parse-conditions.ts';
import type { Condition } from '../../../lib/domain/condition/condition.ts';
import { holds } from '../../../lib/domain/condition/evaluate.ts';
import { factsOf } from '../../../lib/domain/condition/facts.ts';
import { buildRuleSet, loadRuleSet } from '../../../lib/domain/condition/rule-set.ts';
import type { Json, JsonObject } from '../../../lib/domain/json.ts';

const conditionOf = (document: JsonObject): Condition => parseAccepted(document, ['cart', 'line']);

const values: fc.Arbitrary<Json> = fc.constantFrom<Json[]>('a', 'b', 'c', 1, 2, true, null);
const lineValues = fc.oneof(values, fc.array(values, { maxLength: 3 }));

const lines = fc.record(
  {
    sku: lineValues,
    category: lineValues,
    attributes: fc.record({ tags: lineValues }, { requiredKeys: [] }),
  },
  { requiredKeys: [] },
);

const lineFact = fc.constantFrom('line.sku', 'line.category', 'line.attributes.tags');

const lineTests: fc.Arbitrary<JsonObject> = fc.oneof(
  fc.tuple(lineFact, values).map(([fact, value]) => ({ [fact]: value })),
  fc.tuple(lineFact, fc.array(values, { maxLength: 3 })).map(([fact, $in]) => ({ [fact]: { $in } })),
  fc.tuple(lineFact, values).map(([fact, $ne]) => ({ [fact]: { $ne } })),
  fc
    .tuple(lineFact, values, values)
    .map(([fact, value, other]) => ({ $or: [{ [fact]: value }, { [fact]: other }] })),
  fc.tuple(lineFact, values).map(([fact, value]) => ({ $not: { [fact]: value } })),
  fc
    .tuple(lineFact, fc.array(values, { minLength: 1, maxLength: 2 }))
    .map(([fact, $all]) => ({ [fact]: { $all } })),
);

const lineConditions = fc
  .array(lineTests, { minLength: 1, maxLength: 3 })
  .map(($and): JsonObject => ({ $and }));

const NO_SEGMENTS = new Map<string, Condition>();

type Narrow = typeof offerRule;

const findsAllThatMatter = (narrow: Narrow) =>
  fc.property(
    fc.array(lineConditions, { minLength: 1, maxLength: 4 }),
    fc.array(lines, { maxLength: 4 }),
    fc.constantFrom(0, 100),
    (documents, cartLines, total) => {
      const where = conditionOf({ 'cart.total': { $gte: 50 } });
      const onLines = documents.map(conditionOf);
      const rules = loadRuleSet(
        buildRuleSet(
          onLines.map((condition) => narrow(where, condition)),
          { segments: NO_SEGMENTS },
        ),
      );
      const found = new Set(rules.match(factsOf({ cart: { total, lines: cartLines } }, 0)));
      for (const [index, condition] of onLines.entries()) {
        const isOnLine = cartLines.some((line) => holds(condition, factsOf({ line }, 0), NO_SEGMENTS));
        if (total >= 50 && isOnLine) expect(found).toContain(index);
        if (total < 50) expect(found).not.toContain(index);
      }
    },
  );

describe('the rule by which an offer on lines is found', () => {
  it('finds it for every cart of which its condition holds and that has such a line', () => {
    fc.assert(findsAllThatMatter(offerRule), { numRuns: 2000 });
  });

  it('would be seen to look at the first line only', () => {
    const firstLineOnly: Narrow = (where, condition) => {
      const rule = offerRule(where, condition);
      const needed = rule.root.kind === 'and' ? rule.root.nodes.at(-1) : undefined;
      if (rule === where || needed?.kind !== 'fact') return rule;
      const parts = ['cart', 'lines', '0', ...needed.path.parts.slice(2)];
      const root = { ...needed, path: { text: parts.join('.'), parts } };
      return { ...rule, root: { kind: 'and', nodes: [where.root, root] } };
    };
    expect(() => fc.assert(findsAllThatMatter(firstLineOnly), { numRuns: 2000 })).toThrow();
  });

  it('passes over an offer on a product of which the cart has none', () => {
    const rule = offerRule(
      conditionOf({}),
      conditionOf({ 'line.sku': 'a', 'line.unitPrice': { $gte: 100 } }),
    );
    const ofCart = (...skus: readonly string[]) =>
      holds(rule, factsOf({ cart: { lines: skus.map((sku) => ({ sku })) } }, 0), NO_SEGMENTS);
    expect([ofCart('a'), ofCart('b', 'a'), ofCart('b'), ofCart()]).toEqual([true, true, false, false]);
  });
});
