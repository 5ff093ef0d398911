import type { Combinations } from './combination.ts';
import { type Contender, isLate, type Ranked } from './contender.ts';
import { type Entrant, type Winner, worthOf } from './field.ts';
import type { Layout } from './ledger.ts';
import type { OfferOutcome } from './outcome.ts';
import type { OfferCandidate } from './priceable-offer.ts';
import { amountTaken } from './take.ts';

/** An outcome's ids. */
export const named = (candidate: OfferCandidate): { offerId: string; grantId?: string } =>
  candidate.grantId === undefined
    ? { offerId: candidate.offer.id }
    : { offerId: candidate.offer.id, grantId: candidate.grantId };

/** What contenders of one class meet in the best set. */
interface Opposition {
  /** The member worth most that the class may not stand beside; undefined where it may stand beside all. */
  readonly rival: Ranked | undefined;
  /** Of the members that it may stand beside, those at list prices, what they take off, and what they leave. */
  readonly early: { readonly total: number; readonly remaining: Float64Array };
  readonly late: readonly Contender[];
}

/** Tells why candidates lost. */
export interface LosersOf {
  readonly winner: Winner;
  /** What each candidate takes off in the best set; by its position. */
  readonly amountOf: (index: number) => number;
  readonly combinations: Combinations;
  readonly layout: Layout;
  /** The part of the cart that a candidate is on. */
  readonly partOf: (index: number) => number;
}

const oppositionTo = (combinesAs: number, { winner, amountOf, combinations }: LosersOf): Opposition => {
  const { trial, best } = winner.stage;
  const standsBeside = (member: Ranked): boolean => combinations.combine(member.combinesAs, combinesAs);
  let rival: Ranked | undefined;
  for (const member of winner.members) {
    if (standsBeside(member)) continue;
    if (rival === undefined || amountOf(member.index) > amountOf(rival.index)) rival = member;
  }
  const beside = best.members.filter(standsBeside);
  const early = beside.filter((member) => !isLate(member));
  const total = early.reduce((sum, member, depth) => sum + trial.take(member, depth), 0);
  return {
    rival,
    early: { total, remaining: trial.remainingAt(early.length).slice() },
    late: beside.filter(isLate),
  };
};

/**
 * Tells each candidate that lost why: which applied offer stands in its way, and how much less the customer would
 * have got with it in place of those that it can't stand beside. It is counted after the others of its phase.
 */
export const explainLosers = (losers: LosersOf): ((loser: Entrant) => OfferOutcome) => {
  const { winner, combinations, layout, partOf } = losers;
  const { stage, members } = winner;
  const byClass = new Map<number, Opposition>();
  const contenders = new Map(stage.contenders.map((contender) => [contender.index, contender]));

  const worthAmongDiscounts = (loser: Contender | undefined, { early, late }: Opposition): number => {
    if (late.length === 0) {
      const more =
        loser === undefined ? 0 : amountTaken(loser.demand, loser.part, stage.compared, early.remaining);
      return early.total + more;
    }
    const after = loser === undefined ? late : isLate(loser) ? [...late, loser] : [loser, ...late];
    stage.trial.remainingAt(1).set(early.remaining);
    return after.reduce((sum, member, at) => sum + stage.trial.take(member, at + 1), early.total);
  };

  /** Where contracts are about, list prices differ from set to set. */
  const worthAnew = (loser: Entrant): number => {
    const beside = members.filter((member) => combinations.combine(member.combinesAs, loser.combinesAs));
    return worthOf([...beside.map((member) => ({ ...member, part: partOf(member.index) })), loser], layout);
  };

  const isAboutContracts = (loser: Entrant): boolean =>
    stage.contracted.contracts.length > 0 || loser.candidate.offer.reward.type === 'contractPrice';

  const hasNoEffect = (loser: Entrant): boolean => {
    const { type } = loser.candidate.offer.reward;
    if (type === 'gift' || type === 'contractPrice' || contenders.has(loser.index)) return false;
    return stage.contracted.contracts.length === 0 || worthOf([loser], layout) === 0;
  };

  return (loser) => {
    if (hasNoEffect(loser)) return { ...named(loser.candidate), status: 'NO_EFFECT' };
    let opposition = byClass.get(loser.combinesAs);
    if (opposition === undefined) {
      opposition = oppositionTo(loser.combinesAs, losers);
      byClass.set(loser.combinesAs, opposition);
    }
    const rival = opposition.rival?.candidate.offer;
    if (rival === undefined) return { ...named(loser.candidate), status: 'NO_EFFECT' };
    const worth = isAboutContracts(loser)
      ? worthAnew(loser)
      : worthAmongDiscounts(contenders.get(loser.index), opposition);
    return {
      ...named(loser.candidate),
      status: rival.group === loser.candidate.offer.group ? 'BEATEN' : 'EXCLUDED',
      by: rival.id,
      difference: Math.max(0, stage.total - worth),
    };
  };
};
