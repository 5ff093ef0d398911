import type { Cart } from '../cart/cart.ts';
import type { CompiledCatalog, CompiledOffer } from '../catalog/compiled.ts';
import { accountFactOf } from '../catalog/load-offer.ts';
import type { OfferCandidate } from '../offer/priceable-offer.ts';
import { onceFor } from '../once-for.ts';
import type { Profile } from '../visitor/profile.ts';
import { accountPrices } from './account-prices.ts';
import type { DecisionFacts } from './decision-facts.ts';
import { type HeldGrants, heldGrantsOf } from './held-grants.ts';
import { type KnownCodes, keyOfCode } from './known-codes.ts';

/** An offer that an order names, with the grant that it came by where there is one. */
export interface Claim {
  readonly offerId: string;
  readonly grantId?: string;
}

/** By what a visitor can come to an offer: what they were granted, what they typed, what they claim. */
export interface Ways {
  readonly grants: HeldGrants;
  /** As typed, by {@link keyOfCode}. */
  readonly codes: ReadonlyMap<string, string>;
  /** By offer: a single-use code of it that no order has, as typed. */
  readonly singleUse: ReadonlyMap<string, string>;
  /** By offer. */
  readonly claims: ReadonlyMap<string, Claim>;
}

/** What a candidate came by. */
export type Way = Omit<OfferCandidate, 'offer' | 'prices'>;

/** Whether an order may name an offer to have it. */
export const isClaimable = ({ claimable }: Pick<CompiledOffer, 'claimable'>): boolean => claimable;

/** By nothing: hundreds of offers of a cart are anybody's. */
const FREELY: Way = {};

const NOTHING: ReadonlyMap<string, never> = new Map<string, never>();

/** The first single-use code of each offer that no order has, as typed. */
const freeCodes = (
  singleUse: KnownCodes['singleUse'],
  typed: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> =>
  new Map(
    singleUse.toReversed().flatMap(({ offerId, code, used }) => {
      const text = typed.get(code);
      return used || text === undefined ? [] : [[offerId, text] as const];
    }),
  );

/** By what a visitor can come to offers with this cart. */
export const waysOf = (
  cart: Pick<Cart, 'codes'> | null,
  {
    profile,
    facts,
    claims,
    codes: known,
  }: {
    readonly profile: Pick<Profile, 'grants'>;
    readonly facts: Pick<DecisionFacts, 'now'>;
    readonly claims?: readonly Claim[];
    readonly codes?: KnownCodes;
  },
): Ways => {
  const isOpen = known === undefined || known.standing === 'open';
  const codes =
    cart?.codes === undefined || !isOpen
      ? NOTHING
      : new Map(cart.codes.map((code) => [keyOfCode(code), code]));
  return {
    grants: heldGrantsOf(profile, facts.now),
    codes,
    singleUse: known === undefined || !isOpen ? NOTHING : freeCodes(known.singleUse, codes),
    claims: claims === undefined ? NOTHING : new Map(claims.map((claim) => [claim.offerId, claim])),
  };
};

/** How the visitor comes to an offer; null where they don't, whatever else holds. */
export const wayTo = (offer: CompiledOffer, { grants, codes, singleUse, claims }: Ways): Way | null => {
  const { id, definition, apply } = offer;
  const grant = grants.size === 0 ? undefined : grants.get(id);
  if (definition.requiresGrant === true && grant === undefined) return null;
  const granted = grant === undefined ? FREELY : { grantId: grant.grantId };
  if (offer.claimable) {
    const claim = claims.get(id);
    return claim === undefined ? null : { ...granted, ...claimedGrant(claim), claimed: true };
  }
  if (apply !== 'code') return granted;
  const code = definition.code === undefined ? singleUse.get(id) : codes.get(keyOfCode(definition.code));
  return code === undefined ? null : { ...granted, code };
};

const claimedGrant = ({ grantId }: Claim): Way => (grantId === undefined ? {} : { grantId });

/** An offer as this visitor can have it for this cart. */
export const candidateBy = (
  way: Way,
  { priceable, reward }: CompiledOffer,
  cart: Cart,
  facts: DecisionFacts,
): OfferCandidate => {
  if (way === FREELY && reward.type !== 'contractPrice') return { offer: priceable };
  const fact = accountFactOf(reward);
  return fact === null
    ? { offer: priceable, ...way }
    : { offer: priceable, ...way, prices: accountPrices(fact, cart, facts) };
};

/** What anybody whose condition holds may claim, by priority and id. */
export const claimableOffers = onceFor((catalog: CompiledCatalog): readonly CompiledOffer[] =>
  catalog.offers
    .filter((offer) => offer.claimable && offer.definition.requiresGrant !== true)
    .sort((a, b) => b.priority - a.priority || a.index - b.index),
);
