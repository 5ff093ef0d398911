import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import type { Condition, ConditionNode } from './condition.ts';
import { parseEvents } from './parse-events.ts';
import { parseTest } from './parse-test.ts';
import {
  at,
  type ConditionError,
  forbiddenKeys,
  type ParsedCondition,
  type Parsing,
  parsePath,
  refuse,
  show,
} from './parsing.ts';

export interface ParseOptions {
  /** What a fact's path may start with, such as `visitor`, `cart`, `event`. */
  readonly roots: readonly string[];
}

/** Objects and arrays may stand in each other this deep. */
const deepest = 20;

/**
 * Parses a condition (`docs/concepts/conditions.md`). What cannot be parsed is refused in full: nothing is
 * skipped when the condition is evaluated.
 *
 * @returns the condition, or every error with its path and what was expected.
 */
export const parseCondition = (document: unknown, options: ParseOptions): ParsedCondition =>
  parseIn(document, { roots: options.roots, scope: 'facts', counted: false });

/** Parses the `where` of an event count, whose paths are relative to the event's properties. */
export const parseWhere = (document: unknown): ParsedCondition =>
  parseIn(document, { roots: [], scope: 'properties', counted: true });

const parseIn = (document: unknown, where: Pick<Parsing, 'roots' | 'scope' | 'counted'>): ParsedCondition => {
  const errors: ConditionError[] = [];
  checkShape(document, '', 0, errors);
  if (!isJsonObject(document)) {
    if (errors.length === 0)
      errors.push({
        path: '',
        message: `expected an object of facts and what must hold of them, found ${show(document)}`,
      });
    return { ok: false, errors };
  }
  if (errors.length > 0) return { ok: false, errors };
  const parsing: Parsing = {
    ...where,
    errors,
    facts: new Set(),
    segments: new Set(),
    counters: new Map(),
    nested: { document: parseDocument, where: parseWhere },
  };
  const root = parseDocument(document, '', parsing);
  if (root === null || errors.length > 0) return { ok: false, errors };
  const condition: Condition = {
    root,
    document,
    roots: where.roots,
    facts: [...parsing.facts],
    segments: [...parsing.segments],
    counters: [...parsing.counters.values()],
  };
  return { ok: true, condition };
};

/** Refuses what is no JSON, what nests too deep, and keys that reach for prototypes. */
const checkShape = (value: unknown, path: string, depth: number, errors: ConditionError[]): void => {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return;
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) errors.push({ path, message: `expected a finite number, found ${value}` });
    return;
  }
  if (typeof value !== 'object') {
    errors.push({ path, message: `expected a JSON value, found ${typeof value}` });
    return;
  }
  if (depth >= deepest) {
    errors.push({ path, message: `expected at most ${deepest} objects and lists inside each other` });
    return;
  }
  if (Array.isArray(value)) {
    value.forEach((element, index) => {
      checkShape(element, at(path, index), depth + 1, errors);
    });
    return;
  }
  for (const [key, child] of Object.entries(value)) {
    if (forbiddenKeys.has(key))
      errors.push({ path: at(path, key), message: `expected the name of a fact: ${key} is never one` });
    else checkShape(child, at(path, key), depth + 1, errors);
  }
};

/** Parses an object of conditions that must all hold. */
const parseDocument = (document: JsonObject, path: string, parsing: Parsing): ConditionNode | null => {
  const nodes: ConditionNode[] = [];
  for (const [key, value] of Object.entries(document)) {
    const node = parseEntry(key, value ?? null, at(path, key), parsing);
    if (node !== null) nodes.push(node);
  }
  const [first] = nodes;
  return nodes.length === 1 && first !== undefined ? first : { kind: 'and', nodes };
};

const parseEntry = (key: string, value: Json, path: string, parsing: Parsing): ConditionNode | null => {
  switch (key) {
    case '$and':
      return group('and', parseList(value, path, parsing));
    case '$or':
      return alternatives(parseList(value, path, parsing));
    case '$nor':
      return negated(alternatives(parseList(value, path, parsing)));
    case '$not':
      return negated(parseChild(value, path, parsing));
  }
  if (key.startsWith('$'))
    return refuse(
      parsing,
      path,
      `expected a fact's path, or one of $and, $or, $nor, $not: ${key} can't stand here`,
    );
  if (parsing.scope === 'facts' && key === 'segment') return parseSegment(value, path, parsing);
  if (parsing.scope === 'facts' && key === 'events') return parseEvents(value, path, parsing);
  const factPath = parsePath(key, path, parsing);
  const test = parseTest(value, path, parsing, factPath);
  if (factPath === null || test === null) return null;
  return { kind: 'fact', path: factPath, test, written: value };
};

type Nodes = readonly ConditionNode[] | null;
const group = (kind: 'and' | 'or', nodes: Nodes): ConditionNode | null =>
  nodes === null ? null : { kind, nodes };
/** An empty `$or` holds, as it does in GrowthBook. */
const alternatives = (nodes: Nodes): ConditionNode | null => group(nodes?.length === 0 ? 'and' : 'or', nodes);
const negated = (node: ConditionNode | null): ConditionNode | null =>
  node === null ? null : { kind: 'not', node };

const parseChild = (value: Json | undefined, path: string, parsing: Parsing): ConditionNode | null =>
  isJsonObject(value)
    ? parseDocument(value, path, parsing)
    : refuse(parsing, path, `expected a condition (an object), found ${show(value)}`);

const parseList = (value: Json, path: string, parsing: Parsing): Nodes => {
  if (!Array.isArray(value))
    return refuse(parsing, path, `expected a list of conditions, found ${show(value)}`);
  const nodes: ConditionNode[] = [];
  value.forEach((element: Json, index) => {
    const node = parseChild(element, at(path, index), parsing);
    if (node !== null) nodes.push(node);
  });
  return nodes;
};

const parseSegment = (value: Json, path: string, parsing: Parsing): ConditionNode | null => {
  if (typeof value !== 'string' || value === '')
    return refuse(parsing, path, `expected a segment's id, found ${show(value)}`);
  parsing.segments.add(value);
  return { kind: 'segment', id: value };
};
