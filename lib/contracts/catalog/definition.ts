import * as z from 'zod';
import type { Definition, Finding, Kind } from '../../domain/catalog/definition.ts';
import { formatPath } from '../../domain/catalog/path.ts';
import { isJsonObject } from '../../domain/json.ts';
import { authorization } from './authorization.ts';
import { experience } from './experience.ts';
import { follow } from './follow.ts';
import { guard } from './guard.ts';
import { type SchemaIssue, schemaIssues } from './issue.ts';
import { journey } from './journey.ts';
import { kpi } from './kpi.ts';
import { learn } from './learn.ts';
import { list } from './list.ts';
import { offer } from './offer.ts';
import { plainJsonIssues } from './plain-json.ts';
import { problem } from './problem.ts';
import { question } from './question.ts';
import { segment } from './segment.ts';
import { settings } from './settings.ts';

/** The schema of each kind, by its name. */
export const KIND_SCHEMAS = {
  settings,
  segment,
  problem,
  follow,
  experience,
  journey,
  offer,
  guard,
  question,
  kpi,
  list,
  learn,
  authorization,
} satisfies { readonly [K in Kind]: z.ZodType<Extract<Definition, { kind: K }>> };

/** Any definition of a catalog. */
export const definitionSchema: z.ZodType<Definition> = z.discriminatedUnion('kind', [
  settings,
  segment,
  problem,
  follow,
  experience,
  journey,
  offer,
  guard,
  question,
  kpi,
  list,
  learn,
  authorization,
]);

/** Most definitions of a catalog. */
const MAX_DEFINITIONS = 50_000;

/** What is wrong with one definition. */
export interface DefinitionError {
  /** Which of the definitions, from 0. */
  readonly index: number;
  /** As far as they can be told. */
  readonly kind: string;
  readonly id: string;
  /** Inside the definition: `reward.value`; empty for the definition itself. */
  readonly path: string;
  readonly message: string;
}

/** A definition that is not of its kind's shape, as a finding. */
export const toFinding = ({
  kind,
  id,
  path,
  message,
}: Pick<DefinitionError, 'kind' | 'id' | 'path' | 'message'>): Finding => ({
  code: 'definition-invalid',
  severity: 'error',
  kind,
  id,
  path,
  message,
  evidence: {},
});

export type ParsedDefinitions =
  | { readonly ok: true; readonly definitions: readonly Definition[] }
  | { readonly ok: false; readonly errors: readonly DefinitionError[] };

/** How many errors an answer lists. */
const MAX_ERRORS = 500;

const textAt = (value: unknown, key: string): string => {
  const found = isJsonObject(value) ? value[key] : undefined;
  return typeof found === 'string' ? found.slice(0, 200) : '';
};

/**
 * Validates what somebody wrote, definition by definition: strictly (an unknown field is an error with its path),
 * within limits, and safe against prototype-polluting keys and endless nesting. References between definitions,
 * conditions and templates are the compiler's (`lib/domain/catalog/compile.ts`).
 */
export const parseDefinitions = (values: readonly unknown[]): ParsedDefinitions => {
  const definitions: Definition[] = [];
  const errors: DefinitionError[] = [];
  const refuse = (index: number, value: unknown, issues: readonly SchemaIssue[]): void => {
    for (const issue of issues) {
      if (errors.length >= MAX_ERRORS) return;
      errors.push({
        index,
        kind: textAt(value, 'kind'),
        id: textAt(value, 'id'),
        path: formatPath(issue.path),
        message: issue.message,
      });
    }
  };
  if (values.length > MAX_DEFINITIONS) {
    return {
      ok: false,
      errors: [
        {
          index: MAX_DEFINITIONS,
          kind: '',
          id: '',
          path: '',
          message: `expected at most ${MAX_DEFINITIONS} definitions`,
        },
      ],
    };
  }
  for (const [index, value] of values.entries()) {
    const plain = plainJsonIssues(value);
    if (plain.length > 0) {
      refuse(index, value, plain);
      continue;
    }
    const parsed = definitionSchema.safeParse(value);
    if (parsed.success) definitions.push(parsed.data);
    else refuse(index, value, schemaIssues(parsed.error));
  }
  return errors.length > 0 ? { ok: false, errors } : { ok: true, definitions };
};
