import { createHash } from 'node:crypto';
import type { OfferDefinition, Reward } from '../catalog/definition.ts';
import type { CappedLimit } from '../offer/cap-room.ts';
import { canonicalCode } from '../offer/single-use-code.ts';

/** A limit as a catalog states it: how much of it there is, and over how many items it is split. */
export interface Cap {
  /** Names it for good: `<offer>/total`, `<offer>/total/<value>`, `<offer>/budget`, `grant/<grant>`, `code/<code>`. */
  readonly capId: string;
  /** Redemptions, or minor units of a budget. */
  readonly limit: number;
  readonly parts: number;
}

/**
 * One part of a cap as it lies in the ledger. Over all parts `left` and `used` add up to `limit`, so that a part can be
 * taken from by looking at it alone. `left` is negative where a catalog lowered the limit below what was used.
 */
export interface CapPart {
  readonly part: number;
  readonly left: number;
  readonly used: number;
  /** The limit that the parts were shaped for. */
  readonly limit: number;
  /** Grows with every write. */
  readonly version: number;
}

/** What one use took of one part. */
export interface Share {
  readonly part: number;
  readonly amount: number;
}

/** What to do to take of a cap. */
export type TakePlan =
  | { readonly kind: 'take'; readonly shares: readonly Share[] }
  /** The parts are not those of this limit: they are to be written so first, all of them as they were read. */
  | { readonly kind: 'shape'; readonly parts: readonly CapPart[] }
  | { readonly kind: 'exhausted'; readonly left: number };

/** A cap under this much is one item. */
const SPLIT_FROM = 1000;
const MAX_PARTS = 16;
/** A part holds at least this many of the largest uses, so that few uses need two parts. */
const USES_PER_PART = 20;

/**
 * Over how many items a limit is split: one item takes a thousand writes a second at most.
 *
 * @param largestUse - the most that one use may take; null where nothing bounds it
 */
export const partsOf = (limit: number, largestUse: number | null): number =>
  limit < SPLIT_FROM || largestUse === null
    ? 1
    : Math.max(1, Math.min(MAX_PARTS, Math.floor(limit / (USES_PER_PART * largestUse))));

const largestDiscount = (reward: Reward): number | null => {
  switch (reward.type) {
    case 'amount':
      return reward.value;
    case 'percentage':
    case 'freeShipping':
      return reward.max ?? null;
    default:
      return null;
  }
};

/**
 * The caps that all redemptions of an offer share.
 *
 * @param value - of `limits.per`: what the total is counted for; null where it is counted for all together
 */
export const capsOf = (
  { id, limits, reward }: Pick<OfferDefinition, 'id' | 'limits' | 'reward'>,
  value: string | null,
): ReadonlyMap<CappedLimit, Cap> => {
  const caps = new Map<CappedLimit, Cap>();
  if (limits?.total !== undefined) {
    const capId = value === null ? `${id}/total` : `${id}/total/${value}`;
    caps.set('total', { capId, limit: limits.total, parts: partsOf(limits.total, 1) });
  }
  if (limits?.budget !== undefined) {
    const parts = partsOf(limits.budget, largestDiscount(reward));
    caps.set('budget', { capId: `${id}/budget`, limit: limits.budget, parts });
  }
  return caps;
};

/** A grant is used once. */
export const capOfGrant = (grantId: string): Cap => ({ capId: `grant/${grantId}`, limit: 1, parts: 1 });

const fingerprint = (text: string): string =>
  createHash('sha256').update(text).digest('base64url').slice(0, 22);

/** A single-use code is used once. Its cap is known from what was typed alone, genuine or not. */
export const capOfCode = (typed: string): Cap => ({
  capId: `code/${fingerprint(canonicalCode(typed))}`,
  limit: 1,
  parts: 1,
});

/** Whether a cap is that of a single-use code. */
export const isOfCode = (capId: string): boolean => capId.startsWith('code/');

/** Names whoever holds a code, to those alone who ask whether it is this visitor. */
export const holderOf = (capId: string, visitorId: string): string => fingerprint(`${capId}\n${visitorId}`);

/** What is left of a cap in all. */
export const leftOf = (cap: Cap, parts: readonly CapPart[]): number =>
  cap.limit - parts.reduce((used, part) => used + part.used, 0);

/** The parts of a cap as its limit has them, with what was used of each. */
export const shape = (cap: Cap, known: readonly CapPart[]): readonly CapPart[] => {
  const left = leftOf(cap, known);
  const each = Math.floor(Math.max(0, left) / cap.parts);
  const rest = Math.max(0, left) - each * cap.parts;
  const byPart = new Map(known.map((part) => [part.part, part]));
  const count = Math.max(cap.parts, ...known.map(({ part }) => part + 1));
  return Array.from({ length: count }, (_, part): CapPart => {
    const before = byPart.get(part);
    const share = part < cap.parts ? each + (part < rest ? 1 : 0) : 0;
    return {
      part,
      // A limit lowered below what was used owes the difference, in one place.
      left: part === 0 && left < 0 ? left : share,
      used: before?.used ?? 0,
      limit: cap.limit,
      version: before?.version ?? 0,
    };
  });
};

const isShapedFor = (cap: Cap, parts: readonly CapPart[]): boolean =>
  parts.length > 0 && parts.every(({ limit, left }) => limit === cap.limit && left >= 0);

/** As much as each part has, those with the most first: the fewest parts that can cover it together. */
const spread = (parts: readonly CapPart[], amount: number): readonly Share[] => {
  const shares: Share[] = [];
  let missing = amount;
  for (const { part, left } of parts.toSorted((a, b) => b.left - a.left || a.part - b.part)) {
    if (missing <= 0) break;
    const taken = Math.min(left, missing);
    if (taken > 0) shares.push({ part, amount: taken });
    missing -= taken;
  }
  return shares;
};

/**
 * How to take `amount` of a cap whose parts were read: of the first part from `start` that has enough, else of several.
 * Exhausted only where all parts together can't cover it.
 *
 * @param start - where to begin to look: others begin elsewhere, so that they don't meet
 */
export const planTake = (cap: Cap, parts: readonly CapPart[], amount: number, start: number): TakePlan => {
  const left = leftOf(cap, parts);
  if (left < amount) return { kind: 'exhausted', left: Math.max(0, left) };
  if (!isShapedFor(cap, parts)) return { kind: 'shape', parts: shape(cap, parts) };
  const turned = parts.map((_, index) => parts[(index + start) % parts.length]);
  const enough = turned.find((part) => part !== undefined && part.left >= amount);
  if (enough !== undefined) return { kind: 'take', shares: [{ part: enough.part, amount }] };
  return { kind: 'take', shares: spread(parts, amount) };
};
