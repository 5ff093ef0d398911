import type { Cart } from '../cart/cart.ts';
import type { CompiledCatalog, CompiledOffer } from '../catalog/compiled.ts';
import type { OfferOutcome } from '../offer/outcome.ts';
import type { DecisionWarning } from './answer.ts';
import { type OfferPricing, type OfferSelection, offerExplainer } from './price-offers.ts';
import { keyOfCode } from './ways-to-offers.ts';

const known = new WeakMap<CompiledCatalog, ReadonlyMap<string, readonly CompiledOffer[]>>();

/** The offers of each shared code; two may have the same. */
const offersByCode = (catalog: CompiledCatalog): ReadonlyMap<string, readonly CompiledOffer[]> => {
  const before = known.get(catalog);
  if (before !== undefined) return before;
  const byCode = new Map<string, CompiledOffer[]>();
  for (const offer of catalog.offers) {
    if (offer.definition.code === undefined || !offer.runs) continue;
    const key = keyOfCode(offer.definition.code);
    byCode.set(key, [...(byCode.get(key) ?? []), offer]);
  }
  known.set(catalog, byCode);
  return byCode;
};

/** Whether the answer to a code is that of one that never was: of somebody else's, or of another time. */
const isForeign = ({ status }: OfferOutcome): boolean => status === 'NOT_GRANTED' || status === 'EXPIRED';

/** What the visitor may know of a loss: its status, and where it is about their cart, what is missing. */
const reasonOf = (outcome: OfferOutcome): string => {
  if (outcome.status !== 'INELIGIBLE' || !outcome.fact.startsWith('cart.')) return outcome.status;
  const { fact, operator, needed, actual } = outcome;
  return `INELIGIBLE, ${fact} is ${JSON.stringify(actual)}, expected ${operator} ${JSON.stringify(needed)}`;
};

/**
 * Says of each code of the cart that nothing came of it: that nobody knows it, or why it doesn't apply. A code that
 * exists and is not this visitor's gets the answer of one that doesn't exist, so that guessing tells nothing.
 */
export const codeWarnings = (
  pricing: OfferPricing | null,
  cart: Cart | null,
  selection: OfferSelection,
): readonly DecisionWarning[] => {
  if (cart?.codes === undefined || pricing === null || !pricing.result.ok) return [];
  const applied = new Set(pricing.result.priced.applied.map(({ offerId }) => offerId));
  const codes = new Map(cart.codes.map((code) => [keyOfCode(code), code]));
  const byCode = offersByCode(selection.catalog);
  return [...codes].flatMap(([key, code]): readonly DecisionWarning[] => {
    const offers = byCode.get(key) ?? [];
    if (offers.some(({ id }) => applied.has(id))) return [];
    const explain = offerExplainer(pricing, cart, selection);
    const [outcome] = offers.map(explain).filter((each) => !isForeign(each));
    return outcome === undefined
      ? [{ code: 'CODE_UNKNOWN', message: `The code ${code} is not known.` }]
      : [{ code: 'CODE_NOT_APPLIED', message: `The code ${code} does not apply: ${reasonOf(outcome)}.` }];
  });
};
