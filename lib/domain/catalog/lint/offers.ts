import { applyOf } from '../load-offer.ts';
import type { LintRule } from './context.ts';

/** `offer-unbounded`: an automatic offer that nothing ever ends. A contract's prices end with the contract. */
export const unboundedOffers: LintRule = (definition) => {
  if (definition.kind !== 'offer' || applyOf(definition) !== 'automatic') return [];
  const bounded =
    definition.until !== undefined || definition.requiresGrant === true || definition.limits !== undefined;
  if (bounded || definition.reward.type === 'contractPrice') return [];
  return [
    {
      code: 'offer-unbounded',
      severity: 'error',
      path: '',
      message: 'expected until, requiresGrant or limits: nothing ends this automatic offer',
    },
  ];
};
