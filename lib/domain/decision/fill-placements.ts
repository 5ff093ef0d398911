import type { CompiledExperience, PlacementCandidates } from '../catalog/compiled.ts';
import { setOwn } from '../own.ts';
import type { ContentTemplate } from '../template/compile-content.ts';
import type { RenderedContent } from '../template/render-content.ts';
import type { JourneyProfile } from '../visitor/profile.ts';
import type { DecisionReason, DecisionWarning, PlacementItem } from './answer-parts.ts';
import { type Draw, drawVariant } from './draw.ts';
import {
  contentOf,
  type JourneyShow,
  type JourneyShows,
  journeyShowsOf,
  showableTogether,
} from './journey-shows.ts';
import type { PlacementRequest } from './request.ts';
import { type Selection, showableAt } from './select-experiences.ts';

/** What all placements of a decision show. */
export interface FilledPlacements {
  readonly placements: { readonly [placement: string]: { readonly items: readonly PlacementItem[] } };
  /** Variants drawn for the first time. */
  readonly draws: readonly Draw[];
  readonly warnings: readonly DecisionWarning[];
  /** What journeys had to show, and which of it is shown. */
  readonly journeyShows: JourneyShows;
  readonly shownOfJourneys: ReadonlySet<JourneyShow>;
}

/**
 * Makes an experience's content, or that of an instance of a journey, which knows more. A simulation asks for
 * winners only and makes none.
 */
export type Render = (template: ContentTemplate, instance?: JourneyProfile) => RenderedContent;

/**
 * Fills each placement with the best that can be shown, its defaults only where nothing else is left. Content
 * that can't be rendered is passed over with a warning: the next best takes its place.
 */
export const fillPlacements = (
  requested: readonly PlacementRequest[],
  selection: Selection,
  render: Render,
): FilledPlacements => {
  const draws = new Map<string, Draw>();
  const warnings: DecisionWarning[] = [];
  const journeyShows = journeyShowsOf(selection.profile, requested);
  const shownOfJourneys = new Set<JourneyShow>();

  const itemOf = (experience: CompiledExperience, placement: string): PlacementItem | null => {
    const drawn = drawVariant(experience, selection.profile);
    if (drawn === null) return null;
    const { variant, draw } = drawn;
    const { template } = variant;
    const rendered = template.ok ? render(template.template) : null;
    if (rendered === null || !rendered.ok) {
      warnings.push(templateFailed(placement, experience.id));
      return null;
    }
    if (draw !== null) draws.set(draw.experiment, draw);
    const { content } = rendered;
    const reason = reasonOf(experience, variant.id !== null);
    return variant.id === null
      ? { experienceId: experience.id, content, reason }
      : { experienceId: experience.id, variant: variant.id, content, reason };
  };

  const itemOfShow = (candidate: JourneyShow, placement: string): PlacementItem | null => {
    const { experienceId, instance, show } = candidate;
    const content = contentOf(candidate, selection.catalog);
    if (content === null) return null;
    const rendered = content.ok ? render(content.template, instance) : null;
    if (rendered === null || !rendered.ok) {
      warnings.push(templateFailed(placement, experienceId));
      return null;
    }
    shownOfJourneys.add(candidate);
    return {
      experienceId,
      journeyId: instance.journeyId,
      stepId: show.stepId,
      ...(show.variant === null ? {} : { variant: show.variant }),
      content: rendered.content,
      reason: show.intent === 'recover' ? 'RECOVERY' : show.variant === null ? 'JOURNEY' : 'SPLIT',
    };
  };

  const fill = (indexes: readonly number[], { id, limit }: PlacementRequest): readonly PlacementItem[] => {
    const items: PlacementItem[] = [];
    for (const index of indexes) {
      const experience = showableAt(index, selection);
      const item = experience === null ? null : itemOf(experience, id);
      if (item !== null) items.push(item);
      if (items.length >= limit) break;
    }
    return items;
  };

  const fillTogether = (
    indexes: readonly number[],
    shows: readonly JourneyShow[],
    { id, limit }: PlacementRequest,
  ): readonly PlacementItem[] => {
    const items: PlacementItem[] = [];
    for (const contender of showableTogether(indexes, shows, selection)) {
      const item = 'show' in contender ? itemOfShow(contender, id) : itemOf(contender, id);
      if (item !== null) items.push(item);
      if (items.length >= limit) break;
    }
    return items;
  };

  const placements: { [placement: string]: { readonly items: readonly PlacementItem[] } } = {};
  for (const placement of requested) {
    const { candidates, defaults } = selection.catalog.placements.get(placement.id) ?? NOTHING_CONTENDS;
    const shows = journeyShows.get(placement.id);
    // Most visitors are in no journey that shows anything, and this is done for every placement of every decision.
    const items =
      shows === undefined ? fill(candidates, placement) : fillTogether(candidates, shows, placement);
    setOwn(placements, placement.id, { items: items.length > 0 ? items : fill(defaults, placement) });
  }
  return {
    placements,
    draws: [...draws.values()],
    warnings,
    journeyShows,
    shownOfJourneys,
  };
};

const NOTHING_CONTENDS: PlacementCandidates = { candidates: [], defaults: [] };

const reasonOf = (experience: CompiledExperience, drawn: boolean): DecisionReason => {
  if (experience.isDefault) return 'DEFAULT';
  if (experience.intent === 'recover') return 'RECOVERY';
  return drawn ? 'SPLIT' : 'TARGETING_MATCH';
};

const templateFailed = (placement: string, experienceId: string): DecisionWarning => ({
  code: 'TEMPLATE_FAILED',
  message: `The content of ${experienceId} could not be rendered; the next best stands in its place.`,
  placement,
  experienceId,
});
