import type { JsonObject } from '../json.ts';
import type { Condition, ConditionNode, CounterSpec, FactPath } from './condition.ts';

/** Why a condition was refused: where, dotted from its own root, and what was expected there. */
export interface ConditionError {
  readonly path: string;
  readonly message: string;
}

export type ParsedCondition =
  | { readonly ok: true; readonly condition: Condition }
  | { readonly ok: false; readonly errors: readonly ConditionError[] };

/** How a part of a condition parses a condition that stands within it. */
export interface NestedParser {
  readonly document: (document: JsonObject, path: string, parsing: Parsing) => ConditionNode | null;
  readonly where: (document: unknown) => ParsedCondition;
}

/** What the parts of the parser share while one condition is read. */
export interface Parsing {
  readonly roots: readonly string[];
  /**
   * `facts`: paths start at the roots. `element`: inside `$elemMatch`, they are relative to the element.
   * `properties`: inside the `where` of a count, they are relative to the event's properties.
   */
  readonly scope: 'facts' | 'element' | 'properties';
  /** Whether the condition as a whole is the `where` of a count, which has no other facts. */
  readonly counted: boolean;
  readonly errors: ConditionError[];
  readonly facts: Set<string>;
  readonly segments: Set<string>;
  readonly counters: Map<string, CounterSpec>;
  /** The parser itself: an element and the `where` of a count are conditions again. */
  readonly nested: NestedParser;
}

/** Keys that reach for prototypes. */
export const forbiddenKeys: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** The path of a key or an element within a document. */
export const at = (path: string, key: string | number): string =>
  typeof key === 'number' ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`;

export const refuse = (parsing: Parsing, path: string, message: string): null => {
  parsing.errors.push({ path, message });
  return null;
};

/** A short form of what was found, for messages. */
export const show = (value: unknown): string => {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
};

const withoutPrefix = ['event', 'properties'];

/** Reads a dotted path, canonicalises its short form, and notes that the condition reads it. */
export const parsePath = (text: string, path: string, parsing: Parsing): FactPath | null => {
  let parts = text.split('.');
  if (parts.some((part) => part === ''))
    return refuse(parsing, path, `expected a dotted path without empty parts, found ${show(text)}`);
  const forbidden = parts.find((part) => forbiddenKeys.has(part));
  if (forbidden !== undefined)
    return refuse(parsing, path, `expected the path of a fact: ${forbidden} is never part of one`);
  if (parsing.scope === 'element') return { text, parts };
  if (parsing.scope === 'properties') {
    if (parts.length > 2 && withoutPrefix.every((part, index) => parts[index] === part))
      parts = parts.slice(2);
  } else {
    const [root = ''] = parts;
    if ((root === 'traits' || root === 'stats') && !parsing.roots.includes(root))
      parts = ['visitor', ...parts];
    if (!parsing.roots.includes(parts[0] ?? ''))
      return refuse(
        parsing,
        path,
        `expected a fact that starts with one of ${parsing.roots.join(', ')}; found ${show(text)}`,
      );
  }
  const canonical = parts.join('.');
  parsing.facts.add(canonical);
  return { text: canonical, parts };
};
