import { createHash } from 'node:crypto';
import type { Cart } from '../cart/cart.ts';
import type { CompiledCatalog, CompiledOffer } from '../catalog/compiled.ts';
import { unmet } from '../condition/explain.ts';
import { readPath } from '../condition/facts.ts';
import { isHeld } from '../journey/is-held.ts';
import type { RoomOfOffers } from '../offer/cap-room.ts';
import type { OfferOutcome } from '../offer/outcome.ts';
import type { PricedCart } from '../offer/priced-cart.ts';
import type { RefundTerms } from '../redemption/refund-terms.ts';
import type { Profile } from '../visitor/profile.ts';
import type { Visitor } from '../visitor/state.ts';
import type { DecisionWarning } from './answer-parts.ts';
import { decisionFacts } from './decision-facts.ts';
import { judgeCodes } from './judge-codes.ts';
import type { KnownCodes } from './known-codes.ts';
import { type OfferPricing, type OfferSelection, priceOffers, suppressedOffer } from './price-offers.ts';
import { refundTermsOf } from './refund-terms.ts';
import type { DecisionRequest } from './request.ts';
import { suppressionOf } from './suppression.ts';
import { type Claim, isClaimable } from './ways-to-offers.ts';

export interface RedeemInput {
  readonly catalog: CompiledCatalog;
  readonly visitor: Visitor;
  readonly profile: Profile;
  readonly request: DecisionRequest;
  /** Null: nothing is priced, the order is of claims alone. */
  readonly cart: Cart | null;
  /** What the order names to be claimed. */
  readonly claims: readonly Claim[];
  /** What is known of the codes in the cart; absent where it has none. */
  readonly codes?: KnownCodes;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** What an order of a visitor may have: the very pricing of decide, and what may be claimed. */
export interface RedemptionTerms {
  /** Prices the cart within the room that limits leave. */
  readonly price: (room: RoomOfOffers) => OfferPricing | null;
  /** What to tell of the codes in the cart. */
  readonly warnings: (pricing: OfferPricing | null) => readonly DecisionWarning[];
  /** Why a claim is not the visitor's to make; null where it is. */
  readonly refuseClaim: (claim: Claim) => OfferOutcome | null;
  /** What `limits.per` counts the total for; null where it counts for all together. */
  readonly countedFor: (offer: CompiledOffer, grantId: string | undefined) => string | null;
  /** What a refund has to know of the order as it was priced, as `refundTermsOf` has it. */
  readonly refundTerms: (priced: PricedCart) => RefundTerms | 'too-large' | null;
}

const fingerprint = (value: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify(value ?? null))
    .digest('base64url')
    .slice(0, 22);

/** A fact by its dotted path; `traits.x` and `stats.x` mean the visitor's. */
const pathOf = (fact: string): readonly string[] => {
  const path = fact.split('.');
  return path[0] === 'traits' || path[0] === 'stats' ? ['visitor', ...path] : path;
};

/** Gathers what an order may have, once for all the tries that it takes to hold it. */
export const redemptionTerms = (input: RedeemInput): RedemptionTerms => {
  const { catalog, visitor, profile, request, cart, claims, codes, now } = input;
  const facts = decisionFacts(profile, request, cart, catalog.settings, now);
  const suppression = suppressionOf(profile, false, catalog, now);
  const selection: OfferSelection = {
    catalog,
    profile,
    facts,
    suppression,
    claims,
    ...(codes === undefined ? {} : { codes }),
  };

  /** `event.*` of a granted offer is what brought the visitor into the journey that granted it. */
  const rootsOf = (grantId: string | undefined): typeof facts.roots => {
    const grant = visitor.state.grants.find((one) => one.grantId === grantId);
    const instance = visitor.state.journeys.instances.find(({ run }) => run === grant?.run);
    return instance === undefined ? facts.roots : facts.ofJourney(instance).roots;
  };

  return {
    price: (room) => (cart === null ? null : priceOffers(cart, { ...selection, room })),
    warnings: (pricing) => judgeCodes(pricing, cart, selection).map(({ warning }) => warning),
    refundTerms: (priced) => (cart === null ? null : refundTermsOf(selection, cart, priced)),
    refuseClaim: ({ offerId, grantId }) => {
      const offer = catalog.offerById.get(offerId);
      if (offer === undefined) return { offerId, status: 'NOT_GRANTED' };
      const suppressed = suppressedOffer(offer, selection);
      if (suppressed !== null) return suppressed;
      const needsGrant = grantId !== undefined || offer.definition.requiresGrant === true;
      if (needsGrant) {
        const grant = profile.grants.find((one) => one.grantId === grantId && one.offerId === offerId);
        return grant !== undefined && isHeld(grant, now) ? null : { offerId, status: 'NOT_GRANTED' };
      }
      if (!isClaimable(offer)) return { offerId, status: 'NOT_GRANTED' };
      const missing = unmet(offer.condition, facts, catalog.segments);
      return missing === null ? null : { offerId, status: 'INELIGIBLE', ...missing };
    },
    countedFor: (offer, grantId) => {
      const path = offer.definition.limits?.per;
      return path === undefined ? null : fingerprint(readPath(rootsOf(grantId), pathOf(path)));
    },
  };
};
