import type * as z from 'zod';

/** What is wrong at one place, and what was expected there. */
export interface SchemaIssue {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

type Issue = z.core.$ZodIssue;

const keyOf = (key: PropertyKey): string | number => (typeof key === 'symbol' ? key.toString() : key);

const plainPath = (path: readonly PropertyKey[]): readonly (string | number)[] => path.map(keyOf);

/** Whether a branch of a union has another shape than what was written: other fields, or no object at all. */
const isOfAnotherShape = (issue: Issue): boolean =>
  (issue.code === 'unrecognized_keys' && issue.path.length === 0) ||
  (issue.code === 'invalid_type' &&
    (issue.path.length === 0 || (issue.path.length === 1 && issue.message.endsWith('received undefined'))));

const ANOTHER_SHAPE = 1000;

/** How far a branch of a union is from what was meant. */
const distance = (issues: readonly Issue[]): number =>
  issues.reduce((sum, issue) => sum + (isOfAnotherShape(issue) ? ANOTHER_SHAPE : 1), 0);

const capitalised = /^Invalid input: /;

const ownMessage = (issue: Issue): string => issue.message.replace(capitalised, '');

const flattenUnion = (
  issue: z.core.$ZodIssueInvalidUnion,
  path: readonly (string | number)[],
): readonly SchemaIssue[] => {
  const [nearest] = [...issue.errors].sort((a, b) => distance(a) - distance(b));
  // Where no branch has the shape, the union's own message says more than any branch.
  const saysItself = !issue.message.startsWith('Invalid');
  if (nearest === undefined || (saysItself && distance(nearest) >= ANOTHER_SHAPE)) {
    return [{ path, message: saysItself ? issue.message : `expected one of ${optionsOf(issue)}` }];
  }
  return nearest.flatMap((inner) => flatten(inner, path));
};

const optionsOf = (issue: z.core.$ZodIssueInvalidUnion): string =>
  'options' in issue && Array.isArray(issue.options)
    ? issue.options.map(String).join(', ')
    : 'the known forms';

const flatten = (issue: Issue, base: readonly (string | number)[]): readonly SchemaIssue[] => {
  const path = [...base, ...plainPath(issue.path)];
  switch (issue.code) {
    case 'invalid_union':
      return flattenUnion(issue, path);
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        path: [...path, key],
        message: 'unknown field: expected only fields of this kind',
      }));
    case 'invalid_key':
    case 'invalid_element':
      return issue.issues.flatMap((inner) => flatten({ ...inner, path: [] }, path));
    case 'invalid_value':
      return [
        { path, message: `expected ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}` },
      ];
    default:
      return [{ path, message: ownMessage(issue) }];
  }
};

/** The issues of a failed parse, unions narrowed to the branch that was most likely meant. */
export const schemaIssues = (error: z.ZodError): readonly SchemaIssue[] =>
  error.issues.flatMap((issue) => flatten(issue, []));
