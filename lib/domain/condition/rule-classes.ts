import { constantsOf, type Expression, holdsOfValue } from './rule-expression.ts';

/**
 * The values of one fact fall into classes that no simple test on it can tell apart: null, true, false, any
 * object, NaN, what JSON can't hold, any string that no rule names, each named string, and on the number line each
 * named number and each gap between two. Arrays have no class.
 */
export interface ValueClasses {
  /** Named strings, in the order of their classes. */
  readonly strings: readonly string[];
  /** Named numbers, ascending. */
  readonly numbers: Float64Array;
}

export const classOfNull = 0;
export const classOfTrue = 1;
export const classOfFalse = 2;
export const classOfObject = 3;
export const classOfNaN = 4;
export const classOfAlien = 5;
export const classOfOtherString = 6;
export const firstStringClass = 7;

/** How many classes there are: a gap below each named number, the number, and a gap above all. */
export const classCount = (classes: ValueClasses): number =>
  firstStringClass + classes.strings.length + 2 * classes.numbers.length + 1;

const constantsOfExpression = (expression: Expression): readonly unknown[] => {
  if (expression.kind !== 'leaf') return expression.parts.flatMap(constantsOfExpression);
  const { node } = expression.leaf;
  return node.kind === 'fact' ? constantsOf(node.test) : [];
};

const isString = (value: unknown): value is string => typeof value === 'string';
const isNumber = (value: unknown): value is number => typeof value === 'number';
const ascending = (a: number, b: number): number => a - b;

/** The classes that all these expressions need. */
export const classesOf = (expressions: Iterable<Expression>): ValueClasses => {
  const strings = new Set<string>();
  const numbers = new Set<number>();
  for (const expression of expressions)
    for (const constant of constantsOfExpression(expression)) {
      if (isString(constant)) strings.add(constant);
      else if (isNumber(constant)) numbers.add(constant);
    }
  return { strings: [...strings], numbers: Float64Array.from(numbers).sort() };
};

/** Finds classes while a rule set is built. */
export interface ClassIndex {
  readonly classes: ValueClasses;
  readonly strings: ReadonlyMap<string, number>;
  readonly numbers: ReadonlyMap<number, number>;
}

export const classIndexOf = (classes: ValueClasses): ClassIndex => ({
  classes,
  strings: new Map(classes.strings.map((text, index) => [text, firstStringClass + index])),
  numbers: new Map(
    Array.from(classes.numbers, (number, index) => [
      number,
      firstStringClass + classes.strings.length + 2 * index + 1,
    ]),
  ),
});

/**
 * Where, going up the classes, the expression's answer changes; it counts as true before the first. The answers
 * come from evaluating it on one value of each class that its own constants tell apart.
 */
export const changesOf = (expression: Expression, index: ClassIndex): readonly number[] => {
  const constants = constantsOfExpression(expression);
  const changes: number[] = [];
  let answer = true;
  const from = (start: number, next: boolean): void => {
    if (next === answer) return;
    // A class of one change back and forth needs neither.
    if (changes.at(-1) === start) changes.pop();
    else changes.push(start);
    answer = next;
  };
  const own = new Set(constants.filter(isString));
  const otherString = unlike(own);
  [null, true, false, {}, Number.NaN, Symbol('alien'), otherString].forEach((value, start) => {
    from(start, holdsOfValue(expression, value));
  });
  const other = holdsOfValue(expression, otherString);
  const named = [...own].map((text) => [text, index.strings.get(text) ?? 0] as const);
  for (const [text, start] of named.sort((a, b) => a[1] - b[1])) {
    from(start, holdsOfValue(expression, text));
    from(start + 1, other);
  }
  const numbers = [...new Set(constants.filter(isNumber))].sort(ascending);
  from(firstStringClass + index.classes.strings.length, holdsOfValue(expression, below(numbers[0] ?? 0)));
  numbers.forEach((number, position) => {
    const start = index.numbers.get(number) ?? 0;
    from(start, holdsOfValue(expression, number));
    from(start + 1, holdsOfValue(expression, above(number, numbers[position + 1])));
  });
  return changes;
};

const unlike = (texts: ReadonlySet<string>): string => {
  let text = '';
  while (texts.has(text)) text += '.';
  return text;
};

const below = (number: number): number => number - Math.max(1, Math.abs(number));

/** A number above the one and, where there is one, below the next. */
const above = (number: number, next: number | undefined): number => {
  if (next === undefined) return number + Math.max(1, Math.abs(number));
  const distance = next - number;
  return Number.isFinite(distance) ? number + distance / 2 : 0;
};
