import type { LintRule } from './context.ts';
import { contradictoryConditions } from './contradictions.ts';
import {
  missingGoals,
  missingHoldouts,
  overriddenQuietHours,
  repeatedStepIds,
  unreachableSteps,
} from './journeys.ts';
import { ignoredRewardFields, unboundedOffers } from './offers.ts';
import { sellInRecovery } from './recovery.ts';
import { missingAuthorizations, missingGroups, missingReferences } from './references.ts';
import { emitLoops, emptyGrants } from './running.ts';
import { emptyApologies, emptyClaims, fakeUrgency, legalNames } from './sincerity.ts';

/** All rules of the lint. */
export const LINT_RULES: readonly LintRule[] = [
  missingReferences,
  missingGroups,
  missingAuthorizations,
  contradictoryConditions,
  unboundedOffers,
  ignoredRewardFields,
  legalNames,
  emptyApologies,
  fakeUrgency,
  emptyClaims,
  sellInRecovery,
  missingGoals,
  missingHoldouts,
  overriddenQuietHours,
  unreachableSteps,
  repeatedStepIds,
  emitLoops,
  emptyGrants,
];
