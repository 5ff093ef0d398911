import type { Cart, CartLine } from '../cart/cart.ts';
import type { CompiledCatalog, CompiledOffer } from '../catalog/compiled.ts';
import { accountFactOf } from '../catalog/load-offer.ts';
import type { Condition } from '../condition/condition.ts';
import { readPath } from '../condition/facts.ts';
import type { PricedCart } from '../offer/priced-cart.ts';
import { own, setOwn } from '../own.ts';
import type { OrderedLine, RefundTerms } from '../redemption/refund-terms.ts';
import type { Profile } from '../visitor/profile.ts';
import { accountPrices } from './account-prices.ts';
import type { DecisionFacts } from './decision-facts.ts';

/** More than this of facts and lines does not fit beside a large cart into one item of DynamoDB; bytes of JSON. */
const MAX_BYTES = 120_000;

/** What an order was priced from. */
export interface OrderedBy {
  readonly catalog: CompiledCatalog;
  readonly profile: Pick<Profile, 'counters'>;
  readonly facts: DecisionFacts;
}

/** The conditions that decide whether an offer applies, and on what, with all segments that they name. */
const conditionsOf = (offers: readonly CompiledOffer[], { segments }: CompiledCatalog) => {
  const found = new Set<Condition>();
  const visit = (condition: Condition | null | undefined): void => {
    if (condition === null || condition === undefined || found.has(condition)) return;
    found.add(condition);
    for (const id of condition.segments) visit(segments.get(id));
  };
  for (const { condition, lineCondition } of offers) {
    visit(condition);
    visit(lineCondition);
  }
  return [...found];
};

const isOfCart = (path: string): boolean => /^(?:cart|line)(?:\.|$)/.test(path);

/** The values at these paths, each once: what lies below a path that is there itself is in its value. */
const valuesAt = (paths: readonly string[], { roots }: DecisionFacts): RefundTerms['facts'] => {
  const values: { [path: string]: unknown } = {};
  const kept: string[] = [];
  for (const path of paths.toSorted((a, b) => a.length - b.length)) {
    if (isOfCart(path) || kept.some((above) => path.startsWith(`${above}.`))) continue;
    const value = readPath(roots, path.split('.'));
    if (value === null) continue;
    kept.push(path);
    setOwn(values, path, value);
  }
  return values;
};

/** What is read of each line, by its first names; null: everything. */
const lineReadsOf = (paths: readonly string[]): ReadonlySet<string> | null => {
  const reads = new Set<string>();
  for (const path of paths.filter(isOfCart)) {
    const [root, list, ...below] = path.split('.');
    const names = root === 'line' && list !== undefined ? [list, ...below] : below;
    if (root === 'cart' && list !== undefined && list !== 'lines') continue;
    const [first, second] = root === 'cart' && /^\d+$/.test(names[0] ?? '') ? names.slice(1) : names;
    if (first === undefined) return null;
    reads.add(first === 'attributes' && second !== undefined ? `attributes.${second}` : first);
  }
  return reads;
};

const knownOf = (line: CartLine, reads: ReadonlySet<string> | null): OrderedLine => {
  const { id: _id, sku: _sku, quantity: _quantity, unitPrice: _unitPrice, ...rest } = line;
  if (reads === null) return rest;
  const { attributes, ...texts } = rest;
  const isRead = ([name]: readonly [string, unknown]): boolean => reads.has(name);
  const read = reads.has('attributes')
    ? Object.entries(attributes)
    : Object.entries(attributes).filter(([name]) => reads.has(`attributes.${name}`));
  return {
    ...Object.fromEntries(Object.entries(texts).filter(isRead)),
    ...(read.length === 0 ? {} : { attributes: Object.fromEntries(read) }),
  };
};

/** Of the accounts' own prices those of what was ordered, by offer. */
const pricesOf = (
  offers: readonly CompiledOffer[],
  cart: Cart,
  facts: DecisionFacts,
): RefundTerms['prices'] =>
  Object.fromEntries(
    offers.flatMap((offer) => {
      const path = accountFactOf(offer.reward);
      return path === null ? [] : [[offer.id, accountPrices(path, cart, facts)]];
    }),
  );

/**
 * What a refund has to know of an order, so that its offers can be computed anew for the rest as they were decided
 * when it was held. No more of the person than the offers' conditions read.
 *
 * @returns null where no offer of the order is computed anew; `too-large` where an order can't keep all of it
 */
export const refundTermsOf = (
  { catalog, profile, facts }: OrderedBy,
  cart: Cart,
  { applied }: PricedCart,
): RefundTerms | 'too-large' | null => {
  const offers = applied.flatMap(({ offerId }) => catalog.offerById.get(offerId) ?? []);
  if (!offers.some(({ definition }) => definition.onPartialRefund === 'recompute')) return null;
  const conditions = conditionsOf(offers, catalog);
  const paths = [...new Set(conditions.flatMap((condition) => condition.facts))];
  const counted = new Set(conditions.flatMap(({ counters }) => counters.map(({ id }) => id)));
  const lineReads = lineReadsOf(paths);
  const terms: RefundTerms = {
    catalogVersion: catalog.version,
    cartId: cart.id,
    cartUpdatedAt: cart.updatedAt,
    facts: valuesAt(paths, facts),
    counters: Object.fromEntries(
      [...counted].flatMap((id) => {
        const counter = own(profile.counters, id);
        return counter === undefined ? [] : [[id, counter]];
      }),
    ),
    prices: pricesOf(offers, cart, facts),
    lines: lineReads?.size === 0 ? [] : cart.lines.map((line) => knownOf(line, lineReads)),
  };
  return Buffer.byteLength(JSON.stringify(terms)) > MAX_BYTES ? 'too-large' : terms;
};
