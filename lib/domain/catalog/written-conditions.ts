import type { Definition } from './definition.ts';
import type { JourneyDefinition } from './journey-definition.ts';
import type { ConditionDocument, EventTrigger } from './primitives.ts';
import { placedStepsOf } from './walk-steps.ts';

/** A condition as it stands in a definition, with the roots of the facts known where it is asked. */
export interface WrittenCondition {
  /** Inside the definition: `where`, `steps[1].when[0].if`. */
  readonly path: string;
  readonly document: ConditionDocument;
  readonly roots: readonly string[];
  /** Facts that the document stands for as a whole: `{ $gte: 1 }` of a guard's count is about `match`. */
  readonly about?: string;
}

/** What is known of a visitor wherever a condition is asked. */
const VISITOR: readonly string[] = ['visitor', 'account', 'cart', 'now'];
/** What is known besides in a decision. */
export const DECISION: readonly string[] = [...VISITOR, 'context', 'channel'];
/** What is known besides where an event is at hand. */
export const EVENT: readonly string[] = [...VISITOR, 'event'];
/** What is known of a line of a cart in a decision. */
export const LINE: readonly string[] = [...DECISION, 'line'];

const optional = (
  path: string,
  document: ConditionDocument | undefined,
  roots: readonly string[],
): readonly WrittenCondition[] => (document === undefined ? [] : [{ path, document, roots }]);

const triggers = (path: string, all: readonly EventTrigger[]): readonly WrittenCondition[] =>
  all.flatMap((trigger, position) => optional(`${path}[${position}].where`, trigger.where, EVENT));

const journeyConditions = (journey: JourneyDefinition): readonly WrittenCondition[] => {
  const placed = placedStepsOf(journey);
  // What `pick` bound to a name is known in its own steps; a name too many elsewhere finds nothing.
  const picked = placed.flatMap(({ step }) => ('pick' in step ? [step.pick.as] : []));
  const known = [...EVENT, ...picked];
  const inSteps = placed.flatMap(({ path, step }): readonly WrittenCondition[] => {
    if ('when' in step) {
      return step.when.flatMap((branch, position) =>
        'if' in branch ? [{ path: `${path}.when[${position}].if`, document: branch.if, roots: known }] : [],
      );
    }
    if ('await' in step) return optional(`${path}.await.where`, step.await.where, known);
    if ('pick' in step) return optional(`${path}.pick.where`, step.pick.where, [...known, 'row']);
    return [];
  });
  return [
    ...optional('enter.where', journey.enter.where, journey.enter.on === undefined ? VISITOR : EVENT),
    ...triggers('exit', journey.exit ?? []),
    ...optional('goal.where', journey.goal?.where, EVENT),
    ...inSteps,
  ];
};

/** Every condition of a definition, with where it stands. */
export const writtenConditions = (definition: Definition): readonly WrittenCondition[] => {
  switch (definition.kind) {
    case 'segment':
    case 'experience':
    case 'question':
    case 'authorization':
      return optional('where', definition.where, DECISION);
    case 'offer':
      return [...optional('where', definition.where, DECISION), ...optional('lines', definition.lines, LINE)];
    case 'problem':
      return [
        ...optional('opens.where', definition.opens.where, EVENT),
        ...triggers('closes', definition.closes ?? []),
      ];
    case 'follow':
    case 'learn':
      return optional('where', definition.where, EVENT);
    case 'journey':
      return journeyConditions(definition);
    case 'guard': {
      const { where, against } = definition;
      const matching = [...LINE, 'match'];
      const count =
        against?.count === undefined
          ? []
          : [{ path: 'against.count', document: against.count, roots: matching, about: 'match' }];
      return [
        ...optional('where', where, matching),
        ...optional('against.where', against?.where, matching),
        ...count,
      ];
    }
    case 'settings':
    case 'kpi':
    case 'list':
      return [];
  }
};
