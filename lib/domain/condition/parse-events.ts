import { isJsonObject, type Json } from '../json.ts';
import { maximumMilliseconds, parseDuration } from '../time/duration.ts';
import type { Condition, ConditionNode, FactTest } from './condition.ts';
import { counterOf } from './counter.ts';
import { parseTest } from './parse-test.ts';
import { at, type Parsing, refuse, show } from './parsing.ts';

/** A ring keeps the newest 100 times of an event: larger numbers can't be told apart within a window. */
const mostWithin = 100;
const longestWindow = 400 * 86_400_000;
const fields: ReadonlySet<string> = new Set(['name', 'where', 'count', 'within']);
const countOperators: ReadonlySet<string> = new Set(['$eq', '$ne', '$gt', '$gte', '$lt', '$lte']);

/** Parses `{ events: { name, where, count, within } }`. */
export const parseEvents = (value: Json, path: string, parsing: Parsing): ConditionNode | null => {
  if (!isJsonObject(value))
    return refuse(
      parsing,
      path,
      `expected an object with name, where, count and within, found ${show(value)}`,
    );
  for (const key of Object.keys(value))
    if (!fields.has(key)) refuse(parsing, at(path, key), 'expected only name, where, count and within');
  const { name } = value;
  if (typeof name !== 'string' || name === '')
    return refuse(parsing, at(path, 'name'), `expected the name of an event, found ${show(name)}`);
  const where = value.where === undefined ? null : whereOf(value.where, at(path, 'where'), parsing);
  const within = value.within === undefined ? null : windowOf(value.within, at(path, 'within'), parsing);
  const test = countTest(value.count ?? { $gte: 1 }, at(path, 'count'), within !== null, parsing);
  if (test === null) return null;
  const counter = counterOf(name, where, within);
  parsing.counters.set(`${counter.id} ${counter.window}`, counter);
  return { kind: 'events', counter, within, test, written: value };
};

const whereOf = (value: Json, path: string, parsing: Parsing): Condition | null => {
  const parsed = parsing.nested.where(value);
  if (parsed.ok) return parsed.condition;
  for (const error of parsed.errors)
    refuse(parsing, error.path === '' ? path : at(path, error.path), error.message);
  return null;
};

const windowOf = (value: Json, path: string, parsing: Parsing) => {
  const duration = typeof value === 'string' ? parseDuration(value) : null;
  if (duration === null || maximumMilliseconds(duration) === 0)
    return refuse(parsing, path, `expected an ISO 8601 duration such as P7D, found ${show(value)}`);
  if (maximumMilliseconds(duration) > longestWindow)
    return refuse(
      parsing,
      path,
      `expected at most P400D, found ${duration.text}: the times of a visitor's events are not kept longer`,
    );
  return duration;
};

const countTest = (value: Json, path: string, windowed: boolean, parsing: Parsing): FactTest | null => {
  const entries: readonly (readonly [string, Json | undefined])[] = isJsonObject(value)
    ? Object.entries(value)
    : [['$eq', value]];
  const [first] = entries;
  if (first === undefined)
    return refuse(parsing, path, 'expected a whole number or comparisons such as { $gte: 3 }, found {}');
  for (const [operator, number] of entries) {
    const place = isJsonObject(value) ? at(path, operator) : path;
    if (!countOperators.has(operator))
      return refuse(parsing, place, `expected one of ${[...countOperators].join(', ')}, found ${operator}`);
    if (typeof number !== 'number' || !Number.isInteger(number) || number < 0)
      return refuse(parsing, place, `expected a whole number, found ${show(number)}`);
    // To know that a count is more than n, or is n and no more, n + 1 times must be kept.
    const needed = operator === '$gte' || operator === '$lt' ? number : number + 1;
    if (windowed && needed > mostWithin)
      return refuse(
        parsing,
        place,
        `expected a count that ${mostWithin} kept events can decide, found ${operator} ${number}: ` +
          `of each count only the newest ${mostWithin} times are kept; without within any number is possible`,
      );
  }
  return parseTest(value, path, parsing, null);
};
