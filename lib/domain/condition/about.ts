import type { Condition, ConditionNode, SegmentResolver } from './condition.ts';
import { nodeHolds, scopeOf } from './evaluate.ts';
import type { Facts } from './facts.ts';

const isAbout = (node: ConditionNode, covers: (fact: string) => boolean): boolean => {
  switch (node.kind) {
    case 'and':
    case 'or':
      return node.nodes.every((child) => isAbout(child, covers));
    case 'not':
      return isAbout(node.node, covers);
    case 'fact':
      return covers(node.path.text);
    case 'segment':
    case 'events':
      return false;
  }
};

const partsOf = (node: ConditionNode): readonly ConditionNode[] =>
  node.kind === 'and' ? node.nodes.flatMap(partsOf) : [node];

/**
 * Whether a condition holds but for what it asks of some facts.
 *
 * @param covers - whether a canonical path is one of those facts
 */
export const holdsBut = (
  { root }: Condition,
  covers: (fact: string) => boolean,
  facts: Facts,
  segments: SegmentResolver,
): boolean => {
  const scope = scopeOf(facts, segments);
  return partsOf(root).every((part) => isAbout(part, covers) || nodeHolds(part, scope));
};
