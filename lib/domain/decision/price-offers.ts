import type { Cart, CartLine } from '../cart/cart.ts';
import type { CompiledCatalog, CompiledOffer } from '../catalog/compiled.ts';
import { nodeHolds, type Scope, scopeOf } from '../condition/evaluate.ts';
import { unmet } from '../condition/explain.ts';
import { type CappedLimit, cappedBy, type RoomOfOffers } from '../offer/cap-room.ts';
import type { OfferOutcome } from '../offer/outcome.ts';
import { type PriceCartInput, type PriceCartResult, priceCart } from '../offer/price-cart.ts';
import type { OfferCandidate } from '../offer/priceable-offer.ts';
import { type Profile, suppressingProblems } from '../visitor/profile.ts';
import type { DecisionFacts } from './decision-facts.ts';
import { type HeldGrants, heldGrantsOf } from './held-grants.ts';
import { forbidsSelling, type Suppression, suppressesOffers, withholds } from './suppression.ts';

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
  return withholds(suppression, offer.intent) ? { offerId, status: 'HOLDOUT' } : null;
};

/** Whether an offer is only for whom a journey granted it, and nobody granted it to this visitor. */
const lacksGrant = ({ id, definition }: CompiledOffer, grants: HeldGrants): boolean =>
  definition.requiresGrant === true && !grants.has(id);

/**
 * Why an automatic offer whose condition holds can't apply now, or null where it can. An offer that runs only by
 * a code or a claim is none that applies itself.
 */
const offerLoss = (
  offer: CompiledOffer,
  selection: OfferSelection,
  grants: HeldGrants,
): OfferOutcome | null =>
  !offer.runs || lacksGrant(offer, grants)
    ? { offerId: offer.id, status: 'NOT_GRANTED' }
    : suppressedOffer(offer, selection);

/** Whether any offer could apply, whoever the visitor is: while something suppresses offers, mostly none can. */
const anyCanApply = (selection: OfferSelection, grants: HeldGrants): boolean =>
  !suppressesOffers(selection.suppression) ||
  selection.catalog.offers.some((offer) => offerLoss(offer, selection, grants) === null);

/** An offer as the visitor could have it: by their grant where they hold one. */
const candidateOf = ({ priceable, id }: CompiledOffer, grants: HeldGrants): OfferCandidate => {
  const grant = grants.get(id);
  return grant === undefined ? { offer: priceable } : { offer: priceable, grantId: grant.grantId };
};

/** Evaluates conditions on lines; what is known of a line is put together once for all offers. */
const lineMatcher = ({ catalog, facts }: OfferSelection) => {
  const scopes = new Map<CartLine, Scope>();
  const scopeOfLine = (line: CartLine): Scope => {
    const known = scopes.get(line) ?? scopeOf(facts.ofLine(line), catalog.segments);
    scopes.set(line, known);
    return known;
  };
  return (offer: CompiledOffer | undefined, line: CartLine): boolean => {
    const condition = offer?.lineCondition ?? null;
    return condition === null || nodeHolds(condition.root, scopeOfLine(line));
  };
};

/** Prices once, without the offers that are known to have no room. */
const priceOnce = (
  cart: Cart,
  selection: OfferSelection,
  grants: HeldGrants,
  capped: ReadonlyMap<string, CappedLimit>,
): OfferPricing => {
  const { catalog, facts } = selection;
  const candidates: OfferCandidate[] = [];
  const priced: number[] = [];
  for (const index of anyCanApply(selection, grants) ? catalog.offerRules.match(facts) : []) {
    const offer = catalog.offers[index];
    if (offer === undefined || capped.has(offer.id)) continue;
    if (offerLoss(offer, selection, grants) !== null) continue;
    candidates.push(candidateOf(offer, grants));
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
 * Prices a cart with every automatic offer that this visitor can have now, granted ones included. One that would take
 * more off than its budget has left does not apply: the cart is priced again without it.
 */
export const priceOffers = (cart: Cart, selection: OfferSelection): OfferPricing => {
  const grants = heldGrantsOf(selection.profile, selection.facts.now);
  let pricing = priceOnce(cart, selection, grants, cappedFromTheStart(selection));
  for (;;) {
    const applied = pricing.result.ok ? pricing.result.priced.applied : [];
    const over = applied.flatMap(({ offerId, amount }) => {
      const limit = cappedBy(selection.room?.get(offerId), amount);
      return limit === null ? [] : [[offerId, limit] as const];
    });
    if (over.length === 0) return pricing;
    pricing = priceOnce(cart, selection, grants, new Map([...pricing.capped, ...over]));
  }
};

/**
 * What became of every offer of the catalog, with its evidence. An entitlement that a visitor holds is shown, and
 * not applied.
 */
export const explainOffers = (
  pricing: OfferPricing | null,
  selection: OfferSelection,
): readonly OfferOutcome[] => {
  const { catalog, facts } = selection;
  const outcomes = pricing?.result.ok === true ? pricing.result.outcomes : [];
  const byIndex = new Map(pricing?.priced.map((index, place) => [index, outcomes[place]]));
  const grants = heldGrantsOf(selection.profile, facts.now);
  return catalog.offers.map((offer): OfferOutcome => {
    const outcome = byIndex.get(offer.index);
    if (outcome !== undefined) return outcome;
    const grant = grants.get(offer.id);
    if (offer.runs && lacksGrant(offer, grants)) return { offerId: offer.id, status: 'NOT_GRANTED' };
    if (!offer.runs && grant !== undefined) {
      const { grantId } = grant;
      return suppressedOffer(offer, selection) ?? { offerId: offer.id, grantId, status: 'SHOWN' };
    }
    const missing = unmet(offer.condition, facts, catalog.segments);
    if (missing !== null) return { offerId: offer.id, status: 'INELIGIBLE', ...missing };
    const limit = pricing?.capped.get(offer.id);
    if (limit !== undefined) return { offerId: offer.id, status: 'CAPPED', limit };
    return offerLoss(offer, selection, grants) ?? { offerId: offer.id, status: 'NO_EFFECT' };
  });
};
