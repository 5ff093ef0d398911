import type { Remark } from '../finding.ts';
import type { Step } from '../journey-definition.ts';
import { placedStepsOf, stepListsOf } from '../walk-steps.ts';
import type { LintContext, LintRule } from './context.ts';
import { isContradictory } from './contradictions.ts';
import { asksNothing } from './speech.ts';

/** `goal-missing`: what a journey is for can't be told. */
export const missingGoals: LintRule = (definition) =>
  definition.kind === 'journey' && definition.goal === undefined
    ? [
        {
          code: 'goal-missing',
          severity: 'warning',
          path: 'goal',
          message: 'expected a goal: without one nobody knows what the journey achieves',
        },
      ]
    : [];

/** `holdout-missing`: what a journey adds can't be told. */
export const missingHoldouts: LintRule = (definition) =>
  definition.kind === 'journey' && (definition.holdout ?? 0) === 0
    ? [
        {
          code: 'holdout-missing',
          severity: 'warning',
          path: 'holdout',
          message: 'expected a holdout: without one nobody knows what the journey adds',
        },
      ]
    : [];

/** `quiet-hours-overridden`: only service may wake people. */
export const overriddenQuietHours: LintRule = (definition) =>
  definition.kind !== 'journey'
    ? []
    : placedStepsOf(definition).flatMap(({ path, step }): readonly Remark[] =>
        'message' in step && step.message.urgent === true && step.message.topic !== 'service'
          ? [
              {
                code: 'quiet-hours-overridden',
                severity: 'error',
                path: `${path}.message.urgent`,
                message: `expected topic service: an urgent message of topic ${step.message.topic} ignores quiet hours`,
                evidence: { topic: step.message.topic },
              },
            ]
          : [],
      );

/** Whether whoever takes a step never comes to the next one. */
const ends = (step: Step): boolean => {
  if ('exit' in step) return true;
  const lists = stepListsOf(step);
  if (lists.length === 0 || !coversAllWays(step)) return false;
  return lists.every((list) => list.steps.some(ends));
};

/** Whether the lists of steps inside a step are all the ways on that it has. */
const coversAllWays = (step: Step): boolean => {
  if ('when' in step) return step.when.some((branch) => 'else' in branch);
  if ('split' in step) return true;
  if ('await' in step) return step.await.then !== undefined && step.await.else !== undefined;
  if ('pick' in step) return step.pick.then !== undefined && step.pick.else !== undefined;
  if ('task' in step) {
    const { outcomes, then, else: otherwise } = step.task;
    return otherwise !== undefined && (outcomes ?? []).every((outcome) => then?.[outcome] !== undefined);
  }
  return false;
};

const unreachable = (path: string, why: string): Remark => ({
  code: 'step-unreachable',
  severity: 'error',
  path,
  message: `nobody ever comes here: ${why}`,
});

const inSteps = (
  steps: readonly Step[],
  path: string,
  conditionAt: (path: string) => 'always' | 'never' | null,
): readonly Remark[] => {
  const last = steps.findIndex(ends);
  const dead = last >= 0 && last < steps.length - 1 ? [`${path}[${last + 1}]`] : [];
  return [
    ...dead.map((at) => unreachable(at, `everyone left at step ${steps[last]?.id ?? ''}`)),
    ...steps.flatMap((step, position) => inStep(step, `${path}[${position}]`, conditionAt)),
  ];
};

const inStep = (
  step: Step,
  path: string,
  conditionAt: (path: string) => 'always' | 'never' | null,
): readonly Remark[] => [
  ...('when' in step ? deadBranches(step.when.length, path, conditionAt) : []),
  ...('split' in step
    ? step.split.flatMap((arm, position) =>
        arm.weight === 0 && arm.steps.length > 0
          ? [unreachable(`${path}.split[${position}].steps`, 'the weight of this arm is 0')]
          : [],
      )
    : []),
  ...stepListsOf(step).flatMap((list) => inSteps(list.steps, `${path}.${list.path}`, conditionAt)),
];

const deadBranches = (
  count: number,
  path: string,
  conditionAt: (path: string) => 'always' | 'never' | null,
): readonly Remark[] => {
  const remarks: Remark[] = [];
  let taken = false;
  for (let position = 0; position < count; position += 1) {
    const verdict = conditionAt(`${path}.when[${position}].if`);
    if (taken) remarks.push(unreachable(`${path}.when[${position}]`, 'an earlier branch takes everyone'));
    else if (verdict === 'never') {
      remarks.push(unreachable(`${path}.when[${position}]`, 'nobody can fulfil the condition'));
    }
    taken ||= verdict === 'always';
  }
  return remarks;
};

const repeatedSteps = (
  steps: readonly { readonly path: string; readonly step: Step }[],
): readonly Remark[] => {
  const seen = new Set<string>();
  return steps.flatMap(({ path, step }): readonly Remark[] => {
    if (!seen.has(step.id)) {
      seen.add(step.id);
      return [];
    }
    return [
      {
        code: 'duplicate-id',
        severity: 'error',
        path: `${path}.id`,
        message: `expected an id that no other step of the journey has, found ${JSON.stringify(step.id)} again`,
      },
    ];
  });
};

/** `step-unreachable`: steps and branches that nobody ever comes to. */
export const unreachableSteps: LintRule = (definition, context: LintContext) => {
  if (definition.kind !== 'journey') return [];
  const conditions = context.conditionsOf(definition);
  const conditionAt = (path: string): 'always' | 'never' | null => {
    const condition = conditions.get(path);
    if (condition === undefined) return null;
    if (asksNothing(condition.root)) return 'always';
    return isContradictory(condition.root) ? 'never' : null;
  };
  return inSteps(definition.steps, 'steps', conditionAt);
};

/** `duplicate-id` of steps: a step's id tells it apart within its journey. */
export const repeatedStepIds: LintRule = (definition) =>
  definition.kind === 'journey' ? repeatedSteps(placedStepsOf(definition)) : [];
