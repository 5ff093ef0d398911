import { unmet } from '../condition/explain.ts';
import type { FilledPlacements } from './fill-placements.ts';
import type { PlacementRequest } from './request.ts';
import { type ExperienceLoss, experienceLoss, type Selection } from './select-experiences.ts';

/** What became of one experience in one placement. */
export type ExperienceOutcome = {
  readonly experienceId: string;
  readonly placement: string;
  readonly [evidence: string]: unknown;
} & (
  | { readonly status: 'SHOWN' }
  /** By what stands in the placement last; `difference` is in priority. */
  | { readonly status: 'BEATEN'; readonly by: string; readonly difference: number }
  | { readonly status: ExperienceLoss }
  /** Its content could not be rendered. */
  | { readonly status: 'NO_EFFECT' }
);

/** What stands last in a placement: a candidate that is beaten would have had to beat that. */
export const lastOf = (
  placement: string,
  { catalog }: Selection,
  { placements, journeyShows, shownOfJourneys }: FilledPlacements,
): { readonly id: string; readonly priority: number } | null => {
  const id = placements[placement]?.items.at(-1)?.experienceId;
  if (id === undefined) return null;
  const ofJourney = journeyShows
    .get(placement)
    ?.find((candidate) => candidate.experienceId === id && shownOfJourneys.has(candidate));
  const priority = ofJourney?.show.priority ?? catalog.experienceById.get(id)?.priority;
  return priority === undefined ? null : { id, priority };
};

/** What became of every experience that stands for one of the placements asked for. */
export const explainExperiences = (
  requested: readonly PlacementRequest[],
  selection: Selection,
  filled: FilledPlacements,
): readonly ExperienceOutcome[] =>
  requested.flatMap(({ id: placement, limit }) => {
    const contending = selection.catalog.placements.get(placement);
    const items = filled.placements[placement]?.items ?? [];
    const shown = new Set(items.map((item) => item.experienceId));
    const failed = new Set(
      filled.warnings
        .filter((warning) => warning.placement === placement)
        .map((warning) => warning.experienceId),
    );
    const last = lastOf(placement, selection, filled);
    return [...(contending?.candidates ?? []), ...(contending?.defaults ?? [])].flatMap(
      (index): ExperienceOutcome[] => {
        const experience = selection.catalog.experiences[index];
        if (experience === undefined) return [];
        const base = { experienceId: experience.id, placement };
        if (shown.has(experience.id)) return [{ ...base, status: 'SHOWN' }];
        const loss = experienceLoss(experience, selection);
        if (loss !== null) return [{ ...base, status: loss, ...evidenceOf(loss, index, selection) }];
        if (failed.has(experience.id) || last === null || limit < 1)
          return [{ ...base, status: 'NO_EFFECT' }];
        const difference = Math.max(0, last.priority - experience.priority);
        return [{ ...base, status: 'BEATEN', by: last.id, difference }];
      },
    );
  });

const evidenceOf = (loss: ExperienceLoss, index: number, selection: Selection): object => {
  const experience = selection.catalog.experiences[index];
  if (experience === undefined) return {};
  switch (loss) {
    case 'INELIGIBLE':
      return unmet(experience.condition, selection.facts, selection.catalog.segments) ?? {};
    case 'NO_CONSENT':
      return { purpose: experience.consent };
    case 'FREQUENCY':
      return { limit: experience.definition.limit };
    case 'EXPIRED':
      return { from: experience.definition.from, until: experience.definition.until };
    case 'SERVICE_FIRST':
    case 'HOLDOUT':
    case 'EXCLUDED':
      return {};
  }
};
