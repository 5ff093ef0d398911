import { addDuration, type Duration, subtractDuration } from '../time/duration.ts';
import { parseInstant } from '../time/instant.ts';
import { holdsOfAny, isOrdered, isOrHas, isSame } from './compare.ts';
import type {
  Condition,
  ConditionNode,
  EventsNode,
  FactTest,
  FactType,
  Operand,
  SegmentResolver,
  VersionOperator,
} from './condition.ts';
import { type Facts, readPath } from './facts.ts';
import { paddedVersion } from './version.ts';

/** What a condition is evaluated in. */
export interface Scope {
  readonly facts: Facts;
  /** Whether a segment holds of the facts. */
  readonly inSegment: (id: string) => boolean;
}

/**
 * A scope that evaluates each segment at most once. A segment that names itself, directly or through others,
 * does not hold there (catalogs with such cycles are refused).
 */
export const scopeOf = (facts: Facts, segments: SegmentResolver): Scope => {
  // Most conditions name no segment.
  let known: Map<string, boolean> | null = null;
  const scope: Scope = {
    facts,
    inSegment: (id) => {
      known ??= new Map();
      const before = known.get(id);
      if (before !== undefined) return before;
      known.set(id, false);
      const condition = segments.get(id);
      const result = condition !== undefined && nodeHolds(condition.root, scope);
      known.set(id, result);
      return result;
    },
  };
  return scope;
};

/**
 * Whether a condition holds of the facts. What is missing is null; nothing is coerced; an unknown segment does
 * not hold.
 */
export const holds = (condition: Condition, facts: Facts, segments: SegmentResolver): boolean =>
  nodeHolds(condition.root, scopeOf(facts, segments));

/** Whether one node of a condition holds; paths start at `from`, which is the facts' roots at the top. */
export const nodeHolds = (node: ConditionNode, scope: Scope, from: unknown = scope.facts.roots): boolean => {
  switch (node.kind) {
    case 'and':
      return node.nodes.every((child) => nodeHolds(child, scope, from));
    case 'or':
      return node.nodes.some((child) => nodeHolds(child, scope, from));
    case 'not':
      return !nodeHolds(node.node, scope, from);
    case 'fact':
      return testHolds(node.test, readPath(from, node.path.parts), scope);
    case 'segment':
      return scope.inSegment(node.id);
    case 'events':
      return testHolds(node.test, countOf(node, scope.facts), scope);
  }
};

/** How often the counted event happened in its window. */
export const countOf = (node: EventsNode, facts: Facts): number =>
  facts.count(node.counter.id, node.within === null ? null : subtractDuration(facts.now, node.within));

/** The operand's value: as written, or the other fact. */
export const operandValue = (operand: Operand, facts: Facts): unknown =>
  operand.kind === 'value' ? operand.value : readPath(facts.roots, operand.path.parts);

/** Whether one test holds of a value (null where it is missing). */
export const testHolds = (test: FactTest, value: unknown, scope: Scope): boolean => {
  const { facts } = scope;
  switch (test.operator) {
    case 'and':
      return test.tests.every((part) => testHolds(part, value, scope));
    case '$not':
      return !testHolds(test.test, value, scope);
    case '$eq':
      return isOrHas(value, operandValue(test.operand, facts));
    case '$ne':
      return !isOrHas(value, operandValue(test.operand, facts));
    case '$gt':
    case '$gte':
    case '$lt':
    case '$lte': {
      const { operator } = test;
      const operand = operandValue(test.operand, facts);
      return holdsOfAny(value, (element) => isOrdered(element, operator, operand));
    }
    case '$in':
    case '$ini':
      return isAmong(value, test.operands, test.operator === '$ini', facts);
    case '$nin':
    case '$nini':
      return !isAmong(value, test.operands, test.operator === '$nini', facts);
    case '$exists':
      return (value !== null) === test.expected;
    case '$type':
      return typeOf(value) === test.type;
    case '$regex':
    case '$regexi':
      return holdsOfAny(value, (element) => typeof element === 'string' && test.pattern.matches(element));
    case '$veq':
    case '$vgt':
    case '$vgte':
    case '$vlt':
    case '$vlte':
      return versionHolds(value, test.operator, operandValue(test.operand, facts));
    case '$vne':
      return !versionHolds(value, '$veq', operandValue(test.operand, facts));
    case '$within':
    case '$olderThan':
    case '$inNext':
      return timeHolds(value, test.operator, test.duration, facts.now);
    case '$inOrders':
      return holdsOfAny(value, (element) => isInOrders(element, test.field, test.duration, facts));
    case '$size':
      return Array.isArray(value) && testHolds(test.test, value.length, scope);
    case '$all':
      return (
        Array.isArray(value) &&
        test.tests.every((part) => value.some((element) => testHolds(part, element, scope)))
      );
    case '$elemMatch':
      return Array.isArray(value) && value.some((element) => elementMatches(test.element, element, scope));
  }
};

const elementMatches = (wanted: FactTest | ConditionNode, element: unknown, scope: Scope): boolean =>
  'kind' in wanted
    ? typeof element === 'object' && element !== null && nodeHolds(wanted, scope, element)
    : testHolds(wanted, element ?? null, scope);

const lowerCase = (value: unknown): unknown => (typeof value === 'string' ? value.toLowerCase() : value);

const isAmong = (
  value: unknown,
  operands: readonly Operand[] | Operand,
  ignoreCase: boolean,
  facts: Facts,
): boolean => {
  const fold = ignoreCase ? lowerCase : (other: unknown): unknown => other;
  const has = (candidate: unknown): boolean => {
    const wanted = fold(candidate);
    return (
      isSame(fold(value), wanted) || (Array.isArray(value) && value.some((one) => isSame(fold(one), wanted)))
    );
  };
  if ('kind' in operands) {
    const list = operandValue(operands, facts);
    return Array.isArray(list) && list.some(has);
  }
  return operands.some((operand) => has(operandValue(operand, facts)));
};

const typeOf = (value: unknown): FactType | null => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  const type = typeof value;
  return type === 'string' || type === 'number' || type === 'boolean' || type === 'object' ? type : null;
};

const versionHolds = (
  value: unknown,
  operator: Exclude<VersionOperator, '$vne'>,
  operand: unknown,
): boolean => {
  const right = paddedVersion(operand);
  if (right === null) return false;
  return holdsOfAny(value, (element) => {
    const left = paddedVersion(element);
    if (left === null) return false;
    switch (operator) {
      case '$veq':
        return left === right;
      case '$vgt':
        return left > right;
      case '$vgte':
        return left >= right;
      case '$vlt':
        return left < right;
      case '$vlte':
        return left <= right;
    }
  });
};

const instantOf = (value: unknown): number | null => (typeof value === 'string' ? parseInstant(value) : null);

/**
 * Of an array `$within` and `$inNext` ask for any of its times; `$olderThan` stays the complement of `$within`: the
 * array has a time, and none of its times is within.
 */
const timeHolds = (
  value: unknown,
  operator: '$within' | '$olderThan' | '$inNext',
  duration: Duration,
  now: number,
): boolean => {
  const times = (Array.isArray(value) ? value : [value]).map(instantOf).filter((time) => time !== null);
  switch (operator) {
    case '$within': {
      const since = subtractDuration(now, duration);
      return times.some((time) => time >= since && time <= now);
    }
    case '$olderThan':
      return times.length > 0 && !timeHolds(value, '$within', duration, now);
    case '$inNext': {
      const until = addDuration(now, duration);
      return times.some((time) => time > now && time <= until);
    }
  }
};

/** Whether an order line of the window has the same value in the field of the same name. */
const isInOrders = (value: unknown, field: string, duration: Duration, facts: Facts): boolean => {
  if (value === null) return false;
  const lines = readPath(facts.roots, ['orders']);
  return (
    Array.isArray(lines) &&
    lines.some(
      (line) =>
        isSame(readPath(line, [field]), value) &&
        timeHolds(readPath(line, ['orderedAt']), '$within', duration, facts.now),
    )
  );
};
