import type { ConditionNode } from '../../condition/condition.ts';
import type { Definition } from '../definition.ts';
import type { Remark } from '../finding.ts';
import type { JourneyDefinition } from '../journey-definition.ts';
import { offerIntentOf } from '../load-offer.ts';
import type { EventTrigger } from '../primitives.ts';
import { placedStepsOf } from '../walk-steps.ts';
import type { LintContext, LintRule } from './context.ts';

const namesOf = (on: string | readonly string[] | undefined): readonly string[] =>
  on === undefined ? [] : typeof on === 'string' ? [on] : on;

/** Whether a journey begins because of a problem: one opened or ended, or its very event happened. */
export const isAboutProblem = (journey: JourneyDefinition, context: LintContext): boolean => {
  const entering = new Set(namesOf(journey.enter.on));
  if (entering.has('Problem Opened') || entering.has('Problem Closed')) return true;
  const touches = (trigger: EventTrigger): boolean => namesOf(trigger.on).some((name) => entering.has(name));
  if (context.problems.some((problem) => touches(problem.opens) || (problem.closes ?? []).some(touches))) {
    return true;
  }
  const where = context.conditionsOf(journey).get('enter.where');
  return where?.facts.some((fact) => fact.startsWith('visitor.openProblems')) ?? false;
};

/** Whether a journey runs while a problem is open that suppresses what sells. */
const runsInProblem = (journey: JourneyDefinition, context: LintContext): boolean => {
  const entering = new Set(namesOf(journey.enter.on));
  if (entering.has('Problem Opened')) return true;
  return context.problems.some(
    (problem) => problem.severity !== 'low' && namesOf(problem.opens.on).some((name) => entering.has(name)),
  );
};

const sells = (path: string, message: string, evidence: Remark['evidence']): Remark => ({
  code: 'sell-in-recovery',
  severity: 'error',
  path,
  message,
  evidence: evidence ?? {},
});

const inJourney = (journey: JourneyDefinition, context: LintContext): readonly Remark[] => {
  const placed = placedStepsOf(journey);
  const inProblem = runsInProblem(journey, context);
  return placed.flatMap(({ path, step, before }): readonly Remark[] => {
    const afterRecovery = [...before, step].some(
      (one) =>
        ('show' in one && one.show.intent === 'recover') ||
        ('message' in one && one.message.intent === 'recover'),
    );
    if (!inProblem && !afterRecovery) return [];
    const because = inProblem ? 'a problem is open in this journey' : 'this journey is a recovery';
    if ('grant' in step) {
      const offer = context.offers.get(step.grant.offer);
      if (offer === undefined || offerIntentOf(offer) !== 'sell') return [];
      return [
        sells(`${path}.grant.offer`, `expected an offer of intent recover: ${because}`, { offer: offer.id }),
      ];
    }
    const field = 'show' in step ? 'show' : 'message' in step ? 'message' : 'ask' in step ? 'ask' : null;
    const intent =
      'show' in step
        ? step.show.intent
        : 'message' in step
          ? step.message.intent
          : 'ask' in step
            ? step.ask.intent
            : undefined;
    return field !== null && intent === 'sell'
      ? [sells(`${path}.${field}.intent`, `expected another intent than sell: ${because}`, {})]
      : [];
  });
};

/** Whether a condition holds only for people with an open problem. */
const needsProblem = (node: ConditionNode): boolean => {
  if (node.kind === 'and') return node.nodes.some(needsProblem);
  if (node.kind === 'or') return node.nodes.length > 0 && node.nodes.every(needsProblem);
  if (node.kind !== 'fact' || !node.path.text.startsWith('visitor.openProblems')) return false;
  const { test } = node;
  switch (test.operator) {
    case '$elemMatch':
    case '$in':
    case '$ini':
    case '$all':
    case '$regex':
    case '$regexi':
      return true;
    case '$exists':
      return test.expected;
    case '$eq':
      return test.operand.kind === 'value' && test.operand.value !== null;
    default:
      return false;
  }
};

/** `sell-in-recovery`: nothing is sold to somebody who has a problem. */
export const sellInRecovery: LintRule = (definition: Definition, context) => {
  if (definition.kind === 'journey') return inJourney(definition, context);
  if (definition.kind === 'experience') {
    const offer = context.offers.get(definition.offer ?? '');
    if (definition.intent === 'recover' && offer !== undefined && offerIntentOf(offer) === 'sell') {
      return [sells('offer', 'expected an offer of intent recover: this is a recovery', { offer: offer.id })];
    }
  }
  const selling =
    (definition.kind === 'experience' && definition.intent === 'sell') ||
    (definition.kind === 'offer' && offerIntentOf(definition) === 'sell');
  const where = context.conditionsOf(definition).get('where');
  return selling && where !== undefined && needsProblem(where.root)
    ? [sells('intent', 'expected another intent than sell: only people with an open problem get it', {})]
    : [];
};
