import type { Moved, OwedEvent, Redemption } from './redemption.ts';
import type { Approval } from './spending.ts';

/** How a question to an approver ended, which the visitor's journeys are told. */
const EVENTS = {
  approved: 'Order Approved',
  refused: 'Order Refused',
  withdrawn: 'Approval Withdrawn',
} as const satisfies { readonly [status in Exclude<Approval['status'], 'asked'>]: OwedEvent['name'] };

/** What an order has of its approval once that has ended. @param now - milliseconds since 1970 */
export const answered = (
  { spending, owed }: Redemption,
  status: keyof typeof EVENTS,
  now: number,
): Pick<Redemption, 'spending' | 'owed'> => {
  if (spending?.approval === undefined) return { owed };
  const { approval, amount } = spending;
  return {
    spending: { ...spending, approval: { ...approval, status, decidedAt: now } },
    owed: [...owed, { name: EVENTS[status], taskId: approval.taskId, amount }],
  };
};

/** Nobody has to decide any more. An order that awaits its approval has nothing to give back. */
export const withdrawApproval = (
  redemption: Redemption,
  status: 'cancelled' | 'expired',
  now: number,
): Moved => ({
  redemption: { ...redemption, ...answered(redemption, 'withdrawn', now), status, endedAt: now },
  gives: [],
});
