import type { Condition } from '../condition/condition.ts';
import { parseInstant } from '../time/instant.ts';
import type { CompiledOffer } from './compiled.ts';
import type { Intent, OfferDefinition } from './definition.ts';
import { offerRuns } from './not-yet-run.ts';

/** The group of offers that name none. */
export const DEFAULT_GROUP = 'default';

/** How an offer is applied: as stated; else by its code where it has one; else automatically. */
export const applyOf = (definition: OfferDefinition): CompiledOffer['apply'] =>
  definition.apply ??
  (definition.code !== undefined || definition.codes !== undefined ? 'code' : 'automatic');

/** An offer sells unless it says otherwise. */
export const offerIntentOf = (definition: OfferDefinition): Intent => definition.intent ?? 'sell';

/**
 * Fills in an offer's defaults.
 *
 * @param condition - parses its condition; called on first use.
 * @param lineCondition - parses the condition on lines; called on first use.
 */
export const loadOffer = (
  definition: OfferDefinition,
  index: number,
  condition: () => Condition,
  lineCondition: () => Condition | null,
): CompiledOffer => ({
  id: definition.id,
  index,
  definition,
  label: definition.label ?? definition.id,
  reward: definition.reward,
  intent: offerIntentOf(definition),
  apply: applyOf(definition),
  runs: offerRuns(definition),
  priority: definition.priority ?? 0,
  group: definition.combine?.group ?? DEFAULT_GROUP,
  combinesWith: new Set(definition.combine?.with),
  exclusive: definition.combine?.exclusive ?? false,
  from: definition.from === undefined ? null : parseInstant(definition.from),
  until: definition.until === undefined ? null : parseInstant(definition.until),
  get condition() {
    return condition();
  },
  get lineCondition() {
    return lineCondition();
  },
});
