import type { CompiledJourney } from '../catalog/load-journey.ts';
import { always } from '../condition/condition.ts';
import { type Unmet, unmet } from '../condition/explain.ts';
import { formatInstant } from '../time/instant.ts';
import type { EndedProfile, JourneyProfile } from '../visitor/profile.ts';
import { lastOf } from './explain.ts';
import type { FilledPlacements } from './fill-placements.ts';
import { type JourneyShow, type ShowLoss, showLoss } from './journey-shows.ts';
import type { PlacementRequest } from './request.ts';
import type { Selection } from './select-experiences.ts';

/** What became of one journey: of each of its instances, in each placement in which it has something to show. */
export type JourneyOutcome = {
  readonly journeyId: string;
  readonly key?: string;
  /** The step that shows; else the one that the instance stands at. */
  readonly stepId?: string | null;
  readonly placement?: string;
} & (
  | { readonly status: 'SHOWN' }
  /** By what stands in the placement last; `difference` is in priority. */
  | { readonly status: 'BEATEN'; readonly by: string; readonly difference: number }
  /** `EXPIRED`: what it shows, or the journey itself, which then says when and why it ended. */
  | { readonly status: ShowLoss; readonly endedAt?: string; readonly reason?: string }
  /** It runs, and shows nothing here. */
  | { readonly status: 'NO_EFFECT' }
  /** The visitor is not in it. */
  | ({ readonly status: 'INELIGIBLE' } & Partial<Unmet>)
);

/** The last time that a visitor was in a journey; null: never. */
export const lastEndOf = (journeyId: string, ended: readonly EndedProfile[]): EndedProfile | null =>
  ended.reduce<EndedProfile | null>(
    (last, each) =>
      each.journeyId === journeyId && (last === null || each.endedAt > last.endedAt) ? each : last,
    null,
  );

/** What became of every journey that the visitor is in, and why they are not in the others. */
export const explainJourneys = (
  requested: readonly PlacementRequest[],
  selection: Selection,
  filled: FilledPlacements,
): readonly JourneyOutcome[] => {
  const { journeys } = selection.profile;
  const entered = new Set(journeys.map(({ journeyId }) => journeyId));
  const absent = selection.catalog.journeys.journeys.filter(({ id }) => !entered.has(id));
  return [
    ...journeys.flatMap((instance) => explainInstance(instance, requested, selection, filled)),
    ...absent.map((journey) => explainAbsent(journey, selection)),
  ];
};

const explainAbsent = (journey: CompiledJourney, selection: Selection): JourneyOutcome => {
  const last = lastEndOf(journey.id, selection.profile.ended);
  if (last === null) return { journeyId: journey.id, status: 'INELIGIBLE', ...missingOf(journey, selection) };
  const { key, endedAt, reason } = last;
  if (last.heldOut) return { journeyId: journey.id, key, status: 'HOLDOUT' };
  return { journeyId: journey.id, key, status: 'EXPIRED', endedAt: formatInstant(endedAt), reason };
};

const explainInstance = (
  instance: JourneyProfile,
  requested: readonly PlacementRequest[],
  selection: Selection,
  filled: FilledPlacements,
): readonly JourneyOutcome[] => {
  const { journeyId, key, stepId, heldOut } = instance;
  const base = { journeyId, key };
  if (heldOut) return [{ ...base, stepId, status: 'HOLDOUT' }];
  const outcomes = requested.flatMap(({ id: placement }) =>
    (filled.journeyShows.get(placement) ?? [])
      .filter((candidate) => candidate.instance === instance)
      .map(
        (candidate): JourneyOutcome => ({
          ...base,
          stepId: candidate.show.stepId,
          placement,
          ...outcomeOf(candidate, placement, selection, filled),
        }),
      ),
  );
  return outcomes.length > 0 ? outcomes : [{ ...base, stepId, status: 'NO_EFFECT' }];
};

type ShowOutcome =
  | { readonly status: 'SHOWN' | 'NO_EFFECT' | ShowLoss }
  | { readonly status: 'BEATEN'; readonly by: string; readonly difference: number };

const outcomeOf = (
  candidate: JourneyShow,
  placement: string,
  selection: Selection,
  filled: FilledPlacements,
): ShowOutcome => {
  if (filled.shownOfJourneys.has(candidate)) return { status: 'SHOWN' };
  const loss = showLoss(candidate, selection);
  if (loss !== null) return { status: loss };
  const failed = filled.warnings.some(
    (warning) => warning.placement === placement && warning.experienceId === candidate.experienceId,
  );
  const last = lastOf(placement, selection, filled);
  if (failed || last === null) return { status: 'NO_EFFECT' };
  const difference = Math.max(0, last.priority - candidate.show.priority);
  return { status: 'BEATEN', by: last.id, difference };
};

/** What is missing of an entry, as far as it is about the visitor; else the event that they have not met. */
const missingOf = (journey: CompiledJourney, { facts, catalog }: Selection): Partial<Unmet> => {
  const { segment } = journey;
  const where = unmet(journey.conditionAt('enter.where'), facts, catalog.segments);
  if (segment !== null) {
    const outside = { ...always, root: { kind: 'segment', id: segment } } as const;
    return unmet(outside, facts, catalog.segments) ?? where ?? {};
  }
  if (where !== null && !/^event(\.|$)/.test(where.fact)) return where;
  return { fact: 'event.name', operator: '$in', needed: [...journey.entersOn], actual: null };
};
