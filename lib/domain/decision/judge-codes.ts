import type { Cart } from '../cart/cart.ts';
import type { CompiledCatalog, CompiledOffer } from '../catalog/compiled.ts';
import { holdsBut } from '../condition/about.ts';
import type { OfferOutcome } from '../offer/outcome.ts';
import { onceFor } from '../once-for.ts';
import type { DecisionWarning } from './answer-parts.ts';
import type { SingleUseCode } from './known-codes.ts';
import { keyOfCode } from './known-codes.ts';
import { type OfferPricing, type OfferSelection, offerExplainer, suppressedOffer } from './price-offers.ts';

/** The offers of each shared code; two may have the same. */
const offersByCode = onceFor((catalog: CompiledCatalog): ReadonlyMap<string, readonly CompiledOffer[]> => {
  const byCode = new Map<string, CompiledOffer[]>();
  for (const offer of catalog.offers) {
    if (offer.definition.code === undefined) continue;
    const key = keyOfCode(offer.definition.code);
    byCode.set(key, [...(byCode.get(key) ?? []), offer]);
  }
  return byCode;
});

/** A code of the cart of which nothing came, and what is said of it. */
export interface JudgedCode {
  /** As typed. */
  readonly code: string;
  readonly warning: DecisionWarning;
}

/** Whether a code may have been a guess: nobody knows it, or it is not this visitor's to use. */
export const isWrong = ({ warning }: JudgedCode): boolean =>
  warning.code === 'CODE_UNKNOWN' || warning.code === 'CODE_USED';

const unknown = (code: string): JudgedCode => ({
  code,
  warning: { code: 'CODE_UNKNOWN', message: `The code ${code} is not known.` },
});

const unread = (code: string): JudgedCode => ({
  code,
  warning: { code: 'CODE_UNREAD', message: `The code ${code} could not be looked up; ask again.` },
});

const notApplied = (code: string, reason: string): JudgedCode => ({
  code,
  warning: { code: 'CODE_NOT_APPLIED', message: `The code ${code} does not apply: ${reason}.` },
});

/** What of a cart its owner can change; an amount in another currency is nothing to them. */
const isAboutCart = (fact: string): boolean => fact.startsWith('cart.') && fact !== 'cart.currency';

/** What the visitor may know of a loss: its status, and where it is about their cart, what is missing. */
const reasonOf = (outcome: OfferOutcome): string => {
  if (outcome.status !== 'INELIGIBLE' || !outcome.fact.startsWith('cart.')) return outcome.status;
  const { fact, operator, needed, actual } = outcome;
  return `INELIGIBLE, ${fact} is ${JSON.stringify(actual)}, expected ${operator} ${JSON.stringify(needed)}`;
};

/**
 * Whether the answer to a code is that of one that never was: it is somebody else's, of another time, or, where anybody
 * may ask, not for this visitor or this currency, whatever else is wrong with the cart.
 */
const isForeign = (offer: CompiledOffer, { status, ...outcome }: OfferOutcome, selection: OfferSelection) => {
  if (status === 'NOT_GRANTED' || status === 'EXPIRED') return true;
  if (selection.codes === undefined || selection.codes.isTrusted) return false;
  if (suppressedOffer(offer, selection)?.status === 'EXPIRED') return true;
  if ('fact' in outcome && outcome.fact === 'cart.currency') return true;
  const { facts, catalog } = selection;
  return !holdsBut(offer.condition, isAboutCart, facts, catalog.segments);
};

/**
 * Says of each code of the cart that nothing came of it: that nobody knows it, or why it doesn't apply. A code that
 * exists and is not this visitor's gets the answer of one that doesn't exist, so that guessing tells nothing. After too
 * many guesses so does every code.
 */
export const judgeCodes = (
  pricing: OfferPricing | null,
  cart: Cart | null,
  selection: OfferSelection,
): readonly JudgedCode[] => {
  if (cart?.codes === undefined || pricing === null || !pricing.result.ok) return [];
  const { applied } = pricing.result.priced;
  const { standing = 'open', singleUse = [], isTrusted = true } = selection.codes ?? {};
  const typed = new Map(cart.codes.map((code) => [keyOfCode(code), code]));
  if (standing === 'unread') return [...typed.values()].map(unread);
  if (standing === 'guarded') return [...typed.values()].map(unknown);
  const explain = offerExplainer(pricing, cart, selection);

  const judgeShared = (code: string, offers: readonly CompiledOffer[]): readonly JudgedCode[] => {
    if (offers.some(({ id }) => applied.some(({ offerId }) => offerId === id))) return [];
    const [outcome] = offers.flatMap((offer) => {
      const each = explain(offer);
      return isForeign(offer, each, selection) ? [] : [each];
    });
    return [outcome === undefined ? unknown(code) : notApplied(code, reasonOf(outcome))];
  };

  /** Whether this very code is what an offer applies by, however it is typed there. */
  const isApplied = ({ offerId, serial }: SingleUseCode): boolean =>
    singleUse.some(
      (one) =>
        one.offerId === offerId &&
        one.serial === serial &&
        applied.some((each) => each.offerId === offerId && keyOfCode(each.code ?? '') === one.code),
    );

  const judgeSingle = (code: string, single: SingleUseCode): readonly JudgedCode[] => {
    if (isApplied(single)) return [];
    const used = {
      code,
      warning: { code: 'CODE_USED', message: `The code ${code} was used already.` },
    } as const;
    if (single.used) return [isTrusted ? used : unknown(code)];
    if (applied.some(({ offerId }) => offerId === single.offerId))
      return [notApplied(code, 'another code of the same offer does')];
    const offer = selection.catalog.offerById.get(single.offerId);
    return judgeShared(code, offer === undefined ? [] : [offer]);
  };

  const byCode = offersByCode(selection.catalog);
  return [...typed].flatMap(([key, code]) => {
    const single = singleUse.find((one) => one.code === key);
    return single === undefined ? judgeShared(code, byCode.get(key) ?? []) : judgeSingle(code, single);
  });
};
