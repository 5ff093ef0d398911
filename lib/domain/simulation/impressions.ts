import type { CompiledCatalog } from '../catalog/compiled.ts';
import type { CounterSpec } from '../condition/condition.ts';
import { holds } from '../condition/evaluate.ts';
import { factsOf } from '../condition/facts.ts';
import type { DecisionAnswer } from '../decision/answer.ts';
import type { PlacementItem } from '../decision/answer-parts.ts';
import type { JsonObject } from '../json.ts';
import { own } from '../own.ts';
import { boundCounters, type Counter, tally } from '../visitor/counters.ts';
import type { Visitor } from '../visitor/state.ts';
import { boundStatistics, countMore } from '../visitor/statistics.ts';

/** The event that clients send when an experience was seen. */
export const EXPERIENCE_VIEWED = 'Experience Viewed';

/** What a client would say of an impression. */
export const impressionProperties = (placement: string, item: PlacementItem): JsonObject => ({
  experienceId: item.experienceId,
  placement,
  ...(item.variant === undefined ? {} : { variant: item.variant }),
});

const NO_SEGMENTS = { get: () => undefined };

/** What the visitor remembers of all that one decision shows. */
export interface Views {
  /** How many items. */
  readonly count: number;
  /** Ids of the counters that these move, one for each time. */
  readonly counterIds: readonly string[];
}

/**
 * Makes the visitor remember what was shown as if each item's `Experience Viewed` had been applied at the moment
 * of the event that asked for it (a test holds it against `applyEvents`). There are more impressions than events,
 * and all of one decision are one step here.
 */
export const createImpressions = ({ countersByEvent }: CompiledCatalog) => {
  const specs = countersByEvent.get(EXPERIENCE_VIEWED) ?? [];
  const counted = new Map<string, Map<string, readonly CounterSpec[]>>();

  /** The counters that an impression moves: the same each time, since its properties hold no times. */
  const countersOf = (placement: string, item: PlacementItem): readonly CounterSpec[] => {
    const experience =
      item.variant === undefined ? item.experienceId : `${item.experienceId}\n${item.variant}`;
    let inPlacement = counted.get(placement);
    if (inPlacement === undefined) {
      inPlacement = new Map();
      counted.set(placement, inPlacement);
    }
    const known = inPlacement.get(experience);
    if (known !== undefined) return known;
    const facts = factsOf(impressionProperties(placement, item), 0);
    const found = specs.filter(({ where }) => where === null || holds(where, facts, NO_SEGMENTS));
    inPlacement.set(experience, found);
    return found;
  };

  /** What is remembered of all that one decision shows. */
  const viewsOf = (placements: DecisionAnswer['placements']): Views => {
    let count = 0;
    const counterIds: string[] = [];
    for (const placement in placements) {
      for (const item of placements[placement]?.items ?? []) {
        count += 1;
        for (const { id } of countersOf(placement, item)) counterIds.push(id);
      }
    }
    return { count, counterIds };
  };

  const see = (visitor: Visitor, { count, counterIds }: Views, at: number): Visitor => {
    if (count === 0) return visitor;
    const { state, orders } = visitor;
    let { counters } = state;
    if (counterIds.length > 0) {
      const moved: { [counterId: string]: Counter } = { ...counters };
      for (const id of counterIds) moved[id] = tally(moved[id], at);
      counters = boundCounters(moved);
    }
    return { orders, state: { ...state, events: countViews(state.events, count, at), counters } };
  };

  return { viewsOf, see };
};

const countViews = (
  events: Visitor['state']['events'],
  count: number,
  at: number,
): Visitor['state']['events'] => {
  const present = own(events, EXPERIENCE_VIEWED);
  const next = { ...events, [EXPERIENCE_VIEWED]: countMore(present, count, at, at) };
  return present === undefined ? boundStatistics(next) : next;
};
