import type { JourneyDefinition, Step } from './journey-definition.ts';

/** A list of steps that stands inside a step, and where: `then`, `when[0].then`, `split[1].steps`. */
export interface StepList {
  readonly path: string;
  readonly steps: readonly Step[];
}

/** The lists of steps inside one step, in order. */
export const stepListsOf = (step: Step): readonly StepList[] => {
  if ('when' in step) {
    return step.when.map((branch, position) =>
      'if' in branch
        ? { path: `when[${position}].then`, steps: branch.then }
        : { path: `when[${position}].else`, steps: branch.else },
    );
  }
  if ('split' in step) {
    return step.split.map((arm, position) => ({ path: `split[${position}].steps`, steps: arm.steps }));
  }
  if ('await' in step) return thenElse('await', step.await);
  if ('pick' in step) return thenElse('pick', step.pick);
  if ('task' in step) {
    const outcomes = Object.entries(step.task.then ?? {}).map(([outcome, steps]) => ({
      path: `task.then.${outcome}`,
      steps,
    }));
    return step.task.else === undefined
      ? outcomes
      : [...outcomes, { path: 'task.else', steps: step.task.else }];
  }
  return [];
};

const thenElse = (
  field: string,
  lists: { readonly then?: readonly Step[]; readonly else?: readonly Step[] },
): readonly StepList[] => [
  ...(lists.then === undefined ? [] : [{ path: `${field}.then`, steps: lists.then }]),
  ...(lists.else === undefined ? [] : [{ path: `${field}.else`, steps: lists.else }]),
];

/** A step of a journey, where it stands, and the steps that came before it on its path, oldest first. */
export interface PlacedStep {
  /** Inside the definition: `steps[2].when[0].then[1]`. */
  readonly path: string;
  readonly step: Step;
  readonly before: readonly Step[];
}

/**
 * Every step of a journey in reading order, those inside others included. `before` of a step in a branch holds
 * the steps before that branch, not those of other branches.
 */
export const placedStepsOf = (journey: JourneyDefinition): readonly PlacedStep[] => {
  const placed: PlacedStep[] = [];
  const visit = (steps: readonly Step[], path: string, before: readonly Step[]): void => {
    for (const [position, step] of steps.entries()) {
      const at = `${path}[${position}]`;
      const preceding = [...before, ...steps.slice(0, position)];
      placed.push({ path: at, step, before: preceding });
      for (const list of stepListsOf(step)) visit(list.steps, `${at}.${list.path}`, [...preceding, step]);
    }
  };
  visit(journey.steps, 'steps', []);
  return placed;
};
