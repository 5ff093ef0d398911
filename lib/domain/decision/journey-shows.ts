import type { CompiledCatalog, CompiledExperience } from '../catalog/compiled.ts';
import { rankOf } from '../catalog/load-experience.ts';
import type { ActiveShow } from '../journey/instance.ts';
import type { CompiledContent } from '../template/compile-content.ts';
import type { JourneyProfile, Profile } from '../visitor/profile.ts';
import type { PlacementRequest } from './request.ts';
import { type Selection, showable } from './select-experiences.ts';
import { forbidsSelling, withholds } from './suppression.ts';

/** What one instance of a journey shows in a placement. */
export interface JourneyShow {
  /** `<journeyId>.<stepId>`, as clients name it in `Experience Viewed`. */
  readonly experienceId: string;
  readonly instance: JourneyProfile;
  readonly show: ActiveShow;
}

/** By placement, best first. */
export type JourneyShows = ReadonlyMap<string, readonly JourneyShow[]>;

/** Why a show of a journey is not shown. */
export type ShowLoss = 'EXPIRED' | 'SERVICE_FIRST' | 'HOLDOUT' | 'EXCLUDED';

const NO_SHOWS: JourneyShows = new Map();

const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** As rule 2 of the catalog prefers them; of two instances of one journey the newer goes first. */
const compareShows = (a: JourneyShow, b: JourneyShow): number =>
  rankOf(a.show.intent) - rankOf(b.show.intent) ||
  b.show.priority - a.show.priority ||
  compareTexts(a.experienceId, b.experienceId) ||
  b.instance.since - a.instance.since ||
  compareTexts(a.instance.key, b.instance.key);

/** What the visitor's journeys show in the placements asked for: of one instance the latest in each. */
export const journeyShowsOf = (
  { journeys }: Pick<Profile, 'journeys'>,
  requested: readonly PlacementRequest[],
): JourneyShows => {
  if (journeys.length === 0) return NO_SHOWS;
  return new Map(
    requested.map(({ id }) => {
      const shows = journeys.flatMap((instance): readonly JourneyShow[] => {
        const show = instance.shows.findLast(({ placements }) => placements.includes(id));
        return show === undefined
          ? []
          : [{ experienceId: `${instance.journeyId}.${show.stepId}`, instance, show }];
      });
      return [id, shows.sort(compareShows)];
    }),
  );
};

/** A show's content, by the definition that its instance entered with; null where that step is gone. */
export const contentOf = (
  { instance, show }: JourneyShow,
  catalog: CompiledCatalog,
): CompiledContent | null => catalog.journeys.find(instance)?.stepById.get(show.stepId)?.content ?? null;

/** Why a journey's show can't be shown now, or null where it can. */
export const showLoss = (
  { instance, show }: JourneyShow,
  { suppression, facts }: Pick<Selection, 'suppression' | 'facts'>,
): ShowLoss | null => {
  if (instance.heldOut) return 'HOLDOUT';
  if (show.until !== null && facts.now >= show.until) return 'EXPIRED';
  if (forbidsSelling(suppression, show.intent)) return 'SERVICE_FIRST';
  if (suppression.transactionOnly || suppression.unread) return 'EXCLUDED';
  return withholds(suppression, show.intent) ? 'HOLDOUT' : null;
};

/** A journey knows more of the visitor than an experience does: of the same priority it goes first. */
const standsBefore = ({ show }: JourneyShow, experience: CompiledExperience): boolean => {
  const byIntent = rankOf(show.intent) - rankOf(experience.intent);
  return byIntent < 0 || (byIntent === 0 && show.priority >= experience.priority);
};

/** Experiences and shows of one placement that can be shown now, best first (rule 2 of the catalog). */
export function* showableTogether(
  indexes: readonly number[],
  shows: readonly JourneyShow[],
  selection: Selection,
): Generator<CompiledExperience | JourneyShow, void, undefined> {
  const able = shows.filter((show) => showLoss(show, selection) === null);
  let next = 0;
  for (const experience of showable(indexes, selection)) {
    for (let show = able[next]; show !== undefined && standsBefore(show, experience); show = able[next]) {
      yield show;
      next += 1;
    }
    yield experience;
  }
  yield* able.slice(next);
}
