import { createHash } from 'node:crypto';
import type { AppliedAuthorization } from '../account/authorization.ts';
import { inWords } from '../money/major-units.ts';
import { newTask, type Task } from '../task/task.ts';
import { addDuration } from '../time/duration.ts';
import { formatInstant } from '../time/instant.ts';
import type { Hold, Redemption } from './redemption.ts';
import type { Spending } from './spending.ts';

/** Where approvers find what they are asked. */
const APPROVALS = 'approvals';

/** How an approver's task may end. */
export const APPROVED = 'approved';
const REFUSED = 'refused';

/** An order that is over an authorization, and by what. */
export interface Over {
  readonly spending: Spending;
  readonly authorization: AppliedAuthorization;
  /** Of it, in this period, without the order; minor units. */
  readonly spent: number;
}

/** The same for the same question: a second one about an order comes at another time. */
const taskIdOf = (orderId: string, at: number): string =>
  `approval-${createHash('sha256').update(orderId).digest('base64url').slice(0, 22)}-${at.toString(36)}`;

const summaryOf = (orderId: string, { spending, authorization, spent }: Over, currency: string): string => {
  const { limit, period } = authorization;
  const cost = `Order ${orderId} for ${spending.accountId} costs ${inWords(spending.amount, currency)}.`;
  const known = `Of ${inWords(limit, currency)} (${authorization.authorization.id}) ${inWords(spent, currency)}`;
  return `${cost} ${known} are spent; the next period begins at ${formatInstant(period.until)}.`;
};

/**
 * An order that would be held and is over an authorization: it holds nothing and waits, and its approver has work to do.
 *
 * @param order - as it would be held
 * @param currency - the settings'
 * @param now - milliseconds since 1970
 */
export const askApproval = (
  order: Redemption,
  over: Over,
  currency: string,
  now: number,
): { readonly redemption: Redemption; readonly task: Task } => {
  const { orderId, visitorId } = order;
  const { approver, authorization } = over.authorization;
  const taskId = taskIdOf(orderId, now);
  const expiresAt = addDuration(now, authorization.timeout);
  const holds = order.holds.map((hold): Hold => ({ ...hold, state: 'released' }));
  const approval = { taskId, approver, status: 'asked', askedAt: now, decidedAt: null } as const;
  return {
    redemption: {
      ...order,
      status: 'awaitingApproval',
      expiresAt,
      holds,
      spending: { ...over.spending, approval },
    },
    task: newTask({
      taskId,
      visitorId,
      queue: APPROVALS,
      summary: summaryOf(orderId, over, currency),
      outcomes: [APPROVED, REFUSED],
      dueAt: expiresAt,
      journeyId: null,
      stepId: null,
      run: null,
      orderId,
      ...(approver === null ? {} : { approver }),
      openedAt: now,
    }),
  };
};
