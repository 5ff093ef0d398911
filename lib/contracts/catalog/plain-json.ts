/** Something that no definition may hold, wherever it stands. */
export interface PlainJsonIssue {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** How deep a definition may be nested, itself included. */
const MAX_DEPTH = 20;

/** Keys that reach an object's prototype in careless code. */
const POLLUTING_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

/** How many issues are worth telling. */
const MAX_ISSUES = 100;

/**
 * What in a value is not plain, bounded JSON: nesting over {@link MAX_DEPTH}, keys that pollute prototypes, and
 * numbers that JSON can't carry. It never descends further than the limit, so a value nested 10,000 deep is safe.
 */
export const plainJsonIssues = (value: unknown): readonly PlainJsonIssue[] => {
  const issues: PlainJsonIssue[] = [];
  const visit = (node: unknown, path: readonly (string | number)[]): void => {
    if (issues.length >= MAX_ISSUES) return;
    if (typeof node === 'number') {
      if (!Number.isFinite(node)) issues.push({ path, message: 'expected a finite number' });
      return;
    }
    if (node === null || typeof node === 'string' || typeof node === 'boolean') return;
    if (typeof node !== 'object') {
      issues.push({
        path,
        message: 'expected JSON: null, true, false, a number, text, an array or an object',
      });
      return;
    }
    if (path.length >= MAX_DEPTH) {
      issues.push({ path, message: `expected nesting of at most ${MAX_DEPTH}` });
      return;
    }
    if (Array.isArray(node)) {
      for (const [position, item] of node.entries()) visit(item, [...path, position]);
      return;
    }
    for (const [key, item] of Object.entries(node)) {
      if (POLLUTING_KEYS.has(key))
        issues.push({ path: [...path, key], message: 'expected another key: this one is reserved' });
      else visit(item, [...path, key]);
    }
  };
  visit(value, []);
  return issues;
};
