import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cart } from '../../../lib/domain/cart/cart.ts';
import { combine } from '../../../lib/domain/offer/combination.ts';
import { worthOf } from '../../../lib/domain/offer/field.ts';
import { type Coverage, layOut } from '../../../lib/domain/offer/ledger.ts';
import type { OfferCandidate } from '../../../lib/domain/offer/priceable-offer.ts';
import type { PricedCart } from '../../../lib/domain/offer/priced-cart.ts';
import { failsOn } from '../law.ts';
import {
  anyCandidates,
  anyCart,
  manyCandidates,
  matchesCategory,
  type Pricing,
  priceByCategory,
  pricedBy,
  tenOnTheSameLines,
} from './arbitrary.ts';

const runs = { numRuns: 1500 };
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** A pricing with a bug: what it answers is changed by `change`. */
const changed =
  (change: (priced: PricedCart, cart: Cart) => PricedCart): Pricing =>
  (cart, candidates) => {
    const result = priceByCategory(cart, candidates);
    return result.ok ? { ...result, priced: change(result.priced, cart) } : result;
  };

/** Rounds on each line by itself, as engines do that have no allocation. */
const roundsOnEachLine = changed((priced) => {
  const share = priced.subtotal === 0 ? 0 : priced.discountTotal / priced.subtotal;
  const lines = priced.lines.map((line) => ({
    ...line,
    total: line.subtotal - Math.round(line.subtotal * share),
  }));
  const discountTotal = sum(lines.map((line) => line.subtotal - line.total));
  return {
    ...priced,
    lines,
    discountTotal,
    total: sum(lines.map((line) => line.total)) + priced.shipping.total,
  };
});

/** Takes every discount off in full, whatever is left. */
const takesMoreThanThereIs = changed((priced, cart) => ({
  ...priced,
  total: priced.total - 100 * cart.lines.length * priced.applied.length,
}));

/** Gives what rounding leaves to the first line as sent. */
const favoursTheFirstLine = changed((priced) => ({
  ...priced,
  lines: priced.lines.map((line, index) =>
    index === 0 && line.total > 0 && priced.discountTotal > 0 ? { ...line, total: line.total - 1 } : line,
  ),
}));

/** Applies the first offer by rank, however little it is worth. */
const appliesTheFirst: Pricing = (cart, candidates) => priceByCategory(cart, candidates.slice(0, 1));
const appliesTheHighestPriority: Pricing = (cart, candidates) =>
  priceByCategory(
    cart,
    [...candidates]
      .sort((a, b) => b.offer.priority - a.offer.priority || (a.offer.id < b.offer.id ? -1 : 1))
      .slice(0, 1),
  );

describe('a priced cart', () => {
  const addsUp = (price: Pricing) =>
    fc.property(anyCart, anyCandidates, (cart, candidates) => {
      const priced = pricedBy(price, cart, candidates);
      const onLines = sum(priced.lines.flatMap((line) => line.discounts.map((discount) => discount.amount)));
      const onShipping = sum(priced.shipping.discounts.map((discount) => discount.amount));
      return (
        priced.lines.every(
          (line) =>
            line.total === sum(line.units) &&
            line.units.length === line.quantity &&
            line.total === line.subtotal - sum(line.discounts.map((discount) => discount.amount)),
        ) &&
        priced.subtotal === sum(priced.lines.map((line) => line.subtotal)) &&
        priced.shipping.total === priced.shipping.amount - onShipping &&
        priced.discountTotal === onLines + onShipping &&
        priced.discountTotal === sum(priced.applied.map((offer) => offer.amount)) &&
        priced.total === sum(priced.lines.map((line) => line.total)) + priced.shipping.total
      );
    });

  it('adds up, from single units to the total', () => {
    fc.assert(addsUp(priceByCategory), runs);
    expect(failsOn(addsUp(roundsOnEachLine))).toBe(true);
  });

  const nothingNegative = (price: Pricing) =>
    fc.property(anyCart, anyCandidates, (cart, candidates) => {
      const priced = pricedBy(price, cart, candidates);
      return [
        priced.total,
        priced.shipping.total,
        ...priced.lines.flatMap((line) => [line.total, ...line.units]),
        ...priced.lines.flatMap((line) => line.discounts.map((discount) => discount.amount - 1)),
        ...priced.applied.map((offer) =>
          priced.gifts.some((gift) => gift.offerId === offer.offerId) ? offer.amount : offer.amount - 1,
        ),
      ].every((amount) => amount >= 0 && Number.isSafeInteger(amount));
    });

  it('holds nothing negative, and no discount of nothing', () => {
    fc.assert(nothingNegative(priceByCategory), runs);
    expect(failsOn(nothingNegative(takesMoreThanThereIs))).toBe(true);
  });

  const byId = (priced: PricedCart): PricedCart => ({
    ...priced,
    lines: [...priced.lines].sort((a, b) => (a.id < b.id ? -1 : 1)),
  });
  const orderIrrelevant = (price: Pricing) =>
    fc.property(anyCart, anyCandidates, fc.infiniteStream(fc.nat(1000)), (cart, candidates, dice) => {
      const shuffled = <T>(values: readonly T[]): readonly T[] =>
        values
          .map((value) => ({ value, at: Number(dice.next().value) }))
          .sort((a, b) => a.at - b.at)
          .map(({ value }) => value);
      const one = pricedBy(price, cart, candidates);
      const other = pricedBy(price, { ...cart, lines: shuffled(cart.lines) }, shuffled(candidates));
      return JSON.stringify(byId(one)) === JSON.stringify(byId(other));
    });

  it('does not depend on the order of lines or of offers', () => {
    fc.assert(orderIrrelevant(priceByCategory), runs);
    expect(failsOn(orderIrrelevant(favoursTheFirstLine))).toBe(true);
    expect(failsOn(orderIrrelevant(appliesTheFirst))).toBe(true);
  });

  const splittingIrrelevant = (price: Pricing) =>
    fc.property(anyCart, anyCandidates, (cart, candidates) => {
      const split = {
        ...cart,
        lines: cart.lines.flatMap((line) =>
          Array.from({ length: line.quantity }, (_, unit) => ({
            ...line,
            id: `${line.id}.${unit}`,
            quantity: 1,
          })),
        ),
      };
      const one = pricedBy(price, cart, candidates);
      const other = pricedBy(price, split, candidates);
      const paid = (priced: PricedCart): readonly number[] =>
        cart.lines.map((line) =>
          sum(priced.lines.filter((each) => each.id.split('.')[0] === line.id).map((each) => each.total)),
        );
      return (
        one.total === other.total &&
        JSON.stringify(one.applied) === JSON.stringify(other.applied) &&
        JSON.stringify(one.shipping) === JSON.stringify(other.shipping) &&
        JSON.stringify(paid(one)) === JSON.stringify(paid(other))
      );
    });

  it('is the same for a line of n and for n lines of one', () => {
    fc.assert(splittingIrrelevant(priceByCategory), runs);
    expect(failsOn(splittingIrrelevant(roundsOnEachLine))).toBe(true);
  });

  const neverWorse = (price: Pricing) =>
    fc.property(anyCart, anyCandidates, (cart, candidates) => {
      const fewer = candidates.slice(0, -1);
      return pricedBy(price, cart, candidates).total <= pricedBy(price, cart, fewer).total;
    });

  it('never costs more because there is one more offer', () => {
    fc.assert(neverWorse(priceByCategory), runs);
    expect(failsOn(neverWorse(appliesTheHighestPriority))).toBe(true);
  });
});

describe('many offers', () => {
  const rivalling =
    (rivalsAs: (candidate: OfferCandidate) => string | null): Pricing =>
    (cart, candidates) =>
      priceByCategory(
        cart,
        candidates.map((candidate) => ({
          ...candidate,
          offer: { ...candidate.offer, rivalsAs: rivalsAs(candidate) },
        })),
      );
  const everyOneMatters = rivalling(() => null);

  const sameAsIfEachMattered = (price: Pricing) =>
    fc.property(anyCart, manyCandidates, (cart, candidates) => {
      const [one, other] = [price(cart, candidates), everyOneMatters(cart, candidates)];
      if (!one.ok || !other.ok) return one.ok === other.ok;
      return isDeepStrictEqual([one.priced, one.outcomes], [other.priced, other.outcomes]);
    });

  it('are priced as if each were looked at, though of rivals only the best is', () => {
    fc.assert(sameAsIfEachMattered(priceByCategory), { numRuns: 300 });
    const onTheSame = rivalling(({ offer }) => (offer.rivalsAs === null ? null : offer.target));
    expect(failsOn(sameAsIfEachMattered(onTheSame))).toBe(true);
    const combiningAlike = rivalling(({ offer }) => (offer.rivalsAs === null ? null : offer.combinesAs));
    expect(failsOn(sameAsIfEachMattered(combiningAlike))).toBe(true);
  });
});

/** The most that any allowed set takes off, by trying all of them. */
const mostOfAllSets = (cart: Cart, candidates: readonly OfferCandidate[]): number => {
  const matches = matchesCategory(candidates);
  const layout = layOut(
    cart,
    candidates.map((candidate, index): Coverage => {
      const { target } = candidate.offer;
      return target === 'lines' ? (line) => matches(index, line) : target;
    }),
  );
  const entrants = candidates.map((candidate, index) => ({
    index,
    candidate,
    combinesAs: 0,
    part: layout.partOf[index] ?? 0,
  }));
  let most = 0;
  for (let set = 0; set < 2 ** entrants.length; set += 1) {
    const members = entrants.filter((_, position) => (set & (1 << position)) !== 0);
    const allowed = members.every((a, i) =>
      members.every((b, j) => i === j || combine(a.candidate.offer, b.candidate.offer)),
    );
    if (allowed) most = Math.max(most, worthOf(members, layout));
  }
  return most;
};

/** Takes the offer worth most alone, then the next that fits. */
const greedy: Pricing = (cart, candidates) => {
  const worth = (candidate: OfferCandidate): number =>
    pricedBy(priceByCategory, cart, [candidate]).discountTotal;
  const chosen: OfferCandidate[] = [];
  for (const candidate of [...candidates].sort((a, b) => worth(b) - worth(a))) {
    if (chosen.every((each) => combine(each.offer, candidate.offer))) chosen.push(candidate);
  }
  return priceByCategory(cart, chosen);
};

describe('the applied set', () => {
  const isBest = (price: Pricing) =>
    fc.property(
      anyCart,
      anyCandidates,
      (cart, candidates) =>
        pricedBy(price, cart, candidates).discountTotal === mostOfAllSets(cart, candidates),
    );

  it('is the best of all allowed sets', () => {
    fc.assert(isBest(priceByCategory), { numRuns: 3000 });
    expect(failsOn(isBest(greedy))).toBe(true);
  });

  it('is the best of all sets of ten that take everything and more off the same lines', () => {
    fc.assert(
      fc.property(
        anyCart,
        tenOnTheSameLines,
        (cart, candidates) =>
          pricedBy(priceByCategory, cart, candidates).discountTotal === mostOfAllSets(cart, candidates),
      ),
      { numRuns: 40 },
    );
  });

  it('is allowed', () => {
    fc.assert(
      fc.property(anyCart, anyCandidates, (cart, candidates) => {
        const applied = pricedBy(priceByCategory, cart, candidates).applied.map(
          (offer) => candidates.find((candidate) => candidate.offer.id === offer.offerId)?.offer,
        );
        return applied.every((a) =>
          applied.every((b) => a === b || (a !== undefined && b !== undefined && combine(a, b))),
        );
      }),
      runs,
    );
  });

  it('leaves no candidate without an outcome, and no rival worth more', () => {
    fc.assert(
      fc.property(anyCart, anyCandidates, (cart, candidates) => {
        const result = priceByCategory(cart, candidates);
        if (!result.ok) return false;
        const applied = result.priced.applied.map((offer) => offer.offerId);
        return candidates.every((candidate, index) => {
          const outcome = result.outcomes[index];
          if (outcome === undefined || outcome.offerId !== candidate.offer.id) return false;
          const isGift = candidate.offer.reward.type === 'gift';
          if (outcome.status === 'APPLIED')
            return applied.includes(outcome.offerId) && (outcome.amount > 0 || isGift);
          if (applied.includes(outcome.offerId)) return false;
          if (outcome.status === 'BEATEN' || outcome.status === 'EXCLUDED') {
            return applied.includes(outcome.by) && outcome.difference >= 0;
          }
          return outcome.status === 'NO_EFFECT';
        });
      }),
      runs,
    );
  });
});
