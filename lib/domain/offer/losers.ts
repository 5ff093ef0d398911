import type { BestSet } from './best-set.ts';
import type { Combinations } from './combination.ts';
import { type Contender, isLate, type Trial } from './contender.ts';
import type { Ledger } from './ledger.ts';
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
  readonly rival: Contender | undefined;
  /** Of the members that it may stand beside, those at list prices, what they take off, and what they leave. */
  readonly early: { readonly total: number; readonly remaining: Float64Array };
  readonly late: readonly Contender[];
}

const oppositionTo = (
  combinesAs: number,
  best: BestSet,
  amounts: readonly number[],
  combinations: Combinations,
  trial: Trial,
): Opposition => {
  let rival = -1;
  let total = 0;
  let depth = 0;
  const late: Contender[] = [];
  for (const [position, member] of best.members.entries()) {
    if (!combinations.combine(member.combinesAs, combinesAs)) {
      if (rival === -1 || (amounts[position] ?? 0) > (amounts[rival] ?? 0)) rival = position;
    } else if (isLate(member)) late.push(member);
    else {
      total += trial.take(member, depth);
      depth += 1;
    }
  }
  return { rival: best.members[rival], early: { total, remaining: trial.remainingAt(depth).slice() }, late };
};

/**
 * Tells each contender that lost why: which applied offer stands in its way, and how much less the customer would
 * have got with it in place of those that it can't stand beside. It is counted after the others of its phase.
 */
export const explainLosers = (
  best: BestSet,
  amounts: readonly number[],
  combinations: Combinations,
  ledger: Ledger,
  trial: Trial,
): ((loser: Contender) => OfferOutcome) => {
  const byClass = new Map<number, Opposition>();

  const worthWith = (loser: Contender, { early, late }: Opposition): number => {
    const { reward } = loser.candidate.offer;
    if (late.length === 0) return early.total + amountTaken(reward, loser.part, ledger, early.remaining);
    let total = early.total;
    trial.remainingAt(1).set(early.remaining);
    for (const [at, member] of (isLate(loser) ? [...late, loser] : [loser, ...late]).entries()) {
      total += trial.take(member, at + 1);
    }
    return total;
  };

  return (loser) => {
    let opposition = byClass.get(loser.combinesAs);
    if (opposition === undefined) {
      opposition = oppositionTo(loser.combinesAs, best, amounts, combinations, trial);
      byClass.set(loser.combinesAs, opposition);
    }
    const { offer, grantId } = loser.candidate;
    const rival = opposition.rival?.candidate.offer;
    if (rival === undefined) return { ...named(loser.candidate), status: 'NO_EFFECT' };
    const status = rival.group === offer.group ? 'BEATEN' : 'EXCLUDED';
    const difference = Math.max(0, best.total - worthWith(loser, opposition));
    return grantId === undefined
      ? { offerId: offer.id, status, by: rival.id, difference }
      : { offerId: offer.id, grantId, status, by: rival.id, difference };
  };
};
