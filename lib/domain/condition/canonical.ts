import type { Json } from '../json.ts';
import type { ConditionNode, FactTest, Operand } from './condition.ts';

/** JSON with sorted keys: the same text for the same value. */
const sorted = (value: Json | undefined): string => {
  if (Array.isArray(value)) return `[${value.map(sorted).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  return `{${Object.entries(value)
    .map(([key, child]) => `${JSON.stringify(key)}:${sorted(child)}`)
    .sort()
    .join(',')}}`;
};

const conjunction = (parts: readonly string[]): string =>
  parts.length === 1 ? parts.join() : `and(${[...new Set(parts)].sort().join(',')})`;

/**
 * A text that is the same for conditions that differ only in the order of what must hold together, or in
 * writing a bare value for `$eq`.
 */
export const canonicalText = (node: ConditionNode): string => {
  switch (node.kind) {
    case 'and':
      return conjunction(node.nodes.map(canonicalText));
    case 'or':
      return `or(${node.nodes.map(canonicalText).sort().join(',')})`;
    case 'not':
      return `not(${canonicalText(node.node)})`;
    case 'fact': {
      const path = JSON.stringify(node.path.text);
      return node.test.operator === 'and'
        ? conjunction(node.test.tests.map((test) => `${path}${testText(test)}`))
        : `${path}${testText(node.test)}`;
    }
    case 'segment':
      return `segment(${JSON.stringify(node.id)})`;
    case 'events':
      return `events(${node.counter.id},${node.within?.text ?? ''},${testText(node.test)})`;
  }
};

const operandText = (operand: Operand): string =>
  operand.kind === 'value' ? sorted(operand.value) : `$fact ${JSON.stringify(operand.path.text)}`;

const testText = (test: FactTest): string => {
  const { operator } = test;
  switch (operator) {
    case 'and':
      return conjunction(test.tests.map(testText));
    case '$not':
    case '$size':
      return `${operator}(${testText(test.test)})`;
    case '$eq':
    case '$ne':
    case '$gt':
    case '$gte':
    case '$lt':
    case '$lte':
    case '$veq':
    case '$vne':
    case '$vgt':
    case '$vgte':
    case '$vlt':
    case '$vlte':
      return `${operator}(${operandText(test.operand)})`;
    case '$in':
    case '$nin':
    case '$ini':
    case '$nini':
      return 'kind' in test.operands
        ? `${operator}(${operandText(test.operands)})`
        : `${operator}[${test.operands.map(operandText).sort().join(',')}]`;
    case '$exists':
      return `${operator}(${test.expected})`;
    case '$type':
      return `${operator}(${test.type})`;
    case '$regex':
    case '$regexi':
      return `${operator}(${JSON.stringify(test.pattern.source)})`;
    case '$within':
    case '$olderThan':
    case '$inNext':
    case '$inOrders':
      return `${operator}(${test.duration.text})`;
    case '$all':
      return `${operator}[${test.tests.map(testText).sort().join(',')}]`;
    case '$elemMatch':
      return `${operator}(${'kind' in test.element ? canonicalText(test.element) : testText(test.element)})`;
  }
};
