import { MINUTE } from '../../unit/journey/life.ts';
import type { Chance } from '../chance.ts';

/** What a shop does with an order, one after the other. */
export type Step = 'hold' | 'commit' | 'cancel' | 'complete' | 'refund' | 'refund all';

export interface OrderPlan {
  readonly orderId: string;
  /** Who orders, and by which of their ids. */
  readonly person: number;
  readonly by: 'user' | 'device';
  readonly unitPrice: number;
  readonly flight: string;
  /** When each step is tried first, milliseconds after the one before. */
  readonly steps: readonly { readonly step: Step; readonly after: number }[];
}

/** What a seed is about. */
export interface Plot {
  /** Those who ask for the offers at one moment and do nothing more; else orders live a life. */
  readonly isRace: boolean;
  /** One after the other, at moments that chance decides. */
  readonly catalogs: readonly (readonly object[])[];
  readonly orders: readonly OrderPlan[];
  /** Each may have a grant of the offer `granted`, and a device that becomes theirs. */
  readonly people: readonly { readonly hasGrant: boolean; readonly device: 'none' | 'joins' }[];
}

/** Most that one use takes of a budget: percentages name it, so that budgets are split. */
const LARGEST = 60;

/** Offers that all combine: what one of them takes off is not another's business. */
const GROUPS = ['capped', 'by-flight', 'granted'];
const offer = (id: string, rest: object): object => ({
  kind: 'offer',
  id,
  until: '2099-12-31T00:00:00Z',
  combine: { group: id, with: GROUPS.filter((group) => group !== id) },
  ...rest,
});

interface Limits {
  readonly total?: number;
  readonly budget?: number;
  readonly perVisitor?: number;
}

const rewardsOf = (chance: Chance): object =>
  chance.of<object>(
    { type: 'percentage', value: 6, max: LARGEST },
    { type: 'percentage', value: 6 },
    { type: 'amount', value: 5 },
  );

const limitsOf = (chance: Chance): Limits => {
  const total = { total: chance.of(1, 2, 5, 8, 1200) };
  const budget = { budget: chance.of(40, 300, 2500) };
  const perVisitor = { perVisitor: chance.of(1, 2) };
  return chance.of<Limits>(
    total,
    budget,
    { ...total, ...perVisitor },
    { ...total, ...budget, ...perVisitor },
    { ...budget, ...perVisitor },
  );
};

/** Another publication of the same offers: more or less of each limit, an offer less. */
const changed = (limits: Limits, chance: Chance): Limits => ({
  ...limits,
  ...(limits.total === undefined ? {} : { total: chance.of(1, 3, 4, 12, 1000, 2000) }),
  ...(limits.budget === undefined ? {} : { budget: chance.of(60, 500, 1500, 5000) }),
});

const MINUTES_LATE = 17;

const livesOf = (chance: Chance): OrderPlan['steps'] => {
  const soon = (step: Step) => ({ step, after: chance.below(3 * MINUTE) });
  const late = (step: Step) => ({ step, after: (MINUTES_LATE + chance.below(10)) * MINUTE });
  const [hold, commit, cancel] = [soon('hold'), soon('commit'), soon('cancel')];
  return chance.of<OrderPlan['steps']>(
    [hold],
    [hold, commit],
    [hold, soon('complete')],
    [hold, cancel],
    [hold, commit, cancel],
    [hold, commit, late('cancel')],
    [hold, commit, soon('refund'), cancel],
    [hold, commit, soon('refund all')],
    [hold, late('commit')],
    [hold, late('complete')],
    [hold, late('commit'), cancel],
    [hold, late('hold'), commit],
    [hold, late('cancel')],
    [hold, commit, soon('commit'), soon('hold')],
  );
};

/** One in so many seeds is a race; of those one in so many is run by a thousand. */
const RACES = 4;
const LARGE_RACES = 50;

/** So many of the others are small: few people, who meet at everything, in a fraction of the time. */
const SMALL = 0.6;

const raceOf = (seed: number, chance: Chance): Plot => {
  const isLarge = (seed / RACES) % LARGE_RACES === 0;
  const racers = isLarge ? 1000 : chance.happens(SMALL) ? 4 + chance.below(12) : 10 + chance.below(40);
  const isSplit = chance.happens(0.4);
  // Five of a budget of five for each of as many as win: where that is a thousand and more, it lies in several parts.
  const winners = isSplit && isLarge ? 200 + chance.below(200) : 1 + chance.below(racers);
  const limits = isSplit ? { budget: winners * 5 } : { total: winners };
  return {
    isRace: true,
    catalogs: [[offer('capped', { reward: { type: 'amount', value: 5 }, limits })]],
    people: Array.from({ length: racers }, () => ({ hasGrant: false, device: 'none' })),
    orders: Array.from({ length: racers }, (_, person) => ({
      orderId: `o${person}`,
      person,
      by: 'user',
      unitPrice: 1000,
      flight: 'A',
      steps: [{ step: 'hold', after: 0 }],
    })),
  };
};

/** What happens in the life of a seed, but for what goes wrong in it. */
export const plotOf = (seed: number, chance: Chance): Plot => {
  if (seed % RACES === 0) return raceOf(seed, chance);
  const reward = rewardsOf(chance);
  const late = chance.of('honour', 'refuse');
  const first = limitsOf(chance);
  const perFlight = { total: chance.of(1, 2, 3), per: 'context.attributes.flight' };
  const catalog = (limits: Limits) => [
    offer('capped', { reward, limits, late }),
    offer('by-flight', { reward: { type: 'amount', value: 3 }, limits: perFlight, late }),
    offer('granted', { reward: { type: 'amount', value: 7 }, requiresGrant: true }),
  ];
  const isChanged = chance.happens(0.4);
  const isSmall = chance.happens(SMALL);
  const people = isSmall ? 1 + chance.below(3) : 2 + chance.below(12);
  const orders = isSmall ? 6 + chance.below(9) : 8 + chance.below(18);
  return {
    isRace: false,
    catalogs: [
      catalog(first),
      ...(isChanged ? [catalog(changed(first, chance)), catalog(changed(first, chance)).slice(1)] : []),
    ],
    people: Array.from({ length: people }, () => ({
      hasGrant: chance.happens(0.3),
      device: chance.of('none', 'joins'),
    })),
    orders: Array.from({ length: orders }, (_, index) => ({
      orderId: `o${index}`,
      person: chance.below(people),
      by: chance.of('user', 'device'),
      unitPrice: 100 + chance.below(1400),
      flight: chance.of('A', 'B'),
      steps: livesOf(chance),
    })),
  };
};
