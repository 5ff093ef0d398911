import type * as z from 'zod';

/** What is wrong at one place of a body: the `errors` of a problem+json, and of a rejected event. */
export interface FieldError {
  /** Dotted and indexed, `cart.lines[3].quantity`; empty for the whole body. */
  readonly path: string;
  /** What was expected there. Never the value that was sent. */
  readonly message: string;
}

/** Most errors that one answer lists: enough to fix a body, too few to be a burden. */
export const MAX_FIELD_ERRORS = 100;

const PLAIN_KEY = /^[\p{L}_$][\p{L}\p{N}_$-]*$/u;

/** Longest key that a path spells out; a sender's own text is not sent back without a bound. */
const MAX_KEY_LENGTH = 100;

/** `parent` with one more step: `.key`, `[3]`, or `["odd key"]` where a dot would be ambiguous. */
export const pathTo = (parent: string, key: PropertyKey): string => {
  if (typeof key === 'number') return `${parent}[${key}]`;
  const name = String(key).slice(0, MAX_KEY_LENGTH);
  if (!PLAIN_KEY.test(name)) return `${parent}[${JSON.stringify(name)}]`;
  return parent === '' ? name : `${parent}.${name}`;
};

type Issue = z.core.$ZodIssue;

const isRootTypeIssue = (issue: Issue): boolean => issue.path.length === 0 && issue.code === 'invalid_type';

/** The branch of a union that the input was probably meant for: the one that got past its outer type. */
const meantBranch = (branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined =>
  branches.find((issues) => issues.length > 0 && !issues.some(isRootTypeIssue));

const collect = (issues: readonly Issue[], parent: string, into: FieldError[]): void => {
  for (const issue of issues) {
    if (into.length >= MAX_FIELD_ERRORS) return;
    const path = issue.path.reduce<string>(pathTo, parent);
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) into.push({ path: pathTo(path, key), message: 'unknown field' });
      continue;
    }
    const branch = issue.code === 'invalid_union' ? meantBranch(issue.errors) : undefined;
    if (branch === undefined) into.push({ path, message: issue.message });
    else collect(branch, path, into);
  }
};

/**
 * Zod's issues as `errors` of a problem: one for each unknown key, and for a union those of the branch that the
 * input was meant for. At most {@link MAX_FIELD_ERRORS}.
 */
export const fieldErrors = (issues: readonly Issue[], parent = ''): readonly FieldError[] => {
  const errors: FieldError[] = [];
  collect(issues, parent, errors);
  return errors.slice(0, MAX_FIELD_ERRORS);
};
