import type { CompiledCatalog } from '../domain/catalog/compiled.ts';
import type { DecisionFacts } from '../domain/decision/decision-facts.ts';
import { labelOf } from '../domain/decision/list-offers.ts';
import type { EndedJourney, Grant, JourneyInstance, Journeys } from '../domain/journey/instance.ts';
import { rendererFor } from '../domain/template/render-content.ts';
import { formatInstant } from '../domain/time/instant.ts';
import { isOpen } from '../domain/visitor/profile.ts';
import type { OpenedProblem } from '../domain/visitor/state.ts';

/** How many of the journeys that ended are shown. */
const ENDED_SHOWN = 20;

const isoOrNull = (at: number | null): string | null => (at === null ? null : formatInstant(at));

const goalOf = (goalAt: number | null) => (goalAt === null ? {} : { goalAt: formatInstant(goalAt) });

const runningAnswer = (instance: JourneyInstance) => ({
  journeyId: instance.journeyId,
  key: instance.key,
  status: 'running',
  stepId: instance.stepId,
  variant: instance.variant,
  holdout: instance.heldOut,
  since: formatInstant(instance.since),
  catalogVersion: instance.catalogVersion,
  ...goalOf(instance.goalAt),
});

const endedAnswer = (ended: EndedJourney) => ({
  journeyId: ended.journeyId,
  key: ended.key,
  status: 'ended',
  stepId: null,
  variant: ended.variant,
  holdout: ended.heldOut,
  since: formatInstant(ended.enteredAt),
  endedAt: formatInstant(ended.endedAt),
  reason: ended.reason,
  ...goalOf(ended.goalAt),
});

/** `journeys` of a visitor's answer: those that run, then the newest of those that ended. */
export const journeysAnswer = ({ instances, ended }: Journeys): readonly object[] => [
  ...instances.toSorted((a, b) => b.since - a.since).map(runningAnswer),
  ...ended
    .toSorted((a, b) => b.endedAt - a.endedAt)
    .slice(0, ENDED_SHOWN)
    .map(endedAnswer),
];

/** `grants` of a visitor's answer, newest first; one whose time is over is expired, even where nobody noted it yet. */
export const grantsAnswer = (
  grants: readonly Grant[],
  catalog: CompiledCatalog,
  { roots, now, timezone }: DecisionFacts,
): readonly object[] => {
  const render = rendererFor({ roots, now, timezone });
  return grants
    .toSorted((a, b) => b.grantedAt - a.grantedAt)
    .map((grant) => {
      const offer = catalog.offerById.get(grant.offerId);
      const label = offer === undefined ? null : labelOf(offer);
      const rendered = label?.ok === true ? render(label.template) : null;
      const isOver = grant.status === 'held' && grant.expiresAt !== null && grant.expiresAt <= now;
      return {
        grantId: grant.grantId,
        offerId: grant.offerId,
        ...(rendered?.ok === true ? { label: rendered.content } : {}),
        status: isOver ? 'expired' : grant.status,
        grantedAt: formatInstant(grant.grantedAt),
        expiresAt: isoOrNull(grant.expiresAt),
        because: grant.because,
        journeyId: grant.journeyId,
        stepId: grant.stepId,
      };
    });
};

/** A problem of a visitor's answer; one past its expiry closed then, even where nobody noted it yet. */
export const problemAnswer = (problem: OpenedProblem, now: number) => ({
  problemId: problem.problemId,
  key: problem.key,
  severity: problem.severity,
  openedAt: formatInstant(problem.openedAt),
  closedAt: isoOrNull(isOpen(problem, now) ? null : (problem.closedAt ?? problem.expiresAt ?? null)),
});
