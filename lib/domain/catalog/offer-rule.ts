import type { Condition, ConditionNode, FactNode, FactTest, Operand } from '../condition/condition.ts';

const isScalar = (operand: Operand): boolean =>
  operand.kind === 'value' && operand.value !== null && typeof operand.value !== 'object';

/** Whether the test asks for a text, number or flag: of an array it holds where it holds of an element. */
const asksForScalar = (test: FactTest): boolean => {
  switch (test.operator) {
    case '$eq':
      return isScalar(test.operand);
    case '$in':
      return !('kind' in test.operands) && test.operands.every(isScalar);
    default:
      return false;
  }
};

/** What holds of the lines of every cart in which this holds of one line: `cart.lines.sku` is or has what `line.sku` is. */
const neededOfLines = (node: ConditionNode): FactNode | null => {
  if (node.kind === 'and') return node.nodes.map(neededOfLines).find((needed) => needed !== null) ?? null;
  if (node.kind !== 'fact' || node.path.parts[0] !== 'line' || !asksForScalar(node.test)) return null;
  const parts = ['cart', 'lines', ...node.path.parts.slice(1)];
  return { ...node, path: { text: parts.join('.'), parts } };
};

/**
 * By what an offer is found for a cart: its condition, and where it is on lines that are named by a text or number,
 * that the cart has such a line. Of a thousand promotions most are about other products; the index never meets them.
 *
 * @param lines - which lines it is on; `always` where it is on anything else
 */
export const offerRule = (where: Condition, lines: Condition): Condition => {
  const needed = neededOfLines(lines.root);
  if (needed === null) return where;
  return {
    ...where,
    root: { kind: 'and', nodes: [where.root, needed] },
    roots: [...new Set([...where.roots, 'cart'])],
  };
};
