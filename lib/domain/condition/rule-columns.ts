import type { FactPath } from './condition.ts';
import { type Expression, type LeafNode, rateOf } from './rule-expression.ts';

/**
 * One way in which a rule can hold: what must be true of single facts, and the rest. A rule with a few
 * alternatives becomes a few columns; it holds where any of them does.
 */
export interface Column {
  readonly rule: number;
  /** Expressions of simple leaves on one fact alone, by its path (and a number, where a fact has several). */
  readonly byFact: ReadonlyMap<string, FactExpression>;
  /** What is left to check where the facts allow it. */
  readonly rest: readonly Expression[];
}

export interface FactExpression {
  readonly path: FactPath;
  readonly expression: Expression;
}

/** More columns than this for one rule cost more than checking its alternatives one by one. */
const mostColumns = 8;

type Alternative = readonly Expression[];

/** Splits a rule's expression into columns. A rule that can't hold has none. */
export const columnsOf = (rule: number, expression: Expression): readonly Column[] =>
  alternativesOf(expression, mostColumns).map((conjuncts) => columnOf(rule, conjuncts));

/** Alternatives, each a list of what must hold together; at most `most` of them. */
const alternativesOf = (expression: Expression, most: number): readonly Alternative[] => {
  if (expression.kind === 'leaf' || onlyFact(expression) !== null) return [[expression]];
  if (expression.kind === 'or') {
    const all = expression.parts.flatMap((part) => alternativesOf(part, most));
    return all.length <= most ? all : [[expression]];
  }
  let found: readonly Alternative[] = [[]];
  for (const part of expression.parts) {
    const own = alternativesOf(part, Math.floor(most / Math.max(1, found.length)));
    found = found.flatMap((before) => own.map((after) => [...before, ...after]));
  }
  return found;
};

const columnOf = (rule: number, conjuncts: Alternative): Column => {
  const byFact = new Map<string, FactExpression>();
  const rest: Expression[] = [];
  for (const conjunct of conjuncts) {
    const path = onlyFact(conjunct);
    if (path === null) {
      rest.push(conjunct);
      continue;
    }
    const key = isMembership(conjunct) ? freeKey(path.text, byFact) : path.text;
    const before = byFact.get(key);
    const expression: Expression =
      before === undefined ? conjunct : { kind: 'and', parts: [before.expression, conjunct] };
    byFact.set(key, { path, expression });
  }
  return { rule, byFact, rest };
};

/**
 * Whether the expression asks for some value, or one of some. Two of these on one fact only make sense where it is
 * an array; kept apart, each is answered by the array's elements without a program.
 */
const isMembership = (expression: Expression): boolean =>
  expression.kind === 'leaf'
    ? !expression.negated && isMembershipNode(expression.leaf.node)
    : expression.kind === 'or' && expression.parts.every(isMembership);

const isMembershipNode = (node: LeafNode): boolean =>
  node.kind === 'fact' && (node.test.operator === '$eq' || node.test.operator === '$in');

const freeKey = (path: string, taken: ReadonlyMap<string, FactExpression>): string => {
  let key = path;
  // A path has no empty part, so this is none.
  while (taken.has(key)) key += '..';
  return key;
};

/** The fact, where the expression has only simple leaves on one. */
const onlyFact = (expression: Expression): FactPath | null => {
  if (expression.kind === 'leaf') {
    const { node, simple } = expression.leaf;
    return simple && node.kind === 'fact' ? node.path : null;
  }
  let common: FactPath | null = null;
  for (const part of expression.parts) {
    const path = onlyFact(part);
    if (path === null || (common !== null && common.text !== path.text)) return null;
    common = path;
  }
  return common;
};

/** Orders what is checked one by one so that the likeliest to decide comes first. */
export const byRate = (expression: Expression): Expression => {
  if (expression.kind === 'leaf') return expression;
  const sign = expression.kind === 'and' ? 1 : -1;
  const parts = expression.parts.map(byRate).sort((a, b) => sign * (rateOf(a) - rateOf(b)));
  return { kind: expression.kind, parts };
};

/** A text that is the same for the same expression. */
export const expressionKey = (expression: Expression): string =>
  expression.kind === 'leaf'
    ? `${expression.negated ? '!' : ''}${expression.leaf.id}`
    : `${expression.kind}(${expression.parts.map(expressionKey).join(',')})`;
