import type { Json } from '../json.ts';
import type { Condition, ConditionNode, FactTest, Operand, SegmentResolver } from './condition.ts';
import { countOf, nodeHolds, operandValue, type Scope, scopeOf, testHolds } from './evaluate.ts';
import { type Facts, readPath } from './facts.ts';

/** Why a condition does not hold: its first leaf that fails. */
export interface Unmet {
  /** The canonical path of the fact; `events.<name>` for a count. */
  readonly fact: string;
  readonly operator: string;
  readonly needed: Json;
  readonly actual: Json;
  /** How much is missing, where both are numbers. */
  readonly gap?: number;
  /** The segment that the leaf belongs to, if any. */
  readonly segment?: string;
}

/**
 * The first leaf of a condition that fails; of alternatives the first one's. A negation that fails is reported
 * as `$not` with the fact that it is about.
 *
 * @returns null where the condition holds.
 */
export const unmet = (condition: Condition, facts: Facts, segments: SegmentResolver): Unmet | null =>
  firstUnmet(condition.root, scopeOf(facts, segments), segments, new Set());

const firstUnmet = (
  node: ConditionNode,
  scope: Scope,
  segments: SegmentResolver,
  inside: ReadonlySet<string>,
): Unmet | null => {
  if (nodeHolds(node, scope)) return null;
  switch (node.kind) {
    case 'and':
    case 'or':
      for (const child of node.nodes) {
        const found = firstUnmet(child, scope, segments, inside);
        if (found !== null) return found;
      }
      return null;
    case 'not':
      return negated(node.node, scope);
    case 'fact':
      return leaf(node.path.text, node.test, readPath(scope.facts.roots, node.path.parts), scope);
    case 'events':
      return leaf(`events.${node.counter.name}`, node.test, countOf(node, scope.facts), scope);
    case 'segment': {
      const condition = segments.get(node.id);
      const found =
        condition === undefined || inside.has(node.id)
          ? null
          : firstUnmet(condition.root, scope, segments, new Set([...inside, node.id]));
      return found === null
        ? { fact: 'segment', operator: '$eq', needed: node.id, actual: null }
        : { segment: node.id, ...found };
    }
  }
};

const negated = (node: ConditionNode, scope: Scope): Unmet => {
  switch (node.kind) {
    case 'segment':
      return { fact: 'segment', operator: '$ne', needed: node.id, actual: node.id };
    case 'fact': {
      const actual = readPath(scope.facts.roots, node.path.parts);
      return {
        fact: node.path.text,
        operator: '$not',
        needed: neededOf(node.test, scope.facts),
        actual: toJson(actual),
      };
    }
    case 'events': {
      const actual = countOf(node, scope.facts);
      return {
        fact: `events.${node.counter.name}`,
        operator: '$not',
        needed: neededOf(node.test, scope.facts),
        actual,
      };
    }
    case 'not': {
      const found = firstUnmet(node.node, scope, { get: () => undefined }, new Set());
      return found ?? { fact: '', operator: '$not', needed: false, actual: true };
    }
    case 'and':
    case 'or': {
      const culprit = node.nodes.find((child) => nodeHolds(child, scope));
      return culprit === undefined
        ? { fact: '', operator: '$not', needed: false, actual: true }
        : negated(culprit, scope);
    }
  }
};

const leaf = (fact: string, test: FactTest, value: unknown, scope: Scope): Unmet => {
  if (test.operator === 'and') {
    const failing = test.tests.find((part) => !testHolds(part, value, scope));
    if (failing !== undefined) return leaf(fact, failing, value, scope);
  }
  if (test.operator === '$size' && Array.isArray(value))
    return leaf(`${fact}.$size`, test.test, value.length, scope);
  const needed = neededOf(test, scope.facts);
  const found: Unmet = { fact, operator: test.operator, needed, actual: toJson(value) };
  return typeof needed === 'number' && typeof value === 'number'
    ? { ...found, gap: Math.abs(needed - value) }
    : found;
};

const neededOf = (test: FactTest, facts: Facts): Json => {
  const shown = (operand: Operand): Json => toJson(operandValue(operand, facts));
  switch (test.operator) {
    case 'and':
      return Object.fromEntries(test.tests.map((part) => [part.operator, neededOf(part, facts)]));
    case '$not':
    case '$size':
      return { [test.test.operator]: neededOf(test.test, facts) };
    case '$in':
    case '$nin':
    case '$ini':
    case '$nini':
      return 'kind' in test.operands ? shown(test.operands) : test.operands.map(shown);
    case '$exists':
      return test.expected;
    case '$type':
      return test.type;
    case '$regex':
    case '$regexi':
      return test.pattern.source;
    case '$within':
    case '$olderThan':
    case '$inNext':
    case '$inOrders':
      return test.duration.text;
    case '$all':
      return test.tests.map((part) => (part.operator === '$eq' ? neededOf(part, facts) : part.operator));
    case '$elemMatch':
      return 'kind' in test.element
        ? 'a matching element'
        : { [test.element.operator]: neededOf(test.element, facts) };
    default:
      return shown(test.operand);
  }
};

/** What of a fact can be shown: JSON as it is, anything else as null. */
const toJson = (value: unknown): Json => {
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value !== 'object' || value === null) return null;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, toJson(child)]));
};
