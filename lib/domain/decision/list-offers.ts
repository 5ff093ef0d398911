import type { CompiledOffer } from '../catalog/compiled.ts';
import { holds } from '../condition/evaluate.ts';
import { isHeld } from '../journey/is-held.ts';
import type { JsonObject } from '../json.ts';
import { cappedBy } from '../offer/cap-room.ts';
import { onceFor } from '../once-for.ts';
import { type CompiledContent, compileContent } from '../template/compile-content.ts';
import { formatInstant } from '../time/instant.ts';
import type { GrantProfile } from '../visitor/profile.ts';
import type { Render } from './fill-placements.ts';
import { compareGrants } from './held-grants.ts';
import { type OfferSelection, suppressedOffer } from './price-offers.ts';
import { claimableOffers } from './ways-to-offers.ts';

/** An offer that the visitor can use or claim now. */
interface UsableOffer {
  /** Null where it needs none. */
  readonly grant: GrantProfile | null;
  readonly offer: CompiledOffer;
  /** Milliseconds since 1970; null: for good. */
  readonly endsAt: number | null;
}

/** An offer's label with its Liquid parsed. */
export const labelOf = onceFor((offer: CompiledOffer): CompiledContent => compileContent(offer.label));

const earlier = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? (a ?? b) : Math.min(a, b);

/** The granted offers that the visitor can use now, of any reward, best first. */
const grantedOffersOf = (selection: OfferSelection): readonly UsableOffer[] => {
  const { catalog, profile, facts } = selection;
  if (profile.grants.length === 0) return [];
  return profile.grants
    .flatMap((grant) => {
      const offer = catalog.offerById.get(grant.offerId);
      if (offer === undefined || !isHeld(grant, facts.now)) return [];
      if (suppressedOffer(offer, selection) !== null) return [];
      return [{ grant, offer, endsAt: earlier(grant.expiresAt, offer.until) }];
    })
    .sort((a, b) => b.offer.priority - a.offer.priority || compareGrants(a.grant, b.grant));
};

/** What the visitor was granted and can use now, then what they may claim without a grant; each best first. */
export const usableOffersOf = (selection: OfferSelection): readonly UsableOffer[] => {
  const { catalog, facts } = selection;
  const granted = grantedOffersOf(selection);
  const claimable = claimableOffers(catalog).filter(
    (offer) =>
      granted.every((each) => each.offer !== offer) &&
      suppressedOffer(offer, selection) === null &&
      cappedBy(selection.room?.get(offer.id)) === null &&
      holds(offer.condition, facts, catalog.segments),
  );
  return [...granted, ...claimable.map((offer) => ({ grant: null, offer, endsAt: offer.until }))];
};

/** What an entitlement is to: nothing of it shows in a cart. */
const entitlementOf = ({ reward }: CompiledOffer): JsonObject => {
  if (reward.type !== 'upgrade') return {};
  return { to: reward.to, ...(reward.attributes === undefined ? {} : { attributes: reward.attributes }) };
};

/** `offers` of the answer: what was granted and can be used, and what can be claimed, whether a cart is there or not. */
export const listOffers = (usable: readonly UsableOffer[], render: Render): readonly JsonObject[] =>
  usable.map(({ grant, offer, endsAt }) => {
    const label = labelOf(offer);
    const rendered = label.ok ? render(label.template) : null;
    return {
      offerId: offer.id,
      ...(grant === null ? {} : { grantId: grant.grantId }),
      ...(rendered?.ok === true ? { label: rendered.content } : {}),
      status: 'AVAILABLE',
      ...(grant === null || grant.because === null ? {} : { because: grant.because }),
      ...(endsAt === null ? {} : { expiresAt: formatInstant(endsAt) }),
      ...entitlementOf(offer),
    };
  });
