import type { Condition } from '../condition/condition.ts';
import type { Facts } from '../condition/facts.ts';
import { DEFAULT_GROUP } from '../offer/priceable-offer.ts';
import { compileContent } from '../template/compile-content.ts';
import type { Definition, Finding, Kind, OfferDefinition, ProblemDefinition } from './definition.ts';
import { findingAbout, type Remark, sortFindings } from './finding.ts';
import type { JourneyDefinition } from './journey-definition.ts';
import type { LintContext } from './lint/context.ts';
import { LINT_RULES } from './lint/rules.ts';
import { notYetRun } from './not-yet-run.ts';
import { parseConditions } from './parse-conditions.ts';
import { joinPath } from './path.ts';
import { segmentCycles } from './segment-cycles.ts';
import { writtenContent } from './written-content.ts';

/** What is known of a catalog after reading all of it. */
export interface Analysis {
  readonly findings: readonly Finding[];
  readonly conditionsOf: (definition: Definition) => ReadonlyMap<string, Condition>;
  /** By id. */
  readonly segments: ReadonlyMap<string, Condition>;
  /** Facts that the templates of visible content print. */
  readonly templateFacts: ReadonlySet<string>;
}

const NO_CONDITIONS: ReadonlyMap<string, Condition> = new Map();

/** Reads a whole catalog: every condition, template and reference, and what the lint has to say of them. */
export const analyse = (definitions: readonly Definition[], samples: readonly Facts[]): Analysis => {
  const findings: Finding[] = [];
  const note = (definition: Definition, remarks: readonly Remark[]): void => {
    for (const remark of remarks) findings.push(findingAbout(definition, remark));
  };
  const conditions = new Map<Definition, ReadonlyMap<string, Condition>>();
  const templateFacts = new Set<string>();
  for (const definition of definitions) {
    const parsed = parseConditions(definition);
    conditions.set(definition, parsed.conditions);
    note(definition, parsed.remarks);
    note(definition, checkTemplates(definition, templateFacts));
    note(definition, notYetRun(definition));
  }
  const conditionsOf = (definition: Definition) => conditions.get(definition) ?? NO_CONDITIONS;
  const segments = segmentsOf(definitions, conditionsOf);
  const cycles = segmentCycles(segments);
  for (const definition of definitions) note(definition, checkCycle(definition, cycles));
  findings.push(...repeatedIds(definitions));
  const context = lintContext(definitions, conditionsOf, segments, samples);
  for (const definition of definitions) {
    for (const rule of LINT_RULES) note(definition, rule(definition, context));
  }
  return { findings: sortFindings(findings), conditionsOf, segments, templateFacts };
};

const segmentsOf = (
  definitions: readonly Definition[],
  conditionsOf: Analysis['conditionsOf'],
): ReadonlyMap<string, Condition> => {
  const segments = new Map<string, Condition>();
  for (const definition of definitions) {
    const condition = definition.kind === 'segment' ? conditionsOf(definition).get('where') : undefined;
    if (condition !== undefined) segments.set(definition.id, condition);
  }
  return segments;
};

/**
 * Notes the facts that an experience's templates print, and warns of broken ones: a broken template degrades
 * its placement, it does not stop the rest of the catalog.
 */
const checkTemplates = (definition: Definition, facts: Set<string>): readonly Remark[] =>
  writtenContent(definition).flatMap((written) => {
    const compiled = compileContent(written.content);
    if (compiled.ok) {
      if (definition.kind === 'experience') for (const fact of compiled.template.facts) facts.add(fact);
      return [];
    }
    return compiled.errors.map(
      (error): Remark => ({
        code: 'template-invalid',
        severity: 'warning',
        path: joinPath(written.path, error.path),
        message: `broken template, nothing will be shown of it: ${error.message}`,
      }),
    );
  });

const checkCycle = (
  definition: Definition,
  cycles: ReadonlyMap<string, readonly string[]>,
): readonly Remark[] => {
  const cycle = definition.kind === 'segment' ? cycles.get(definition.id) : undefined;
  if (cycle === undefined) return [];
  return [
    {
      code: 'segment-cyclic',
      severity: 'error',
      path: 'where',
      message: `expected a segment that does not depend on itself: ${cycle.join(' → ')}`,
      evidence: { cycle },
    },
  ];
};

/** Ids are unique within their kind; of settings there is one at most. */
const repeatedIds = (definitions: readonly Definition[]): readonly Finding[] => {
  const counts = new Map<string, { readonly definition: Definition; readonly count: number }>();
  for (const definition of definitions) {
    const key = definition.kind === 'settings' ? 'settings' : `${definition.kind} ${definition.id}`;
    const known = counts.get(key);
    const first = known === undefined || definition.id < known.definition.id ? definition : known.definition;
    counts.set(key, { definition: first, count: (known?.count ?? 0) + 1 });
  }
  return [...counts.values()]
    .filter(({ count }) => count > 1)
    .map(({ definition, count }) =>
      findingAbout(
        definition,
        definition.kind === 'settings'
          ? {
              code: 'settings-repeated',
              severity: 'error',
              path: 'kind',
              message: `expected settings at most once, found them ${count} times`,
              evidence: { count },
            }
          : {
              code: 'duplicate-id',
              severity: 'error',
              path: 'id',
              message: `expected an id that no other ${definition.kind} has, found it ${count} times`,
              evidence: { count },
            },
      ),
    );
};

const entriesOf = (definitions: readonly Definition[]): ReadonlyMap<string, readonly JourneyDefinition[]> => {
  const entries = new Map<string, JourneyDefinition[]>();
  for (const definition of definitions) {
    if (definition.kind !== 'journey') continue;
    const { on = [] } = definition.enter;
    for (const name of typeof on === 'string' ? [on] : on) {
      const journeys = entries.get(name) ?? [];
      entries.set(name, journeys);
      journeys.push(definition);
    }
  }
  return entries;
};

const lintContext = (
  definitions: readonly Definition[],
  conditionsOf: Analysis['conditionsOf'],
  segments: ReadonlyMap<string, Condition>,
  samples: readonly Facts[],
): LintContext => {
  const ids = new Set(definitions.map((definition) => `${definition.kind} ${definition.id}`));
  const offers = new Map<string, OfferDefinition>();
  const problems: ProblemDefinition[] = [];
  for (const definition of definitions) {
    if (definition.kind === 'offer') offers.set(definition.id, definition);
    if (definition.kind === 'problem') problems.push(definition);
  }
  return {
    has: (kind: Kind, id: string) => ids.has(`${kind} ${id}`),
    offers,
    offerGroups: new Set([...offers.values()].map((offer) => offer.combine?.group ?? DEFAULT_GROUP)),
    problems,
    hasAuthorizations: definitions.some(({ kind }) => kind === 'authorization'),
    segments,
    enteredBy: entriesOf(definitions),
    conditionsOf,
    samples,
  };
};
