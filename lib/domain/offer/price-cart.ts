import type { Cart, CartLine } from '../cart/cart.ts';
import { assemble } from './assemble.ts';
import { bestSet } from './best-set.ts';
import { checkCart, type UnpriceableCart } from './check-cart.ts';
import { combinationsOf } from './combination.ts';
import { type Contender, trialOn } from './contender.ts';
import { type Coverage, collapsed, isWholesale, layOut } from './ledger.ts';
import { explainLosers, named } from './losers.ts';
import type { OfferOutcome } from './outcome.ts';
import type { OfferCandidate } from './priceable-offer.ts';
import type { PricedCart } from './priced-cart.ts';
import { amountTaken, takerOn } from './take.ts';

export interface PriceCartInput {
  readonly cart: Cart;
  /** The offers whose conditions hold for this visitor, in any order. */
  readonly candidates: readonly OfferCandidate[];
  /** Whether a candidate's `lines` condition holds for a line; asked only of candidates that are on lines. */
  readonly matchesLine: (candidateIndex: number, line: CartLine) => boolean;
}

export type PriceCartResult =
  | {
      readonly ok: true;
      readonly priced: PricedCart;
      /** What became of each candidate, in the order given. */
      readonly outcomes: readonly OfferOutcome[];
    }
  | { readonly ok: false; readonly error: UnpriceableCart };

const inOtherCurrency = (candidate: OfferCandidate, needed: string, actual: string): OfferOutcome => ({
  ...named(candidate),
  status: 'INELIGIBLE',
  fact: 'cart.currency',
  operator: '$eq',
  needed,
  actual,
});

/**
 * Prices a cart: applies the allowed set of candidates that takes most off for the customer, exactly, in minor
 * units. Discounts at list prices apply before those on what is left; within each, by priority and id. The result
 * depends neither on the order of lines nor on that of candidates. Rewards that don't run yet have no effect.
 *
 * @returns the priced cart with each candidate's outcome, or what makes the cart impossible to price.
 */
export const priceCart = ({ cart, candidates, matchesLine }: PriceCartInput): PriceCartResult => {
  const error = checkCart(cart);
  if (error !== null) return { ok: false, error };

  const decided: (OfferOutcome | undefined)[] = new Array(candidates.length);
  const coverages = coveragesOf(candidates, cart.currency, matchesLine);
  const layout = layOut(cart, coverages);
  const { ledger } = layout;
  const monotone = isWholesale(ledger);
  const compared = monotone ? collapsed(ledger) : ledger;
  const combinations = combinationsOf(candidates.map((candidate) => candidate.offer));

  const contenders: Contender[] = [];
  for (const [index, candidate] of candidates.entries()) {
    const { currency, reward } = candidate.offer;
    const part = layout.partOf[index] ?? 0;
    if (currency !== null && currency !== cart.currency) {
      decided[index] = inOtherCurrency(candidate, currency, cart.currency);
      continue;
    }
    const alone = amountTaken(reward, part, compared, compared.lists);
    if (alone === 0) decided[index] = { ...named(candidate), status: 'NO_EFFECT' };
    else contenders.push({ index, candidate, part, combinesAs: combinations.classOf[index] ?? 0, alone });
  }

  const trial = trialOn(compared);
  const best = bestSet(contenders, combinations, trial, monotone);

  const taker = takerOn(ledger);
  const remaining = Float64Array.from(ledger.lists);
  const taken = best.members.map(({ candidate, part }) => {
    const shares = new Float64Array(ledger.size);
    return { candidate, amount: taker(candidate.offer.reward, part, remaining, shares), shares };
  });
  for (const [place, { index, candidate }] of best.members.entries()) {
    decided[index] = { ...named(candidate), status: 'APPLIED', amount: taken[place]?.amount ?? 0 };
  }
  let outcomes: readonly OfferOutcome[] | null = null;
  return {
    ok: true,
    priced: assemble(cart, layout, taken),
    // Few ask why each of fifty offers lost, and it costs a tenth of the pricing to know.
    get outcomes() {
      if (outcomes !== null) return outcomes;
      const amounts = taken.map((each) => each.amount);
      const explain = explainLosers(best, amounts, combinations, compared, trial);
      for (const contender of contenders) decided[contender.index] ??= explain(contender);
      outcomes = decided.filter((outcome) => outcome !== undefined);
      return outcomes;
    },
  };
};

/** Which part of the cart each candidate is on: the same coverage where offers say the same of lines. */
const coveragesOf = (
  candidates: readonly OfferCandidate[],
  currency: string,
  matchesLine: PriceCartInput['matchesLine'],
): readonly Coverage[] => {
  const known = new Map<string, Coverage>();
  return candidates.map(({ offer }, index): Coverage => {
    if (offer.currency !== null && offer.currency !== currency) return 'order';
    if (offer.target !== 'lines') return offer.target;
    const before = offer.linesAs === null ? undefined : known.get(offer.linesAs);
    if (before !== undefined) return before;
    const coverage: Coverage = (line) => matchesLine(index, line);
    if (offer.linesAs !== null) known.set(offer.linesAs, coverage);
    return coverage;
  });
};
