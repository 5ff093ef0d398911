import type { Cart, CartLine } from '../cart/cart.ts';
import type { CompiledCatalog, CompiledOffer } from '../catalog/compiled.ts';
import { nodeHolds, type Scope, scopeOf } from '../condition/evaluate.ts';
import { unmet } from '../condition/explain.ts';
import { type CappedLimit, cappedBy, type RoomOfOffers } from '../offer/cap-room.ts';
import type { OfferOutcome } from '../offer/outcome.ts';
import {
  inOtherCurrency,
  type PriceCartInput,
  type PriceCartResult,
  priceCart,
} from '../offer/price-cart.ts';
import type { OfferCandidate } from '../offer/priceable-offer.ts';
import { type Profile, suppressingProblems } from '../visitor/profile.ts';
import type { DecisionFacts } from './decision-facts.ts';
import { heldGrantsOf } from './held-grants.ts';
import type { KnownCodes } from './known-codes.ts';
import { forbidsSelling, type Suppression, suppressesOffers, withholds } from './suppression.ts';
import { type Claim, candidateBy, type Ways, waysOf, wayTo } from './ways-to-offers.ts';

/** A cart with the offers that apply themselves, and what pricing made of each that could. */
export interface OfferPricing {
  readonly result: PriceCartResult;
  /** Positions in the catalog of the candidates that were priced, in the order of their outcomes. */
  readonly priced: readonly number[];
  /** Offers whose limits have no room for this cart. */
  readonly capped: ReadonlyMap<string, CappedLimit>;
}

export interface OfferSelection {
  readonly catalog: CompiledCatalog;
  readonly profile: Profile;
  readonly facts: DecisionFacts;
  readonly suppression: Suppression;
  /** What is left of limits that are short; absent: nothing is known to be. */
  readonly room?: RoomOfOffers;
  /** What an order claims; nothing in a decision, which only tells what can be claimed. */
  readonly claims?: readonly Claim[];
  /** What is known of the codes in the cart; absent: nothing, so that only shared ones are told. */
  readonly codes?: KnownCodes;
}

/** Why an offer that the visitor has, or that everybody has, is not theirs to use now; null where it is. */
export const suppressedOffer = (offer: CompiledOffer, selection: OfferSelection): OfferOutcome | null => {
  const { suppression, profile, facts } = selection;
  const { id: offerId, definition } = offer;
  if ((offer.from !== null && facts.now < offer.from) || (offer.until !== null && facts.now >= offer.until)) {
    return {
      offerId,
      status: 'EXPIRED',
      ...(definition.from === undefined ? {} : { from: definition.from }),
      ...(definition.until === undefined ? {} : { until: definition.until }),
    };
  }
  if (forbidsSelling(suppression, offer.intent)) {
    const open = suppressingProblems(profile, facts.now);
    return { offerId, status: 'SERVICE_FIRST', problems: open.map((problem) => problem.problemId) };
  }
  return isAutomatic(offer) && withholds(suppression, offer.intent) ? { offerId, status: 'HOLDOUT' } : null;
};

/** Whether an offer is one of those that the global holdout withholds; a contract's prices are nobody's to withhold. */
const isAutomatic = ({ apply, reward }: CompiledOffer): boolean =>
  apply === 'automatic' && reward.type !== 'contractPrice';

/** Why an offer whose condition holds can't apply to the cart now; null where it can. */
const offerLoss = (offer: CompiledOffer, selection: OfferSelection, ways: Ways): OfferOutcome | null =>
  wayTo(offer, ways) === null
    ? { offerId: offer.id, status: 'NOT_GRANTED' }
    : suppressedOffer(offer, selection);

/** Whether any offer could apply, whoever the visitor is: while something suppresses offers, mostly none can. */
const anyCanApply = (selection: OfferSelection, ways: Ways): boolean =>
  !suppressesOffers(selection.suppression) ||
  selection.catalog.offers.some((offer) => offerLoss(offer, selection, ways) === null);

/** Evaluates conditions on lines; what is known of a line is put together once for all offers. */
const lineMatcher = ({ catalog, facts }: OfferSelection) => {
  const scopes = new Map<CartLine, Scope>();
  const scopeOfLine = (line: CartLine): Scope => {
    const known = scopes.get(line) ?? scopeOf(facts.ofLine(line), catalog.segments);
    scopes.set(line, known);
    return known;
  };
  return (offer: CompiledOffer | undefined, line: CartLine): boolean => {
    const equals = offer?.lineEquals ?? null;
    if (equals !== null) return line[equals.field] === equals.value;
    const condition = offer?.lineCondition ?? null;
    return condition === null || nodeHolds(condition.root, scopeOfLine(line));
  };
};

/** Prices once, without the offers that are known to have no room. */
const priceOnce = (
  cart: Cart,
  selection: OfferSelection,
  ways: Ways,
  capped: ReadonlyMap<string, CappedLimit>,
): OfferPricing => {
  const { catalog, facts } = selection;
  const candidates: OfferCandidate[] = [];
  const priced: number[] = [];
  for (const index of anyCanApply(selection, ways) ? catalog.offerRules.match(facts) : []) {
    const offer = catalog.offers[index];
    if (offer === undefined || (capped.size > 0 && capped.has(offer.id))) continue;
    const way = wayTo(offer, ways);
    if (way === null || suppressedOffer(offer, selection) !== null) continue;
    candidates.push(candidateBy(way, offer, cart, facts));
    priced.push(index);
  }
  const matches = lineMatcher(selection);
  const matchesLine: PriceCartInput['matchesLine'] = (candidate, line) =>
    matches(catalog.offers[priced[candidate] ?? -1], line);
  return { result: priceCart({ cart, candidates, matchesLine }), priced, capped };
};

/** Offers that the limits have no room for at all, whatever they would take off. */
const cappedFromTheStart = ({ room }: OfferSelection): ReadonlyMap<string, CappedLimit> =>
  new Map(
    [...(room ?? [])].flatMap(([offerId, left]) => {
      const limit = cappedBy(left);
      return limit === null ? [] : [[offerId, limit] as const];
    }),
  );

/**
 * Prices a cart with every offer that this visitor can have now: those that apply themselves, granted ones included,
 * those whose code is in the cart, and those that are claimed. One that would take more off than its budget has left
 * does not apply: the cart is priced again without it.
 */
export const priceOffers = (cart: Cart, selection: OfferSelection): OfferPricing => {
  const ways = waysOf(cart, selection);
  let pricing = priceOnce(cart, selection, ways, cappedFromTheStart(selection));
  for (;;) {
    const applied = pricing.result.ok ? pricing.result.priced.applied : [];
    const over = applied.flatMap(({ offerId, amount }) => {
      const limit = cappedBy(selection.room?.get(offerId), amount);
      return limit === null ? [] : [[offerId, limit] as const];
    });
    if (over.length === 0) return pricing;
    pricing = priceOnce(cart, selection, ways, new Map([...pricing.capped, ...over]));
  }
};

/** Says what became of an offer, with its evidence. What can be claimed is shown, and not applied. */
export const offerExplainer = (
  pricing: OfferPricing | null,
  cart: Cart | null,
  selection: OfferSelection,
): ((offer: CompiledOffer) => OfferOutcome) => {
  const { catalog, facts } = selection;
  const outcomes = pricing?.result.ok === true ? pricing.result.outcomes : [];
  const byIndex = new Map(pricing?.priced.map((index, place) => [index, outcomes[place]]));
  const ways = waysOf(cart, selection);
  const grants = heldGrantsOf(selection.profile, facts.now);
  return (offer) => {
    const { id: offerId } = offer;
    const outcome = byIndex.get(offer.index);
    if (outcome !== undefined) return outcome;
    const grant = grants.get(offerId);
    if (offer.claimable && grant !== undefined) {
      return suppressedOffer(offer, selection) ?? { offerId, grantId: grant.grantId, status: 'SHOWN' };
    }
    const canBeClaimed = offer.claimable && offer.definition.requiresGrant !== true;
    const way = wayTo(offer, ways);
    if (!canBeClaimed && way === null) return { offerId, status: 'NOT_GRANTED' };
    const missing = unmet(offer.condition, facts, catalog.segments);
    if (missing !== null) return { offerId, status: 'INELIGIBLE', ...missing };
    const limit = pricing?.capped.get(offerId) ?? cappedBy(selection.room?.get(offerId)) ?? undefined;
    if (limit !== undefined) return { offerId, status: 'CAPPED', limit };
    const suppressed = suppressedOffer(offer, selection);
    if (suppressed !== null) return suppressed;
    if (canBeClaimed) return { offerId, status: 'SHOWN' };
    // It is on lines of which the cart has none, so that it was never priced.
    const candidate = { offer: offer.priceable, ...way };
    return (cart === null ? null : inOtherCurrency(candidate, cart)) ?? { offerId, status: 'NO_EFFECT' };
  };
};

/** What became of every offer of the catalog, with its evidence. */
export const explainOffers = (
  pricing: OfferPricing | null,
  cart: Cart | null,
  selection: OfferSelection,
): readonly OfferOutcome[] => selection.catalog.offers.map(offerExplainer(pricing, cart, selection));
