import type { Condition } from '../condition/condition.ts';
import { parseCondition } from '../condition/parse.ts';
import type { Definition } from './definition.ts';
import type { Remark } from './finding.ts';
import { joinPath } from './path.ts';
import { type WrittenCondition, writtenConditions } from './written-conditions.ts';

/** The conditions of one definition that can be parsed, by their path, and why the others can't. */
export interface ParsedConditions {
  readonly conditions: ReadonlyMap<string, Condition>;
  readonly remarks: readonly Remark[];
}

const parseWritten = (written: WrittenCondition) =>
  parseCondition(written.about === undefined ? written.document : { [written.about]: written.document }, {
    roots: written.roots,
  });

/** `path` without the fact that a whole document was put under. */
const withoutAbout = (written: WrittenCondition, path: string): string =>
  written.about !== undefined && path.startsWith(written.about)
    ? path.slice(written.about.length).replace(/^\./, '')
    : path;

/** Parses every condition of a definition with the facts that are known where it stands. */
export const parseConditions = (definition: Definition): ParsedConditions => {
  const conditions = new Map<string, Condition>();
  const remarks: Remark[] = [];
  for (const written of writtenConditions(definition)) {
    const parsed = parseWritten(written);
    if (parsed.ok) {
      conditions.set(written.path, parsed.condition);
      continue;
    }
    for (const error of parsed.errors) {
      remarks.push({
        code: 'condition-invalid',
        severity: 'error',
        path: joinPath(written.path, withoutAbout(written, error.path)),
        message: error.message,
      });
    }
  }
  return { conditions, remarks };
};

/** A condition that nothing fulfils. */
export const never: Condition = {
  root: { kind: 'or', nodes: [] },
  document: {},
  roots: [],
  facts: [],
  segments: [],
  counters: [],
};

/** Parses again what was accepted when the catalog was compiled; absent, it always holds. */
export const parseAccepted = (document: unknown, roots: readonly string[]): Condition => {
  const parsed = parseCondition(document ?? {}, { roots });
  return parsed.ok ? parsed.condition : never;
};
