import { parseInstant } from '../time/instant.ts';
import type { OrderOperator } from './condition.ts';

const isRecord = (value: unknown): value is { readonly [key: string]: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether two JSON values are the same, element by element; nothing is coerced. */
export const isSame = (left: unknown, right: unknown): boolean => {
  if (left === right) return true;
  if (Array.isArray(left))
    return (
      Array.isArray(right) &&
      left.length === right.length &&
      left.every((element, index) => isSame(element, right[index]))
    );
  if (!isRecord(left) || !isRecord(right)) return false;
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && isSame(left[key], right[key]))
  );
};

/** Whether the value is the other, or an array that has it as an element. */
export const isOrHas = (value: unknown, other: unknown): boolean =>
  isSame(value, other) || (Array.isArray(value) && value.some((element) => isSame(element, other)));

const ordered = <T extends number | string>(left: T, operator: OrderOperator, right: T): boolean => {
  switch (operator) {
    case '$gt':
      return left > right;
    case '$gte':
      return left >= right;
    case '$lt':
      return left < right;
    case '$lte':
      return left <= right;
  }
};

/** Whether the order holds: between two numbers, two times (as instants) or two strings, else never. */
export const isOrdered = (left: unknown, operator: OrderOperator, right: unknown): boolean => {
  if (typeof left === 'number' && typeof right === 'number') return ordered(left, operator, right);
  if (typeof left !== 'string' || typeof right !== 'string') return false;
  const rightAt = parseInstant(right);
  const leftAt = rightAt === null ? null : parseInstant(left);
  return leftAt !== null && rightAt !== null
    ? ordered(leftAt, operator, rightAt)
    : ordered(left, operator, right);
};

/** Whether the check holds of the value, or of any element where it is an array. */
export const holdsOfAny = (value: unknown, check: (element: unknown) => boolean): boolean =>
  Array.isArray(value) ? value.some(check) : check(value);
