import type { OfferDefinition, Reward, RewardTarget } from '../catalog/definition.ts';

/** The group of offers that name none. */
export const DEFAULT_GROUP = 'default';

/** What pricing needs to know of an offer; made once per catalog by {@link toPriceableOffer}. */
export interface PriceableOffer {
  readonly id: string;
  readonly label: string;
  readonly reward: Reward;
  readonly target: RewardTarget;
  /** The same for offers with the same condition on lines; null where there is none. */
  readonly linesAs: string | null;
  /** What its amounts are in; null where it names none, so that it fits every cart. */
  readonly currency: string | null;
  readonly group: string;
  /** The groups that it may stand beside, as far as they say the same of its own. */
  readonly with: ReadonlySet<string>;
  readonly exclusive: boolean;
  /** The same for offers that combine in the same way. */
  readonly combinesAs: string;
  /**
   * The same for sums at list prices on the same lines, or on the order, that combine in the same way: of several the one
   * that takes most alone is the one that matters. Null where each matters.
   */
  readonly rivalsAs: string | null;
  /** 0 to 100; decides between sets that are worth the same. */
  readonly priority: number;
}

/** An offer that this visitor could have now, with what it came by. */
export interface OfferCandidate {
  readonly offer: PriceableOffer;
  readonly grantId?: string;
  readonly code?: string;
  /** The visitor claims it: what applies by a claim, or an entitlement. */
  readonly claimed?: true;
  /** Of a contract's prices those of this visitor's account, by sku; else those of the reward. */
  readonly prices?: Prices;
}

/** A cart in one currency never gets an amount in another. */
export const isInCurrency = ({ offer }: Pick<OfferCandidate, 'offer'>, currency: string): boolean =>
  offer.currency === null || offer.currency === currency;

/** Prices by sku, minor units. */
export type Prices = { readonly [sku: string]: number };

/** What its reward is on: as stated; else lines where it names some. */
export const targetOf = (definition: OfferDefinition): RewardTarget => {
  if (definition.reward.type === 'freeShipping') return 'shipping';
  if (definition.reward.on !== undefined) return definition.reward.on;
  return definition.lines === undefined ? 'order' : 'lines';
};

/** The currency of the money that a reward names. A `max` is money too, in the settings' currency. */
const currencyOf = (reward: Reward, settingsCurrency: string): string | null => {
  switch (reward.type) {
    case 'percentage':
    case 'freeShipping':
      return reward.max === undefined ? null : settingsCurrency;
    case 'amount':
    case 'fixedPrice':
    case 'contractPrice':
      return reward.currency ?? settingsCurrency;
    case 'tiered': {
      const namesMoney = reward.by === 'total' || reward.tiers.some((tier) => tier.percentage === undefined);
      return namesMoney ? (reward.currency ?? settingsCurrency) : null;
    }
    case 'buyXGetY':
    case 'gift':
    case 'upgrade':
      return null;
  }
};

/** One text for all offers that have the same: a map finds it without comparing it letter by letter. */
const texts = new Map<string, string>();
const MAX_TEXTS = 10_000;

const shared = (text: string): string => {
  const known = texts.get(text);
  if (known !== undefined) return known;
  if (texts.size >= MAX_TEXTS) texts.clear();
  texts.set(text, text);
  return text;
};

/** Whether a reward is a sum, fixed by what it is on at list prices. */
const isSum = (reward: Reward): boolean =>
  reward.type === 'amount' ||
  reward.type === 'freeShipping' ||
  (reward.type === 'percentage' && reward.base !== 'discounted');

/** Fills in what an offer leaves unsaid. */
export const toPriceableOffer = (definition: OfferDefinition, settingsCurrency: string): PriceableOffer => {
  const group = definition.combine?.group ?? DEFAULT_GROUP;
  const exclusive = definition.combine?.exclusive ?? false;
  const names = new Set(definition.combine?.with);
  const target = targetOf(definition);
  const linesAs = definition.lines === undefined ? null : JSON.stringify(definition.lines);
  const combinesAs = [group, ...(exclusive ? [] : [...names].sort())].join(' ');
  return {
    id: definition.id,
    label: definition.label ?? definition.id,
    reward: definition.reward,
    target,
    linesAs,
    currency:
      currencyOf(definition.reward, settingsCurrency) ??
      // A budget is money in the settings' currency: what another one takes off can't be counted in it.
      (definition.limits?.budget === undefined ? null : settingsCurrency),
    group,
    with: names,
    exclusive,
    combinesAs: shared(combinesAs),
    rivalsAs: isSum(definition.reward) ? shared(JSON.stringify([target, linesAs, combinesAs])) : null,
    priority: definition.priority ?? 0,
  };
};
