import type { JsonObject } from '../json.ts';
import { canonicalText } from './canonical.ts';
import type { Condition, ConditionNode, EventsNode, FactNode, FactTest, Operand } from './condition.ts';
import { nodeHolds, type Scope, testHolds } from './evaluate.ts';
import { factsOf } from './facts.ts';

/** A leaf of a condition: what is looked at once per match, however many rules ask for it. */
export type LeafNode = FactNode | EventsNode | Extract<ConditionNode, { kind: 'segment' }>;

export interface Leaf {
  readonly id: number;
  readonly node: LeafNode;
  /** Whether only the value of its one fact decides, in a way that classes of values can tell (see below). */
  readonly simple: boolean;
  /** How often it holds, from 0 to 1. */
  readonly rate: number;
}

/** A condition with negations only at its leaves. */
export type Expression =
  | { readonly kind: 'leaf'; readonly leaf: Leaf; readonly negated: boolean }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Expression[] };

/** Collects the distinct leaves of many conditions, and how often each holds of the sample visitors. */
export class Leaves {
  readonly all: Leaf[] = [];
  readonly #known = new Map<string, Leaf>();
  readonly #samples: readonly Scope[];

  constructor(samples: readonly Scope[]) {
    this.#samples = samples;
  }

  of(node: LeafNode): Leaf {
    const key = canonicalText(node);
    const before = this.#known.get(key);
    if (before !== undefined) return before;
    const leaf: Leaf = {
      id: this.all.length,
      node,
      simple: node.kind === 'fact' && isSimple(node.test),
      rate:
        this.#samples.length > 0
          ? this.#samples.filter((scope) => nodeHolds(node, scope)).length / this.#samples.length
          : estimatedRate(node),
    };
    this.all.push(leaf);
    this.#known.set(key, leaf);
    return leaf;
  }
}

/** The document that parses to the leaf again. */
export const leafDocument = (node: LeafNode): JsonObject => {
  switch (node.kind) {
    case 'fact':
      return { [node.path.text]: node.written };
    case 'events':
      return { events: node.written };
    case 'segment':
      return { segment: node.id };
  }
};

/** The expression of a condition. */
export const expressionOf = (condition: Condition, leaves: Leaves): Expression =>
  express(condition.root, false, leaves);

const express = (node: ConditionNode, negated: boolean, leaves: Leaves): Expression => {
  switch (node.kind) {
    case 'and':
    case 'or': {
      const kind = (node.kind === 'and') === negated ? 'or' : 'and';
      return combine(
        kind,
        node.nodes.map((child) => express(child, negated, leaves)),
      );
    }
    case 'not':
      return express(node.node, !negated, leaves);
    case 'fact':
      // Several operators on one fact become leaves of their own, so that rules share them.
      if (node.test.operator === 'and') {
        const parts = conjuncts(node).map((part) => express(part, negated, leaves));
        return combine(negated ? 'or' : 'and', parts);
      }
      return { kind: 'leaf', leaf: leaves.of(node), negated };
    case 'segment':
    case 'events':
      return { kind: 'leaf', leaf: leaves.of(node), negated };
  }
};

/** Joins parts; only a whole expression can be empty: `and` of nothing holds, `or` of nothing does not. */
const combine = (kind: 'and' | 'or', parts: readonly Expression[]): Expression => {
  const flat = parts.flatMap((part) => (part.kind === kind ? part.parts : [part]));
  const decisive = flat.find((part) => part.kind !== 'leaf' && part.parts.length === 0);
  const [first] = flat;
  return decisive ?? (flat.length === 1 && first !== undefined ? first : { kind, parts: flat });
};

const conjuncts = (node: FactNode): readonly FactNode[] => {
  const { test, written } = node;
  if (test.operator !== 'and' || typeof written !== 'object' || written === null) return [node];
  const entries = Object.entries(written);
  return test.tests.map((part, index) => {
    const [operator = '', operand = null] = entries[index] ?? [];
    return { ...node, test: part, written: { [operator]: operand } };
  });
};

const isScalar = (operand: Operand): boolean => operand.kind === 'value' && typeof operand.value !== 'object';
const isScalarOrNull = (operand: Operand): boolean =>
  isScalar(operand) || (operand.kind === 'value' && operand.value === null);

/** Whether the test's answer for a value follows from which of the test's constants the value is or lies between. */
const isSimple = (test: FactTest): boolean => {
  switch (test.operator) {
    case '$eq':
    case '$ne':
      return isScalarOrNull(test.operand);
    case '$gt':
    case '$gte':
    case '$lt':
    case '$lte':
      return test.operand.kind === 'value' && typeof test.operand.value === 'number';
    case '$in':
    case '$nin':
      return !('kind' in test.operands) && test.operands.every(isScalarOrNull);
    case '$exists':
    case '$type':
      return true;
    case '$not':
      return isSimple(test.test);
    case 'and':
      return test.tests.every(isSimple);
    default:
      return false;
  }
};

/** The constants of a simple test. */
export const constantsOf = (test: FactTest): readonly unknown[] => {
  switch (test.operator) {
    case '$not':
      return constantsOf(test.test);
    case 'and':
      return test.tests.flatMap(constantsOf);
    case '$in':
    case '$nin':
      return 'kind' in test.operands ? [] : test.operands.flatMap(constantOf);
    default:
      return 'operand' in test ? constantOf(test.operand) : [];
  }
};
const constantOf = (operand: Operand): readonly unknown[] =>
  operand.kind === 'value' ? [operand.value] : [];

const nothing: Scope = { facts: factsOf({}, 0), inSegment: () => false };

/** Whether an expression of simple leaves on one fact holds of a value of that fact. */
export const holdsOfValue = (expression: Expression, value: unknown): boolean => {
  switch (expression.kind) {
    case 'leaf': {
      const { node } = expression.leaf;
      return node.kind === 'fact' && testHolds(node.test, value, nothing) !== expression.negated;
    }
    case 'and':
      return expression.parts.every((part) => holdsOfValue(part, value));
    case 'or':
      return expression.parts.some((part) => holdsOfValue(part, value));
  }
};

const positive: ReadonlySet<string> = new Set(['$eq', '$in', '$gt', '$gte', '$lt', '$lte']);

/** Whether an expression of simple leaves holds of an array exactly where it holds of any of its elements. */
export const isAboutAnyElement = (expression: Expression): boolean =>
  expression.kind === 'leaf'
    ? !expression.negated &&
      expression.leaf.node.kind === 'fact' &&
      positive.has(expression.leaf.node.test.operator)
    : expression.kind === 'or' && expression.parts.every(isAboutAnyElement);

/** How often the expression holds, its leaves taken as independent. */
export const rateOf = (expression: Expression): number => {
  switch (expression.kind) {
    case 'leaf':
      return expression.negated ? 1 - expression.leaf.rate : expression.leaf.rate;
    case 'and':
      return expression.parts.reduce((rate, part) => rate * rateOf(part), 1);
    case 'or':
      return 1 - expression.parts.reduce((rate, part) => rate * (1 - rateOf(part)), 1);
  }
};

/** Without samples: what conditions of each operator commonly let through. */
const estimatedRate = (node: LeafNode): number => {
  if (node.kind !== 'fact') return 0.2;
  switch (node.test.operator) {
    case '$eq':
    case '$veq':
    case '$inOrders':
      return 0.1;
    case '$ne':
    case '$nin':
    case '$nini':
    case '$vne':
      return 0.9;
    case '$exists':
    case '$type':
      return 0.7;
    default:
      return 0.35;
  }
};
