import { onceFor } from '../../once-for.ts';
import { fixedMilliseconds, parseDuration } from '../../time/duration.ts';
import type { Remark } from '../finding.ts';
import type { JourneyDefinition, Step } from '../journey-definition.ts';
import { placedStepsOf } from '../walk-steps.ts';
import type { LintContext, LintRule } from './context.ts';

const DAY_MS = 86_400_000;

/** Whether a step holds an instance for a day or more: what comes around so slowly is a rhythm and no loop. */
const lastsADay = (step: Step): boolean => {
  const duration = 'wait' in step ? parseDuration(step.wait.for ?? '') : null;
  if (duration === null) return false;
  const fixed = fixedMilliseconds(duration);
  return fixed === null || fixed >= DAY_MS;
};

/** An event that a journey emits within a day of its entry. */
interface Emission {
  readonly path: string;
  readonly event: string;
}

/** A journey is come by from each journey that leads to it. */
const emissionsOf = onceFor((journey: JourneyDefinition): readonly Emission[] =>
  placedStepsOf(journey).flatMap(({ path, step, before }) =>
    'emit' in step && !before.some(lastsADay) ? [{ path, event: step.emit.event }] : [],
  ),
);

/** The shortest way of journeys by which an event leads to a journey, both ends included; null where none does. */
const wayBack = (
  event: string,
  to: JourneyDefinition,
  { enteredBy }: Pick<LintContext, 'enteredBy'>,
): readonly string[] | null => {
  const seen = new Set<string>();
  let ways = [{ event, way: [to.id] as readonly string[] }];
  while (ways.length > 0) {
    const longer: typeof ways = [];
    for (const { event: emitted, way } of ways) {
      for (const journey of enteredBy.get(emitted) ?? []) {
        if (journey.id === to.id) return [...way, to.id];
        if (seen.has(journey.id)) continue;
        seen.add(journey.id);
        for (const next of emissionsOf(journey))
          longer.push({ event: next.event, way: [...way, journey.id] });
      }
    }
    ways = longer;
  }
  return null;
};

/** `emit-loop`: an event that a journey emits brings its visitor in again, at once or through other journeys. */
export const emitLoops: LintRule = (definition, context) =>
  definition.kind !== 'journey'
    ? []
    : emissionsOf(definition).flatMap(({ path, event }): readonly Remark[] => {
        const loop = wayBack(event, definition, context);
        if (loop === null) return [];
        return [
          {
            code: 'emit-loop',
            severity: 'warning',
            path: `${path}.emit.event`,
            message: `this event leads back into the journey (${loop.join(' → ')}): it is stopped after some rounds a day`,
            evidence: { loop },
          },
        ];
      });

/** `grant-without-effect`: an offer that is for everybody is not more so for those to whom it is granted. */
export const emptyGrants: LintRule = (definition, context) =>
  definition.kind !== 'journey'
    ? []
    : placedStepsOf(definition).flatMap(({ path, step }): readonly Remark[] => {
        const offer = 'grant' in step ? context.offers.get(step.grant.offer) : undefined;
        if (offer === undefined || offer.requiresGrant === true) return [];
        return [
          {
            code: 'grant-without-effect',
            severity: 'warning',
            path: `${path}.grant.offer`,
            message: 'expected an offer that requires a grant: this one is for everybody, granted or not',
            evidence: { offer: offer.id },
          },
        ];
      });
