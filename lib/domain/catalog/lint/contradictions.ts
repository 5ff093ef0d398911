import type { ConditionNode, FactTest } from '../../condition/condition.ts';
import type { Json } from '../../json.ts';
import { parseInstant } from '../../time/instant.ts';
import type { Remark } from '../finding.ts';
import type { LintRule } from './context.ts';

/** Two demands of one fact that nothing can fulfil together. */
interface Contradiction {
  readonly fact: string;
  readonly demands: readonly string[];
  /** A list of values could: the fact may be one. */
  readonly listCould: boolean;
}

type PlainTest = Exclude<FactTest, { operator: 'and' }>;

/** Facts of which a visitor has one value; traits and attributes may be lists, where any element will do. */
const SCALAR =
  /^(?:visitor\.(?:id|known|preferredName|stats\..+|consents\..+)|cart\.(?:id|total|itemCount|currency|updatedAt)|channel|now\..+|context\.(?:locale|timezone)|event\.(?:name|type|subject|time))$/;

const testsOf = (test: FactTest): readonly PlainTest[] =>
  test.operator === 'and' ? test.tests.flatMap(testsOf) : [test];

/** The parts of a condition that must all hold. */
const conjuncts = (node: ConditionNode): readonly ConditionNode[] =>
  node.kind === 'and' ? node.nodes.flatMap(conjuncts) : [node];

const show = (test: PlainTest): string => {
  if ('operand' in test && test.operand.kind === 'value') {
    return `${test.operator} ${JSON.stringify(test.operand.value)}`;
  }
  if ('duration' in test) return `${test.operator} ${test.duration.text}`;
  if (test.operator === '$exists') return `$exists ${test.expected}`;
  return test.operator;
};

/** What a value must be: kind of value, and its place among others of the kind. */
const rank = (value: Json): { readonly type: string; readonly place: number | string } | null => {
  if (typeof value === 'number') return { type: 'number', place: value };
  if (typeof value !== 'string') return null;
  const instant = parseInstant(value);
  return instant === null ? { type: 'string', place: value } : { type: 'time', place: instant };
};

const satisfies = (value: Json, test: PlainTest): boolean => {
  switch (test.operator) {
    case '$eq':
      return test.operand.kind === 'fact' || same(value, test.operand.value);
    case '$ne':
      return test.operand.kind === 'fact' || !same(value, test.operand.value);
    case '$gt':
    case '$gte':
    case '$lt':
    case '$lte': {
      if (test.operand.kind === 'fact') return true;
      const left = rank(value);
      const right = rank(test.operand.value);
      if (left === null || right === null || left.type !== right.type) return false;
      if (left.place === right.place) return test.operator === '$gte' || test.operator === '$lte';
      return left.place < right.place === test.operator.startsWith('$l');
    }
    case '$in':
      return 'kind' in test.operands || isAmong(value, test.operands);
    case '$nin':
      return 'kind' in test.operands || !isAmong(value, test.operands, false);
    case '$exists':
      return (value !== null) === test.expected;
    default:
      return true;
  }
};

const same = (a: Json, b: Json): boolean => JSON.stringify(a) === JSON.stringify(b);

const isAmong = (
  value: Json,
  operands: readonly { readonly kind: string; readonly value?: Json }[],
  open = true,
): boolean =>
  operands.some((operand) => (operand.kind === 'value' ? same(value, operand.value ?? null) : open));

/** Whether a range begins after it ends. */
const isEmptyRange = (a: PlainTest, b: PlainTest): boolean => {
  const lower = a.operator === '$gt' || a.operator === '$gte';
  const upper = b.operator === '$lt' || b.operator === '$lte';
  if (!lower || !upper || a.operand.kind === 'fact' || b.operand.kind === 'fact') return false;
  const low = rank(a.operand.value);
  const high = rank(b.operand.value);
  if (low === null || high === null) return false;
  if (low.type !== high.type) return true;
  return (
    low.place > high.place || (low.place === high.place && (a.operator === '$gt' || b.operator === '$lt'))
  );
};

const isComplement = (a: PlainTest, b: PlainTest): boolean =>
  a.operator === '$within' && b.operator === '$olderThan' && a.duration.text === b.duration.text;

const requiresValue = (test: PlainTest): boolean =>
  !['$ne', '$nin', '$nini', '$vne', '$not', '$exists', '$eq', '$type'].includes(test.operator);

const excludes = (a: PlainTest, b: PlainTest): boolean => {
  if (a.operator === '$eq' && a.operand.kind === 'value') return !satisfies(a.operand.value, b);
  if (a.operator === '$in' && !('kind' in a.operands)) {
    return a.operands.every((operand) => operand.kind === 'value' && !satisfies(operand.value, b));
  }
  if (a.operator === '$exists' && !a.expected) return requiresValue(b);
  return isEmptyRange(a, b) || isComplement(a, b);
};

const isText = (test: PlainTest): boolean =>
  test.operator === '$in' ||
  ('operand' in test && test.operand.kind === 'value' && typeof test.operand.value === 'string');

const contradictionIn = (fact: string, tests: readonly PlainTest[]): Contradiction | null => {
  for (const [position, test] of tests.entries()) {
    if (test.operator === '$in' && !('kind' in test.operands) && test.operands.length === 0) {
      return { fact, demands: ['$in []'], listCould: false };
    }
    const other = tests.find((one, at) => at !== position && excludes(test, one));
    if (other === undefined) continue;
    const equals = (one: PlainTest): boolean => one.operator === '$eq' || one.operator === '$in';
    return {
      fact,
      demands: [show(test), show(other)].sort(),
      listCould: !SCALAR.test(fact) && equals(test) && equals(other) && isText(test) && isText(other),
    };
  }
  return null;
};

/** The first contradiction of a condition; of alternatives, only where each has one. */
const findContradiction = (node: ConditionNode): Contradiction | null => {
  if (node.kind === 'or') {
    const found = node.nodes.map(findContradiction);
    return found.every((one) => one !== null) ? (found[0] ?? null) : null;
  }
  if (node.kind === 'not') return null;
  const parts = conjuncts(node);
  const byFact = new Map<string, PlainTest[]>();
  const demand = (fact: string, test: FactTest): void => {
    byFact.set(fact, [...(byFact.get(fact) ?? []), ...testsOf(test)]);
  };
  for (const part of parts) {
    if (part.kind === 'fact') demand(part.path.text, part.test);
    else if (part.kind === 'events') {
      demand(
        `events ${JSON.stringify(part.counter.name)} ${part.counter.id} ${part.within?.text ?? ''}`,
        part.test,
      );
      // A count is never negative.
      demand(`events ${JSON.stringify(part.counter.name)} ${part.counter.id} ${part.within?.text ?? ''}`, {
        operator: '$gte',
        operand: { kind: 'value', value: 0 },
      });
    } else if (part.kind === 'or') {
      const inner = findContradiction(part);
      if (inner !== null) return inner;
    }
  }
  for (const [fact, tests] of byFact) {
    const found = contradictionIn(fact, tests);
    if (found !== null) return found;
  }
  return segmentBothWays(parts);
};

const segmentBothWays = (parts: readonly ConditionNode[]): Contradiction | null => {
  const inside = new Set(parts.flatMap((part) => (part.kind === 'segment' ? [part.id] : [])));
  for (const part of parts) {
    if (part.kind === 'not' && part.node.kind === 'segment' && inside.has(part.node.id)) {
      return { fact: `segment ${part.node.id}`, demands: ['in', 'not in'], listCould: false };
    }
  }
  return null;
};

/**
 * `condition-contradictory`: a condition that nobody can fulfil. Of a trait, which may be a list, two wanted
 * texts are only doubtful: a warning.
 */
export const contradictoryConditions: LintRule = (definition, context) =>
  [...context.conditionsOf(definition)].flatMap(([path, condition]): readonly Remark[] => {
    const found = findContradiction(condition.root);
    if (found === null) return [];
    return [
      {
        code: 'condition-contradictory',
        severity: found.listCould ? 'warning' : 'error',
        path,
        message: `${found.listCould ? 'only a list' : 'nothing'} can fulfil ${found.demands.join(' and ')} of ${found.fact}`,
        evidence: { fact: found.fact, demands: found.demands },
      },
    ];
  });

/** Whether a condition can't be fulfilled by anybody. */
export const isContradictory = (node: ConditionNode): boolean => {
  const found = findContradiction(node);
  return found !== null && !found.listCould;
};
