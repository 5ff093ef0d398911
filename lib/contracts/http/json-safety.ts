import { type FieldError, MAX_FIELD_ERRORS, pathTo } from './field-error.ts';

/** Deepest nesting of a body; its outermost object is the first level. */
export const MAX_NESTING = 20;

/** Keys that reach an object's prototype where a value is merged carelessly. */
const POLLUTING_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** Fields whose inside belongs to the sender: unknown fields are kept there, and polluting ones dropped. */
const FREE_FORM_FIELDS: ReadonlySet<string> = new Set([
  'properties',
  'traits',
  'context',
  'attributes',
  'data',
  'integrations',
]);

const QUOTE = 34;
const BACKSLASH = 92;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;

/** Index of the quote that ends the string opened at `start`, or the text's length where none does. */
const endOfString = (text: string, start: number): number => {
  let end = text.indexOf('"', start + 1);
  while (end !== -1) {
    let escapes = 0;
    while (text.charCodeAt(end - 1 - escapes) === BACKSLASH) escapes += 1;
    if (escapes % 2 === 0) return end;
    end = text.indexOf('"', end + 1);
  }
  return text.length;
};

/**
 * Whether JSON text nests deeper than `limit`, found by one linear scan, since `JSON.parse` recurses: text that
 * nests tens of thousands deep must never reach it.
 */
export const nestsDeeperThan = (text: string, limit: number): boolean => {
  let depth = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === QUOTE) index = endOfString(text, index);
    else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      depth += 1;
      if (depth > limit) return true;
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) depth -= 1;
  }
  return false;
};

/** Whether parsed text might hold what {@link cleanJson} looks for; most texts do not and skip its walk. */
export const needsCleaning = (text: string): boolean =>
  /__proto__|constructor|prototype|\\u|[0-9][eE]\+?[0-9]{3}|[0-9]{300}/.test(text);

/** How fields are treated that no schema knows: refused with their path, or ignored. */
export type UnknownFields = 'refused' | 'ignored';

interface Cleaning {
  readonly nesting: number;
  readonly errors: FieldError[];
}

const refuse = (cleaning: Cleaning, path: string, message: string): void => {
  if (cleaning.errors.length < MAX_FIELD_ERRORS) cleaning.errors.push({ path, message });
};

const cleanArray = (
  value: readonly unknown[],
  path: string,
  freeForm: boolean,
  depth: number,
  run: Cleaning,
) => {
  let copy: unknown[] | null = null;
  for (let index = 0; index < value.length; index += 1) {
    const before = value[index];
    if (typeof before === 'string') continue;
    const after = clean(before, pathTo(path, index), freeForm, depth + 1, run);
    if (after !== before) {
      copy ??= [...value];
      copy[index] = after;
    }
  }
  return copy ?? value;
};

const cleanObject = (value: object, path: string, freeForm: boolean, depth: number, run: Cleaning) => {
  let changed = false;
  const kept: [string, unknown][] = [];
  for (const [key, before] of Object.entries(value)) {
    if (POLLUTING_KEYS.has(key)) {
      changed = true;
      if (!freeForm) refuse(run, pathTo(path, key), 'this name is not allowed');
      continue;
    }
    const inside = freeForm || FREE_FORM_FIELDS.has(key);
    const after =
      typeof before === 'string' ? before : clean(before, pathTo(path, key), inside, depth + 1, run);
    changed ||= after !== before;
    kept.push([key, after]);
  }
  return changed ? Object.fromEntries(kept) : value;
};

const clean = (value: unknown, path: string, freeForm: boolean, depth: number, run: Cleaning): unknown => {
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) refuse(run, path, 'expected a number that a double can hold');
    return value;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (depth > run.nesting) {
    refuse(run, path, `expected at most ${run.nesting} levels of nesting`);
    return null;
  }
  return Array.isArray(value)
    ? cleanArray(value, path, freeForm, depth, run)
    : cleanObject(value, path, freeForm, depth, run);
};

/** Whether nothing in a value has to go: the walk that nearly all bodies end with. */
const isClean = (value: unknown, levelsLeft: number): boolean => {
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || value === null) return true;
  if (levelsLeft === 0) return false;
  if (Array.isArray(value)) return value.every((element) => isClean(element, levelsLeft - 1));
  return Object.entries(value).every(
    ([key, element]) =>
      !POLLUTING_KEYS.has(key) && (typeof element === 'string' || isClean(element, levelsLeft - 1)),
  );
};

/**
 * Parsed JSON without keys that could reach a prototype. In free-form places (and everywhere where unknown
 * fields are ignored) such a key is dropped, elsewhere it is an error; a number beyond a double's range, which
 * `JSON.parse` reads as infinite, is one anywhere. The value itself is returned where nothing had to go.
 */
export const cleanJson = (
  value: unknown,
  unknownFields: UnknownFields,
  nesting: number = MAX_NESTING,
): { readonly value: unknown; readonly errors: readonly FieldError[] } => {
  if (isClean(value, nesting)) return { value, errors: [] };
  const run: Cleaning = { nesting, errors: [] };
  return { value: clean(value, '', unknownFields === 'ignored', 1, run), errors: run.errors };
};
