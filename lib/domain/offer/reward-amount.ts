import type { Reward } from '../catalog/definition.ts';
import { permyriadOf, shareOf } from '../money/percentage.ts';

/**
 * Whether a reward is applied after those at list prices, because it is a share of what they leave. Within
 * one phase priority and id decide.
 */
export const isOnDiscounted = (reward: Reward): boolean =>
  reward.type === 'percentage' && reward.base === 'discounted';

/**
 * What a reward takes off, in minor units, of what it is on: `list` at list prices, of which other discounts left
 * `remaining`. Rounded once, half away from zero, and never more than what remains.
 */
export const rewardAmount = (reward: Reward, list: number, remaining: number): number => {
  switch (reward.type) {
    case 'percentage': {
      const share = shareOf(isOnDiscounted(reward) ? remaining : list, permyriadOf(reward.value));
      return Math.min(share, reward.max ?? share, remaining);
    }
    case 'amount':
      return Math.min(reward.value, remaining);
    case 'freeShipping':
      return Math.min(reward.max ?? remaining, remaining);
    case 'fixedPrice':
    case 'buyXGetY':
    case 'tiered':
    case 'gift':
    case 'upgrade':
    case 'contractPrice':
      // Published with the warning `not-yet-run`: they take nothing off.
      return 0;
  }
};
