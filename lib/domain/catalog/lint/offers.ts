import type { OfferDefinition } from '../definition.ts';
import type { Remark } from '../finding.ts';
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

/** Fields of an offer that its reward makes nothing of. */
const ignoredFieldsOf = ({ reward, lines }: OfferDefinition): readonly (readonly [string, string])[] => {
  const { type, on, base } = reward;
  const ignored: (readonly [string, string])[] = [];
  if (lines !== undefined && (on === 'order' || on === 'shipping' || type === 'freeShipping'))
    ignored.push(['lines', 'the reward is not on lines']);
  if (type === 'freeShipping' && on !== undefined && on !== 'shipping')
    ignored.push(['reward.on', 'free shipping is always on shipping']);
  if (base === 'discounted' && type !== 'percentage' && type !== 'tiered')
    ignored.push(['reward.base', 'only a percentage can be of what other offers left']);
  if (on === 'shipping' && (type === 'buyXGetY' || type === 'contractPrice'))
    ignored.push(['reward.on', `nothing of shipping is a ${type}`]);
  return ignored;
};

/** `reward-field-ignored`: a field that reads as if it did something, and does nothing. */
export const ignoredRewardFields: LintRule = (definition) =>
  definition.kind !== 'offer'
    ? []
    : ignoredFieldsOf(definition).map(
        ([path, why]): Remark => ({
          code: 'reward-field-ignored',
          severity: 'warning',
          path,
          message: `without effect: ${why}`,
        }),
      );
