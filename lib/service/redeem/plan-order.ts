import { askApproval } from '../../domain/redemption/ask-approval.ts';
import { HOLD_MS, type Hold, type Redemption } from '../../domain/redemption/redemption.ts';
import { joinTakings, NOTHING_TAKEN, type Planned, type Taking } from '../../domain/redemption/take.ts';
import type { Task } from '../../domain/task/task.ts';
import { type Draft, planAll } from './draft.ts';
import type { SpendingPlan } from './spend.ts';
import type { Whom } from './whom.ts';

/** What is known of an order when it is to be written. */
export interface OrderParts {
  readonly orderId: string;
  readonly whom: Whom;
  readonly drafted: Draft;
  readonly refundTerms: Pick<Redemption, 'refundTerms'>;
  readonly spent: SpendingPlan;
  /** Where to begin among the parts of a cap. */
  readonly start: number;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** What to write of an order: what it takes, or whom it asks first. */
export type OrderPlan =
  | { readonly kind: 'order'; readonly redemption: Redemption; readonly taking: Taking; readonly task?: Task }
  | Exclude<Planned, { readonly kind: 'taking' }>;

/** How to write an order: with all that it takes of caps and of its account; or, over that, taking nothing. */
export const planOrder = (parts: OrderParts): OrderPlan => {
  const { drafted, spent, start, now, whom } = parts;
  const plan = planAll(drafted, start);
  if (!('takings' in plan)) return plan;
  if (spent.kind === 'shape' || spent.kind === 'short') return spent;
  const order = orderOf(parts, plan.takings);
  if (spent.kind === 'over') {
    const { currency } = whom.catalog.settings;
    return { kind: 'order', taking: NOTHING_TAKEN, ...askApproval(order, spent.over, currency, now) };
  }
  const { spending, taking } = spent;
  return {
    kind: 'order',
    redemption: spending === undefined ? order : { ...order, spending },
    taking: joinTakings([...plan.takings, taking]),
  };
};

const orderOf = (
  { orderId, whom: { visitorId }, drafted: { cart, wanted }, refundTerms, now }: OrderParts,
  takings: readonly Taking[],
): Redemption => ({
  orderId,
  visitorId,
  status: 'held',
  heldAt: now,
  expiresAt: now + HOLD_MS,
  committedAt: null,
  endedAt: null,
  cart,
  holds: wanted.map(
    ({ offer, grantId, code, amount }, index): Hold => ({
      offerId: offer.id,
      ...(grantId === undefined ? {} : { grantId }),
      ...(code === undefined ? {} : { code }),
      amount,
      state: 'held',
      late: offer.definition.late ?? 'honour',
      uses: takings[index]?.uses ?? [],
    }),
  ),
  refunds: [],
  ...refundTerms,
  owed: [],
});
