import type { Cart, CartLine } from '../cart/cart.ts';
import type { CompiledCatalog, CompiledOffer } from '../catalog/compiled.ts';
import { holds, nodeHolds, scopeOf } from '../condition/evaluate.ts';
import type { Facts } from '../condition/facts.ts';
import type { OfferCandidate } from '../offer/priceable-offer.ts';
import type { AppliedOffer, PricedCart } from '../offer/priced-cart.ts';
import type { Recomputed } from '../offer/refund.ts';
import { own, setOwn } from '../own.ts';
import type { RefundTerms } from '../redemption/refund-terms.ts';
import { countSince } from '../visitor/counters.ts';
import { cartFacts } from './decision-facts.ts';

interface Tree {
  [name: string]: unknown;
}

/** Values by their dotted paths as the tree in which those paths are read; no path lies below another. */
const treeOf = (values: RefundTerms['facts']): Tree => {
  const root: Tree = {};
  const branches = new Map<string, Tree>([['', root]]);
  for (const [path, value] of Object.entries(values)) {
    let branch = root;
    let prefix = '';
    const parts = path.split('.');
    for (const part of parts.slice(0, -1)) {
      prefix += `${part}.`;
      const next = branches.get(prefix) ?? {};
      branches.set(prefix, next);
      setOwn(branch, part, next);
      branch = next;
    }
    setOwn(branch, parts.at(-1) ?? '', value);
  }
  return root;
};

/** The cart as it was ordered, as far as pricing and conditions look at it. */
const orderedCart = (
  { cartId, cartUpdatedAt, lines }: RefundTerms,
  { currency, lines: priced, shipping }: PricedCart,
): Cart => ({
  id: cartId,
  currency,
  shipping: shipping.amount,
  updatedAt: cartUpdatedAt,
  lines: priced.map(
    ({ id, sku, quantity, unitPrice }, index): CartLine => ({
      attributes: {},
      ...lines[index],
      id,
      sku,
      quantity,
      unitPrice,
    }),
  ),
});

/** What conditions asked when the order was held, with another cart. */
const factsWith = ({ facts, counters }: RefundTerms, cart: Cart, heldAt: number) => {
  const tree = treeOf(facts);
  const factsOf = (more: Facts['roots']): Facts => ({
    now: heldAt,
    count: (counterId, since) => countSince(own(counters, counterId), since),
    roots: { ...tree, ...more, cart: cartFacts(cart) },
  });
  return { ...factsOf({}), ofLine: (line: CartLine) => factsOf({ line }) };
};

const isAnew = ({ definition }: CompiledOffer): boolean => definition.onPartialRefund === 'recompute';

/** An offer as the order had it. */
const candidateOf = (
  { id, priceable, claimable }: CompiledOffer,
  { grantId, code }: AppliedOffer,
  { prices }: RefundTerms,
): OfferCandidate => {
  const agreed = own(prices, id);
  return {
    offer: priceable,
    ...(grantId === undefined ? {} : { grantId }),
    ...(code === undefined ? {} : { code }),
    ...(claimable ? { claimed: true } : {}),
    ...(agreed === undefined ? {} : { prices: agreed }),
  };
};

/**
 * The offers of an order, to be computed anew for the rest of it: each as it was defined, and on the condition that it
 * had, when the order was held. Whatever the visitor, or the catalog, has become since is of no matter.
 *
 * @param priced - as it was paid
 * @param heldAt - when the order was held, milliseconds since 1970
 * @param catalog - the version that the terms name
 */
export const recomputedBy = (
  terms: RefundTerms,
  priced: PricedCart,
  heldAt: number,
  catalog: CompiledCatalog,
): Recomputed => {
  const { segments, offerById } = catalog;
  const anew = new Set(
    priced.applied
      .map(({ offerId }) => offerById.get(offerId))
      .filter((offer) => offer !== undefined)
      .filter(isAnew)
      .map(({ id }) => id),
  );
  return {
    cart: orderedCart(terms, priced),
    isRecomputed: (offerId) => anew.has(offerId),
    candidatesFor: (rest) => {
      const facts = factsWith(terms, rest, heldAt);
      const standing = priced.applied.flatMap((applied) => {
        const offer = offerById.get(applied.offerId);
        if (offer === undefined) return [];
        if (anew.has(offer.id) && !holds(offer.condition, facts, segments)) return [];
        return [{ offer, candidate: candidateOf(offer, applied, terms) }];
      });
      return {
        candidates: standing.map(({ candidate }) => candidate),
        matchesLine: (index, line) => {
          const condition = standing[index]?.offer.lineCondition ?? null;
          return condition === null || nodeHolds(condition.root, scopeOf(facts.ofLine(line), segments));
        },
      };
    },
  };
};
