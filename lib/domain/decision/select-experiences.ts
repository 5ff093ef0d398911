import type { CompiledCatalog, CompiledExperience } from '../catalog/compiled.ts';
import { own } from '../own.ts';
import { subtractDuration } from '../time/duration.ts';
import { countSince } from '../visitor/counters.ts';
import type { Profile } from '../visitor/profile.ts';
import type { DecisionFacts } from './decision-facts.ts';
import { forbidsSelling, type Suppression, withholds } from './suppression.ts';

/** Why an experience is not shown although it stands for the placement. */
export type ExperienceLoss =
  | 'INELIGIBLE'
  | 'EXPIRED'
  | 'SERVICE_FIRST'
  | 'HOLDOUT'
  | 'NO_CONSENT'
  | 'FREQUENCY'
  | 'EXCLUDED';

/** What a decision knows when it looks at experiences. */
export interface Selection {
  readonly catalog: CompiledCatalog;
  readonly profile: Profile;
  readonly facts: DecisionFacts;
  readonly suppression: Suppression;
  /** By experience index: whether its condition holds. */
  readonly eligible: ReadonlySet<number>;
}

/**
 * Why an experience can't be shown now, or null where it can. In the order in which an author would fix it: not
 * for this visitor, not now, not while a problem is open, not in the holdout, not without consent, not so often.
 */
export const experienceLoss = (
  experience: CompiledExperience,
  selection: Selection,
): ExperienceLoss | null => {
  const { suppression, profile, facts } = selection;
  if (!selection.eligible.has(experience.index)) return 'INELIGIBLE';
  if (!isCurrent(experience, facts.now)) return 'EXPIRED';
  if (forbidsSelling(suppression, experience.intent)) return 'SERVICE_FIRST';
  if (!experience.isDefault) {
    if (suppression.transactionOnly || suppression.unread) return 'EXCLUDED';
    if (withholds(suppression, experience.intent)) return 'HOLDOUT';
  }
  if (experience.consent !== null && own(profile.consents, experience.consent) !== true) return 'NO_CONSENT';
  return isWornOut(experience, selection) ? 'FREQUENCY' : null;
};

const isCurrent = ({ from, until }: CompiledExperience, now: number): boolean =>
  (from === null || from <= now) && (until === null || now < until);

/** Whether the person saw it as often as its limit allows. */
const isWornOut = ({ limit }: CompiledExperience, { profile, facts }: Selection): boolean => {
  if (limit === null) return false;
  const counter = own(profile.counters, limit.counterId);
  return counter !== undefined && countSince(counter, subtractDuration(facts.now, limit.per)) >= limit.max;
};

/** The experience at a position of the catalog, where it can be shown now. */
export const showableAt = (index: number, selection: Selection): CompiledExperience | null => {
  const experience = selection.catalog.experiences[index];
  return experience !== undefined && experienceLoss(experience, selection) === null ? experience : null;
};

/** Of these experiences, in their order, those that can be shown now. */
export function* showable(
  indexes: readonly number[],
  selection: Selection,
): Generator<CompiledExperience, void, undefined> {
  for (const index of indexes) {
    const experience = showableAt(index, selection);
    if (experience !== null) yield experience;
  }
}
