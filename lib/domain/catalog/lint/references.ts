import type { Definition, Kind } from '../definition.ts';
import type { Remark } from '../finding.ts';
import { placedStepsOf } from '../walk-steps.ts';
import type { LintContext, LintRule } from './context.ts';

/** One definition naming another. */
interface Reference {
  readonly path: string;
  readonly kind: Kind;
  readonly id: string;
}

const stated = (path: string, kind: Kind, id: string | undefined): readonly Reference[] =>
  id === undefined ? [] : [{ path, kind, id }];

const LEARNED = /^visitor\.learned\.([^.]+)/;

const inConditions = (definition: Definition, context: LintContext): readonly Reference[] =>
  [...context.conditionsOf(definition)].flatMap(([path, condition]) => [
    ...condition.segments.map((id): Reference => ({ path, kind: 'segment', id })),
    ...condition.facts.flatMap((fact) => stated(path, 'learn', LEARNED.exec(fact)?.[1])),
  ]);

const inFields = (definition: Definition): readonly Reference[] => {
  switch (definition.kind) {
    case 'experience':
      return stated('offer', 'offer', definition.offer);
    case 'kpi':
      return 'journey' in definition.measure
        ? stated('measure.journey', 'journey', definition.measure.journey)
        : [];
    case 'journey':
      return [
        ...stated('enter.segment', 'segment', definition.enter.segment),
        ...placedStepsOf(definition).flatMap(({ path, step }) => {
          if ('grant' in step) return stated(`${path}.grant.offer`, 'offer', step.grant.offer);
          if ('ask' in step) return stated(`${path}.ask.question`, 'question', step.ask.question);
          if ('pick' in step) return stated(`${path}.pick.list`, 'list', step.pick.list);
          return [];
        }),
      ];
    case 'settings':
    case 'segment':
    case 'problem':
    case 'follow':
    case 'offer':
    case 'guard':
    case 'question':
    case 'list':
    case 'learn':
    case 'authorization':
      return [];
  }
};

/** `reference-missing`: a definition names one that the catalog doesn't have. */
export const missingReferences: LintRule = (definition, context) =>
  [...inFields(definition), ...inConditions(definition, context)]
    .filter(({ kind, id }) => !context.has(kind, id))
    .map(
      ({ path, kind, id }): Remark => ({
        code: 'reference-missing',
        severity: 'error',
        path,
        message: `expected the id of a ${kind} in this catalog, found ${JSON.stringify(id)}`,
        evidence: { kind, id },
      }),
    );

/** A group that no offer is in may still come: a warning, under the same code. */
export const missingGroups: LintRule = (definition, context) => {
  if (definition.kind !== 'offer') return [];
  return (definition.combine?.with ?? []).flatMap((group, position): readonly Remark[] =>
    context.offerGroups.has(group)
      ? []
      : [
          {
            code: 'reference-missing',
            severity: 'warning',
            path: `combine.with[${position}]`,
            message: `no offer of this catalog is in the group ${JSON.stringify(group)}`,
            evidence: { group },
          },
        ],
  );
};

const AUTHORIZATION = /^account\.authorization(?:\.|$)/;

/** What an account has spent is only known by an authorization: a warning, since one may still come. */
export const missingAuthorizations: LintRule = (definition, context) => {
  if (context.hasAuthorizations) return [];
  return [...context.conditionsOf(definition)].flatMap(([path, { facts }]): readonly Remark[] => {
    const fact = facts.find((one) => AUTHORIZATION.test(one));
    if (fact === undefined) return [];
    const message = `${fact} is null as long as this catalog has no authorization`;
    return [{ code: 'reference-missing', severity: 'warning', path, message, evidence: { fact } }];
  });
};
