import type { Cart, CartLine } from '../cart/cart.ts';
import { copyOf, zeros } from './amounts.ts';
import { assemble, type TakenOffer } from './assemble.ts';
import { checkCart, type UnpriceableCart } from './check-cart.ts';
import { type Combinations, combinationsOf } from './combination.ts';
import { type Entrant, type Field, fieldOf, type Winner, winnerOf } from './field.ts';
import { type Coverage, type Layout, layOut } from './ledger.ts';
import { explainLosers, named } from './losers.ts';
import type { OfferOutcome } from './outcome.ts';
import { isInCurrency, type OfferCandidate } from './priceable-offer.ts';
import type { PricedCart } from './priced-cart.ts';
import { chooseAmong, type Rivals, rivalsAmong } from './rivals.ts';
import { takerOn } from './take.ts';

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

/** What is said of a candidate whose amounts are in another currency than the cart's; null where they are not. */
export const inOtherCurrency = (
  candidate: OfferCandidate,
  { currency: actual }: Pick<Cart, 'currency'>,
): OfferOutcome | null => {
  const needed = candidate.offer.currency;
  return needed === null || needed === actual
    ? null
    : { ...named(candidate), status: 'INELIGIBLE', fact: 'cart.currency', operator: '$eq', needed, actual };
};

/**
 * Prices a cart: applies the allowed set of candidates that takes most off for the customer, exactly, in minor
 * units. A contract's prices come first, and are the list prices of the rest; then discounts at list prices, then
 * those on what is left; within each by priority and id. The result depends neither on the order of lines nor on
 * that of candidates.
 *
 * @returns the priced cart with each candidate's outcome, or what makes the cart impossible to price.
 */
export const priceCart = (input: PriceCartInput): PriceCartResult => {
  const { cart, candidates } = input;
  const error = checkCart(cart);
  if (error !== null) return { ok: false, error };

  const { layout, taken } = compete(input, rivalsAmong(candidates, cart.currency));
  return new Pricing(assemble(cart, layout, taken), () => outcomesOf(cart, candidates, compete(input, null)));
};

/** Lets candidates compete for the cart: of those that rival each other the best where there are many, or each. */
const compete = (
  { cart, candidates, matchesLine }: PriceCartInput,
  rivals: readonly Rivals[] | null,
): Priced => {
  const firsts = rivals === null ? [...candidates.keys()] : rivals.map(([first = 0]) => first);
  const layout = layOut(cart, coveragesOf(firsts, candidates, cart.currency, matchesLine));
  const combinations = combinationsOf(firsts.map((first) => candidates[first]?.offer));
  const entrants: Entrant[] = [];
  const enter = (index: number, place: number): void => {
    const candidate = candidates[index];
    if (candidate === undefined || !isInCurrency(candidate, cart.currency)) return;
    const combinesAs = combinations.classOf[place] ?? 0;
    entrants.push({ index, candidate, combinesAs, part: layout.partOf[place] ?? 0 });
  };
  const chosen = rivals === null ? null : chooseAmong(rivals, candidates, layout);
  if (chosen === null) firsts.forEach(enter);
  else
    for (const [place, indexes] of chosen.rivals.entries()) for (const index of indexes) enter(index, place);
  const field = fieldOf(entrants, layout, chosen?.leavesOut === true);
  const winner = winnerOf(field, combinations, layout);
  return { field, winner, taken: apply(winner, layout), combinations, layout };
};

/**
 * Few ask why each of fifty offers lost, and it costs a tenth of the pricing to know. A class, since V8 gives an object
 * with a getter of its own a new shape each time, which outlives it: that alone was a quarter of the pricing.
 */
class Pricing implements Extract<PriceCartResult, { readonly ok: true }> {
  readonly ok = true;
  readonly priced: PricedCart;
  readonly #tell: () => readonly OfferOutcome[];
  #outcomes: readonly OfferOutcome[] | null = null;

  constructor(priced: PricedCart, tell: () => readonly OfferOutcome[]) {
    this.priced = priced;
    this.#tell = tell;
  }

  get outcomes(): readonly OfferOutcome[] {
    this.#outcomes ??= this.#tell();
    return this.#outcomes;
  }
}

/** What the winners take off each slot, on the whole cart: sets are compared on less. */
const apply = ({ stage, extras }: Winner, { ledger }: Layout): readonly TakenOffer[] => {
  const { contracts, amounts, shares, ledger: contracted } = stage.contracted;
  const taker = takerOn(contracted);
  const remaining = copyOf(contracted.lists);
  return [
    ...contracts.map(({ index, candidate }, place): TakenOffer => {
      const share = shares[place] ?? zeros(ledger.size);
      return { index, candidate, amount: amounts[place] ?? 0, shares: share };
    }),
    ...stage.best.members.map(({ index, candidate, demand, part }): TakenOffer => {
      const share = zeros(ledger.size);
      return { index, candidate, amount: taker(demand, part, remaining, share), shares: share };
    }),
    ...extras.map(
      ({ index, candidate }): TakenOffer => ({
        index,
        candidate,
        amount: 0,
        shares: zeros(ledger.size),
      }),
    ),
  ];
};

interface Priced {
  readonly field: Field;
  readonly winner: Winner;
  readonly taken: readonly TakenOffer[];
  readonly combinations: Combinations;
  readonly layout: Layout;
}

const outcomesOf = (
  cart: Cart,
  candidates: readonly OfferCandidate[],
  { field, winner, taken, combinations, layout }: Priced,
): readonly OfferOutcome[] => {
  const amounts = new Map(taken.map(({ index, amount }) => [index, amount]));
  const explain = explainLosers({
    winner,
    amountOf: (index) => amounts.get(index) ?? 0,
    combinations,
    layout,
    partOf: (index) => layout.partOf[index] ?? 0,
  });
  const losers = new Map(
    [...field.contracts, ...field.discounts, ...field.gifts].map((entrant) => [entrant.index, entrant]),
  );
  return candidates.map((candidate, index): OfferOutcome => {
    const foreign = inOtherCurrency(candidate, cart);
    if (foreign !== null) return foreign;
    const amount = amounts.get(index);
    if (amount !== undefined) return { ...named(candidate), status: 'APPLIED', amount };
    const loser = losers.get(index);
    return loser === undefined ? { ...named(candidate), status: 'NO_EFFECT' } : explain(loser);
  });
};

/** Which part of the cart each candidate is on: the same coverage where offers say the same of lines. */
const coveragesOf = (
  indexes: readonly number[],
  candidates: readonly OfferCandidate[],
  currency: string,
  matchesLine: PriceCartInput['matchesLine'],
): readonly Coverage[] => {
  const known = new Map<string, Coverage>();
  return indexes.map((index): Coverage => {
    const candidate = candidates[index];
    if (candidate === undefined || !isInCurrency(candidate, currency)) return 'order';
    const { offer } = candidate;
    if (offer.target !== 'lines') return offer.target;
    const before = offer.linesAs === null ? undefined : known.get(offer.linesAs);
    if (before !== undefined) return before;
    const coverage: Coverage = (line) => matchesLine(index, line);
    if (offer.linesAs !== null) known.set(offer.linesAs, coverage);
    return coverage;
  });
};
