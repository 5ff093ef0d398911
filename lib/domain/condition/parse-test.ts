import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import { type Duration, maximumMilliseconds, parseDuration } from '../time/duration.ts';
import type { FactPath, FactTest, FactType, Operand } from './condition.ts';
import { at, type Parsing, parsePath, refuse, show } from './parsing.ts';
import { compilePattern } from './pattern.ts';

const factTypes: readonly FactType[] = ['string', 'number', 'boolean', 'object', 'array', 'null'];
const operators =
  '$eq, $ne, $gt, $gte, $lt, $lte, $in, $nin, $ini, $nini, $exists, $type, $regex, $regexi, $not, $all, ' +
  '$elemMatch, $size, $veq, $vne, $vgt, $vgte, $vlt, $vlte, $within, $olderThan, $inNext, $inOrders';

/**
 * Parses what must hold of one value: operators, or a bare value, which means `$eq`.
 *
 * @param fact - the path whose value is tested, where there is one.
 */
export const parseTest = (
  value: Json,
  path: string,
  parsing: Parsing,
  fact: FactPath | null,
): FactTest | null => {
  const entries = isJsonObject(value) ? Object.entries(value) : [];
  const written = entries.filter(([key]) => key.startsWith('$'));
  if (!isJsonObject(value) || written.length === 0 || isFactReference(value))
    return equality('$eq', value, path, parsing);
  if (written.length < entries.length)
    return refuse(parsing, path, 'expected either operators or the keys of an object to equal, found both');
  const tests: FactTest[] = [];
  for (const [operator, operand] of written) {
    const test = parseOperator(operator, operand ?? null, at(path, operator), parsing, fact);
    if (test !== null) tests.push(test);
  }
  const [first] = tests;
  return tests.length === 1 && first !== undefined ? first : { operator: 'and', tests };
};

const parseOperator = (
  operator: string,
  value: Json,
  path: string,
  parsing: Parsing,
  fact: FactPath | null,
): FactTest | null => {
  switch (operator) {
    case '$eq':
    case '$ne':
      return equality(operator, value, path, parsing);
    case '$gt':
    case '$gte':
    case '$lt':
    case '$lte': {
      if (typeof value !== 'number' && typeof value !== 'string' && !isFactReference(value))
        return refuse(parsing, path, `expected a number, a string or { $fact: path }, found ${show(value)}`);
      const operand = parseOperand(value, path, parsing);
      return operand === null ? null : { operator, operand };
    }
    case '$in':
    case '$nin':
    case '$ini':
    case '$nini': {
      const operands = parseOperands(value, path, parsing);
      return operands === null ? null : { operator, operands };
    }
    case '$veq':
    case '$vne':
    case '$vgt':
    case '$vgte':
    case '$vlt':
    case '$vlte': {
      const isVersion = typeof value === 'number' || (typeof value === 'string' && value !== '');
      if (!isVersion && !isFactReference(value))
        return refuse(parsing, path, `expected a version such as "2.10.0", found ${show(value)}`);
      const operand = parseOperand(value, path, parsing);
      return operand === null ? null : { operator, operand };
    }
    case '$exists':
      return typeof value === 'boolean'
        ? { operator, expected: value }
        : refuse(parsing, path, `expected true or false, found ${show(value)}`);
    case '$type': {
      const type = factTypes.find((candidate) => candidate === value);
      return type === undefined
        ? refuse(parsing, path, `expected one of ${factTypes.join(', ')}, found ${show(value)}`)
        : { operator, type };
    }
    case '$regex':
    case '$regexi': {
      if (typeof value !== 'string')
        return refuse(parsing, path, `expected a regular expression as a string, found ${show(value)}`);
      const compiled = compilePattern(value, operator === '$regexi');
      return compiled.ok ? { operator, pattern: compiled.pattern } : refuse(parsing, path, compiled.message);
    }
    case '$within':
    case '$olderThan':
    case '$inNext': {
      const duration = durationOf(value, path, parsing);
      return duration === null ? null : { operator, duration };
    }
    case '$inOrders': {
      const duration = durationOf(value, path, parsing);
      const field = fact?.parts.at(-1);
      if (field === undefined)
        return refuse(parsing, path, 'expected $inOrders directly at the path of a fact such as line.sku');
      return duration === null ? null : { operator, duration, field };
    }
    case '$not': {
      const test = parseTest(value, path, parsing, fact);
      return test === null ? null : { operator, test };
    }
    case '$size':
      return sizeTest(value, path, parsing);
    case '$all':
      return allTest(value, path, parsing);
    case '$elemMatch':
      return elementTest(value, path, parsing);
    default:
      return refuse(parsing, path, `expected one of ${operators}; found ${operator}`);
  }
};

const isFactReference = (value: Json): value is JsonObject =>
  isJsonObject(value) && Object.keys(value).length === 1 && Object.hasOwn(value, '$fact');

const equality = (operator: '$eq' | '$ne', value: Json, path: string, parsing: Parsing): FactTest | null => {
  const operand = parseOperand(value, path, parsing);
  return operand === null ? null : { operator, operand };
};

/** A value as written, or `{ $fact: path }`. Operators deeper in a value are refused: they would never act. */
const parseOperand = (value: Json, path: string, parsing: Parsing): Operand | null => {
  if (isFactReference(value)) {
    if (parsing.counted)
      return refuse(
        parsing,
        at(path, '$fact'),
        'expected a value: events are counted as they happen, when no other fact is known',
      );
    const text = value.$fact;
    if (typeof text !== 'string')
      return refuse(parsing, at(path, '$fact'), `expected the path of a fact, found ${show(text)}`);
    const factPath = parsePath(text, at(path, '$fact'), { ...parsing, scope: 'facts' });
    return factPath === null ? null : { kind: 'fact', path: factPath };
  }
  const misplaced = findOperator(value, path);
  if (misplaced !== null)
    return refuse(parsing, misplaced, 'expected a plain value: operators act only directly at a path');
  return { kind: 'value', value };
};

const findOperator = (value: Json | undefined, path: string): string | null => {
  if (typeof value !== 'object' || value === null) return null;
  for (const [key, child] of Object.entries(value)) {
    const place = at(path, Array.isArray(value) ? Number(key) : key);
    const found = key.startsWith('$') ? place : findOperator(child, place);
    if (found !== null) return found;
  }
  return null;
};

const parseOperands = (value: Json, path: string, parsing: Parsing): readonly Operand[] | Operand | null => {
  if (isFactReference(value)) return parseOperand(value, path, parsing);
  if (!Array.isArray(value))
    return refuse(parsing, path, `expected a list of values or { $fact: path }, found ${show(value)}`);
  const operands: Operand[] = [];
  value.forEach((element: Json, index) => {
    const operand = parseOperand(element, at(path, index), parsing);
    if (operand !== null) operands.push(operand);
  });
  return operands;
};

const durationOf = (value: Json, path: string, parsing: Parsing): Duration | null => {
  const duration = typeof value === 'string' ? parseDuration(value) : null;
  return duration !== null && maximumMilliseconds(duration) > 0
    ? duration
    : refuse(parsing, path, `expected an ISO 8601 duration such as P30D or PT45M, found ${show(value)}`);
};

const sizeTest = (value: Json, path: string, parsing: Parsing): FactTest | null => {
  const isSize = typeof value === 'number' && Number.isInteger(value) && value >= 0;
  if (!isSize && !isJsonObject(value))
    return refuse(parsing, path, `expected a whole number or operators on the size, found ${show(value)}`);
  const test = parseTest(value, path, parsing, null);
  return test === null ? null : { operator: '$size', test };
};

const allTest = (value: Json, path: string, parsing: Parsing): FactTest | null => {
  if (!Array.isArray(value)) return refuse(parsing, path, `expected a list of values, found ${show(value)}`);
  const tests: FactTest[] = [];
  value.forEach((element: Json, index) => {
    const test = parseTest(element, at(path, index), parsing, null);
    if (test !== null) tests.push(test);
  });
  return { operator: '$all', tests };
};

const logical: ReadonlySet<string> = new Set(['$and', '$or', '$nor']);

/** Operators are about the element itself; anything else is a condition with paths relative to it. */
const elementTest = (value: Json, path: string, parsing: Parsing): FactTest | null => {
  if (!isJsonObject(value) || Object.keys(value).length === 0)
    return refuse(parsing, path, `expected operators or a condition on the element, found ${show(value)}`);
  const isTest = Object.keys(value).every((key) => key.startsWith('$') && !logical.has(key));
  const element = isTest
    ? parseTest(value, path, parsing, null)
    : parsing.nested.document(value, path, { ...parsing, scope: 'element' });
  return element === null ? null : { operator: '$elemMatch', element };
};
