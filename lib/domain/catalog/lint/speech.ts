import type { Condition, ConditionNode } from '../../condition/condition.ts';
import type { Definition, OfferDefinition } from '../definition.ts';
import type { JourneyDefinition, Step } from '../journey-definition.ts';
import { joinPath } from '../path.ts';
import { placedStepsOf } from '../walk-steps.ts';
import { stepContent, textsOf, writtenContent } from '../written-content.ts';
import type { LintContext } from './context.ts';

/** A text that visitors read, and what is known of who reads it. */
export interface Speech {
  /** Inside the definition. */
  readonly path: string;
  /** The key of the content that it stands under. */
  readonly key: string | null;
  readonly text: string;
  /** Offers that it speaks of: named by its definition, granted before it on its path, or its own. */
  readonly offers: readonly OfferDefinition[];
  /** A grant on its path ends by itself. */
  readonly endsByGrant: boolean;
  /** Conditions that hold for everyone who reads it. */
  readonly conditions: readonly Condition[];
  readonly step: Step | null;
}

const known = (ids: readonly string[], context: LintContext): readonly OfferDefinition[] =>
  ids.map((id) => context.offers.get(id)).filter((offer) => offer !== undefined);

const ofJourney = (journey: JourneyDefinition, context: LintContext): readonly Speech[] =>
  placedStepsOf(journey).flatMap(({ path, step, before }) => {
    const grants = [...before, step].flatMap((one) => ('grant' in one ? [one.grant] : []));
    const conditions = [...context.conditionsOf(journey)]
      .filter(([at]) => at === 'enter.where' || leadsTo(at, path))
      .map(([, condition]) => condition);
    const entered = context.segments.get(journey.enter.segment ?? '');
    return stepContent(step)
      .filter((written) => written.forVisitors)
      .flatMap((written) =>
        textsOf(written.content).map((found) => ({
          path: joinPath(`${path}.${written.path}`, found.path),
          key: found.key,
          text: found.text,
          offers: known(
            grants.map((grant) => grant.offer),
            context,
          ),
          endsByGrant: grants.some((grant) => grant.for !== undefined),
          conditions: entered === undefined ? conditions : [...conditions, entered],
          step,
        })),
      );
  });

/** Whether the branch that a condition opens leads to a step. */
const leadsTo = (conditionPath: string, stepPath: string): boolean =>
  conditionPath.endsWith('.if') && stepPath.startsWith(`${conditionPath.slice(0, -'.if'.length)}.then`);

/** Every text of a definition that visitors read. */
export const speechOf = (definition: Definition, context: LintContext): readonly Speech[] => {
  if (definition.kind === 'journey') return ofJourney(definition, context);
  const own = context.conditionsOf(definition).get('where');
  const offers =
    definition.kind === 'offer'
      ? [definition]
      : definition.kind === 'experience' && definition.offer !== undefined
        ? known([definition.offer], context)
        : [];
  return writtenContent(definition)
    .filter((written) => written.forVisitors)
    .flatMap((written) =>
      textsOf(written.content).map((found) => ({
        path: joinPath(written.path, found.path),
        key: found.key,
        text: found.text,
        offers,
        endsByGrant: false,
        conditions: own === undefined ? [] : [own],
        step: null,
      })),
    );
};

/** Whether a condition, or a segment that it asks for, reads a fact. */
export const readsFact = (condition: Condition, fact: string, context: LintContext): boolean => {
  const seen = new Set<string>();
  const reads = (one: Condition): boolean =>
    one.facts.some((path) => path === fact || path.startsWith(`${fact}.`)) ||
    one.segments.some((id) => {
      const segment = context.segments.get(id);
      if (segment === undefined || seen.has(id)) return false;
      seen.add(id);
      return reads(segment);
    });
  return reads(condition);
};

/** Whether a condition asks for nothing at all. */
export const asksNothing = (node: ConditionNode): boolean => {
  if (node.kind === 'and') return node.nodes.every(asksNothing);
  return node.kind === 'or' && node.nodes.some(asksNothing);
};
