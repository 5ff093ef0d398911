import type { CappedLimit } from '../offer/cap-room.ts';
import type { Task } from '../task/task.ts';
import { type Cap, type CapPart, holderOf, isOfCode, leftOf, planTake, shape } from './cap.ts';
import type { CapUse } from './cap-use.ts';
import type { Redemption } from './redemption.ts';
import type { LedgerMove, PartGive, PartTake, PersonLine, StoredRedemption } from './redemption-store.ts';

/** What one offer of an order needs of one limit. */
export type Want =
  | {
      readonly kind: 'cap';
      readonly limit: CappedLimit | 'grant' | 'code' | 'authorization';
      readonly cap: Cap;
      /** 1, what it takes off, or what the order costs. */
      readonly amount: number;
    }
  | {
      readonly kind: 'person';
      readonly offerId: string;
      /** All ids of the person, first the one that they have now. */
      readonly visitorIds: readonly string[];
      readonly limit: number;
    };

/** What the ledger says of a want, as it was read. */
export type Seen =
  | {
      readonly kind: 'cap';
      readonly want: Want & { readonly kind: 'cap' };
      readonly parts: readonly CapPart[];
    }
  | {
      readonly kind: 'person';
      readonly want: Want & { readonly kind: 'person' };
      readonly lines: readonly PersonLine[];
    };

/** What a move takes for its wants, and what it then has. */
export interface Taking {
  readonly uses: readonly CapUse[];
  readonly takes: readonly PartTake[];
  readonly personTakes: readonly PersonLine[];
  readonly personChecks: readonly PersonLine[];
}

export const NOTHING_TAKEN: Taking = { uses: [], takes: [], personTakes: [], personChecks: [] };

/** How to take what one offer wants. */
export type Planned =
  | { readonly kind: 'taking'; readonly taking: Taking }
  | {
      readonly kind: 'shape';
      readonly cap: Cap;
      readonly before: readonly CapPart[];
      readonly after: readonly CapPart[];
    }
  | { readonly kind: 'short' };

/** How much of a limit is left. */
export const leftIn = (seen: Seen): number =>
  seen.kind === 'cap'
    ? leftOf(seen.want.cap, seen.parts)
    : seen.want.limit - seen.lines.reduce((sum, { used }) => sum + used, 0);

export const joinTakings = (takings: readonly Taking[]): Taking => ({
  uses: takings.flatMap(({ uses }) => uses),
  takes: takings.flatMap(({ takes }) => takes),
  personTakes: takings.flatMap(({ personTakes }) => personTakes),
  personChecks: takings.flatMap(({ personChecks }) => personChecks),
});

/** A person's use is counted under the id that they have now, on condition that nothing changed under their others. */
const planPerson = (seen: Seen & { readonly kind: 'person' }): Planned => {
  const [own, ...others] = seen.lines;
  if (own === undefined || leftIn(seen) < 1) return { kind: 'short' };
  const { visitorId, offerId } = own;
  const use: CapUse = { kind: 'person', visitorId, offerId, limit: seen.want.limit };
  return {
    kind: 'taking',
    taking: { uses: [use], takes: [], personTakes: [own], personChecks: others },
  };
};

const planCap = ({ want, parts }: Seen & { readonly kind: 'cap' }, start: number): Planned => {
  const { cap, limit, amount } = want;
  const plan = planTake(cap, parts, amount, start);
  if (plan.kind === 'exhausted') return { kind: 'short' };
  if (plan.kind === 'shape') return { kind: 'shape', cap, before: parts, after: plan.parts };
  const { capId } = cap;
  const use: CapUse = { kind: 'cap', limit, capId, shares: plan.shares };
  const takes = plan.shares.map((share): PartTake => ({ capId, ...share, limit: cap.limit }));
  return { kind: 'taking', taking: { ...NOTHING_TAKEN, uses: [use], takes } };
};

/**
 * How to take of a cap whatever is left of it, because somebody who may allow it did. What is missing is owed by its
 * first part, so that nobody else gets anything until as much was given back.
 */
export const planBeyond = ({ want, parts }: Seen & { readonly kind: 'cap' }): Planned => {
  const { cap, limit, amount } = want;
  const [first] = parts;
  if (first === undefined) return { kind: 'shape', cap, before: parts, after: shape(cap, parts) };
  const { capId } = cap;
  const share = { part: first.part, amount };
  const use: CapUse = { kind: 'cap', limit, capId, shares: [share] };
  return {
    kind: 'taking',
    taking: { ...NOTHING_TAKEN, uses: [use], takes: [{ capId, ...share, limit: null }] },
  };
};

/**
 * How to take all that one offer wants of its limits: a cap that has to be shaped first comes before anything else.
 *
 * @param start - where to begin among the parts of a cap
 */
export const planWants = (seen: readonly Seen[], start: number): Planned => {
  const plans = seen.map((one) => (one.kind === 'cap' ? planCap(one, start) : planPerson(one)));
  const short = plans.find((plan) => plan.kind === 'short');
  if (short !== undefined) return short;
  const unshaped = plans.find((plan) => plan.kind === 'shape');
  if (unshaped !== undefined) return unshaped;
  return {
    kind: 'taking',
    taking: joinTakings(plans.flatMap((plan) => (plan.kind === 'taking' ? [plan.taking] : []))),
  };
};

/** Whoever holds a code finds it in their cart as long as the hold lasts. */
const byHolder = (take: PartTake, { visitorId, expiresAt }: Redemption): PartTake =>
  isOfCode(take.capId)
    ? { ...take, hold: { holder: holderOf(take.capId, visitorId), until: expiresAt } }
    : take;

/**
 * A move as it is written: what it takes, and what it gives back to the very parts and lines that it came from.
 *
 * @param task - work that it makes for somebody
 */
export const moveOf = (
  before: StoredRedemption | null,
  after: Redemption,
  { takes, personTakes, personChecks }: Taking,
  given: readonly CapUse[],
  task?: Task,
): LedgerMove => ({
  before,
  after,
  ...(task === undefined ? {} : { task }),
  takes: takes.map((take) => byHolder(take, after)),
  gives: given.flatMap((use): readonly PartGive[] =>
    use.kind === 'cap' ? use.shares.map((share) => ({ capId: use.capId, ...share })) : [],
  ),
  personTakes,
  personChecks,
  personGives: given.flatMap((use) =>
    use.kind === 'person' ? [{ visitorId: use.visitorId, offerId: use.offerId }] : [],
  ),
});
