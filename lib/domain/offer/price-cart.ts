import type { Cart, CartLine } from '../cart/cart.ts';
import { assemble } from './assemble.ts';
import { type BestSet, bestSet } from './best-set.ts';
import { checkCart, type UnpriceableCart } from './check-cart.ts';
import { type Combinations, combinationsOf } from './combination.ts';
import { type Coverage, collapsed, type Ledger, layOut } from './ledger.ts';
import type { OfferOutcome } from './outcome.ts';
import type { OfferCandidate } from './priceable-offer.ts';
import type { PricedCart } from './priced-cart.ts';
import { isOnDiscounted } from './reward-amount.ts';
import { amountTaken, takeReward } from './take.ts';

export interface PriceCartInput {
  readonly cart: Cart;
  /** The offers whose conditions hold for this visitor, in any order. */
  readonly candidates: readonly OfferCandidate[];
  /** Whether a candidate's `lines` condition holds for a line; asked only of candidates that are on lines. */
  readonly matchesLine: (candidateIndex: number, line: CartLine) => boolean;
}

export type PriceCartResult =
  | {
      readonly ok: true;
      readonly priced: PricedCart;
      /** What became of each candidate, in the order given. */
      readonly outcomes: readonly OfferOutcome[];
    }
  | { readonly ok: false; readonly error: UnpriceableCart };

interface Entry {
  readonly index: number;
  readonly candidate: OfferCandidate;
}

const compareText = (a: string | undefined, b: string | undefined): number =>
  (a ?? '') < (b ?? '') ? -1 : (a ?? '') > (b ?? '') ? 1 : 0;

/** By priority, then id; the same offer held twice by its grant and code. */
const compareRank = (a: Entry, b: Entry): number =>
  b.candidate.offer.priority - a.candidate.offer.priority ||
  compareText(a.candidate.offer.id, b.candidate.offer.id) ||
  compareText(a.candidate.grantId, b.candidate.grantId) ||
  compareText(a.candidate.code, b.candidate.code);

const phaseOf = (entry: Entry): number => (isOnDiscounted(entry.candidate.offer.reward) ? 1 : 0);

const named = (candidate: OfferCandidate) => ({
  offerId: candidate.offer.id,
  ...(candidate.grantId === undefined ? {} : { grantId: candidate.grantId }),
});

/** Replays candidates one after another, on as many copies of what remains as they are deep. */
const replayOn = (ledger: Ledger, entries: readonly Entry[]) => {
  const remaining: Float64Array[] = [ledger.lists];
  const shares = new Float64Array(ledger.size);
  const at = (depth: number): Float64Array => remaining[depth] ?? ledger.lists;
  return {
    leftAt: (depth: number): number => at(depth).reduce((sum, value) => sum + value, 0),
    take: (index: number, depth: number): number => {
      const entry = entries[index];
      const covered = ledger.coverage[index];
      if (entry === undefined || covered === undefined) return 0;
      let after = remaining[depth + 1];
      if (after === undefined) {
        after = new Float64Array(ledger.size);
        remaining[depth + 1] = after;
      }
      after.set(at(depth));
      return takeReward(entry.candidate.offer.reward, covered, ledger, after, shares);
    },
  };
};

type Replay = ReturnType<typeof replayOn>;

/** Of two offers that may not stand together: which one stands, and what the customer would have lost. */
const outcomeOfLoser = (
  loser: number,
  entries: readonly Entry[],
  best: BestSet,
  amounts: readonly number[],
  alone: number,
  combinations: Combinations,
  replay: Replay,
  candidate: OfferCandidate,
): OfferOutcome => {
  let rival = -1;
  const beside: number[] = [];
  for (const [position, member] of best.members.entries()) {
    if (combinations.combine(member, loser)) beside.push(member);
    else if (rival === -1 || (amounts[position] ?? 0) > (amounts[rival] ?? 0)) rival = position;
  }
  const winner = entries[best.members[rival] ?? -1]?.candidate.offer;
  if (winner === undefined) return { ...named(candidate), status: 'NO_EFFECT' };
  let total = alone;
  if (beside.length > 0) {
    total = 0;
    for (const [depth, member] of [...beside, loser].sort((a, b) => a - b).entries()) {
      total += replay.take(member, depth);
    }
  }
  return {
    ...named(candidate),
    status: winner.group === candidate.offer.group ? 'BEATEN' : 'EXCLUDED',
    by: winner.id,
    difference: Math.max(0, best.total - total),
  };
};

/**
 * Prices a cart: applies the allowed set of candidates that takes most off for the customer, exactly, in minor
 * units. Discounts at list prices apply before those on what is left; within each, by priority and id. The result
 * depends neither on the order of lines nor on that of candidates. Rewards that don't run yet have no effect.
 *
 * @returns the priced cart with each candidate's outcome, or what makes the cart impossible to price.
 */
export const priceCart = ({ cart, candidates, matchesLine }: PriceCartInput): PriceCartResult => {
  const error = checkCart(cart);
  if (error !== null) return { ok: false, error };
  const outcomes: OfferOutcome[] = new Array(candidates.length);
  const fitting: Entry[] = [];
  for (const [index, candidate] of candidates.entries()) {
    const { currency } = candidate.offer;
    if (currency === null || currency === cart.currency) fitting.push({ index, candidate });
    else {
      outcomes[index] = {
        ...named(candidate),
        status: 'INELIGIBLE',
        fact: 'cart.currency',
        operator: '$eq',
        needed: currency,
        actual: cart.currency,
      };
    }
  }
  fitting.sort((a, b) => phaseOf(a) - phaseOf(b) || compareRank(a, b));
  const coverages = fitting.map(({ index, candidate }): Coverage => {
    const { target } = candidate.offer;
    return target === 'lines' ? (line) => matchesLine(index, line) : target;
  });
  const full = layOut(cart, coverages);
  const wholesale = coverages.every((coverage) => typeof coverage !== 'function');
  const compared = wholesale ? collapsed(full, coverages) : full;

  const entries: Entry[] = [];
  const coverage: Uint8Array[] = [];
  const fullCoverage: Uint8Array[] = [];
  const alone: number[] = [];
  for (const [position, entry] of fitting.entries()) {
    const covered = compared.coverage[position];
    const inFull = full.coverage[position];
    if (covered === undefined || inFull === undefined) continue;
    const amount = amountTaken(entry.candidate.offer.reward, covered, compared, compared.lists);
    if (amount === 0) {
      outcomes[entry.index] = { ...named(entry.candidate), status: 'NO_EFFECT' };
      continue;
    }
    entries.push(entry);
    coverage.push(covered);
    fullCoverage.push(inFull);
    alone.push(amount);
  }
  const rank = new Int32Array(entries.length);
  for (const [place, position] of entries
    .map((_, position) => position)
    .sort((a, b) => {
      const left = entries[a];
      const right = entries[b];
      return left === undefined || right === undefined ? 0 : compareRank(left, right);
    })
    .entries()) {
    rank[position] = place;
  }
  const kinds = new Map<Uint8Array, number>();
  const combinations = combinationsOf(entries.map((entry) => entry.candidate.offer));
  const replay = replayOn({ ...compared, coverage }, entries);
  const best = bestSet({
    size: entries.length,
    alone: Float64Array.from(alone),
    rank,
    combinations,
    take: replay.take,
    leftAt: replay.leftAt,
    monotone: wholesale,
    kindOf: (position) => {
      const entry = entries[position];
      const covered = coverage[position];
      if (entry === undefined || covered === undefined || phaseOf(entry) !== 0) return null;
      const known = kinds.get(covered) ?? kinds.size;
      kinds.set(covered, known);
      return known;
    },
  });

  const remaining = Float64Array.from(full.lists);
  const taken = best.members.flatMap((member) => {
    const candidate = entries[member]?.candidate;
    const covered = fullCoverage[member];
    if (candidate === undefined || covered === undefined) return [];
    const shares = new Float64Array(full.size);
    const amount = takeReward(candidate.offer.reward, covered, full, remaining, shares);
    return [{ candidate, amount, shares }];
  });
  const amounts = taken.map((each) => each.amount);
  for (const [position, { index, candidate }] of entries.entries()) {
    const place = best.members.indexOf(position);
    outcomes[index] =
      place === -1
        ? outcomeOfLoser(
            position,
            entries,
            best,
            amounts,
            alone[position] ?? 0,
            combinations,
            replay,
            candidate,
          )
        : { ...named(candidate), status: 'APPLIED', amount: amounts[place] ?? 0 };
  }
  return { ok: true, priced: assemble(cart, full, taken), outcomes };
};
