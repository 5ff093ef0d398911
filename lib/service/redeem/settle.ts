import type { SpendingUse } from '../../domain/redemption/cap-use.ts';
import { cancel, commitHeld, commitLate, expire, payOwed } from '../../domain/redemption/moves.ts';
import { isOpen, type OwedEvent, type Redemption } from '../../domain/redemption/redemption.ts';
import { NOTHING_TAKEN } from '../../domain/redemption/take.ts';
import type { VisitorEvent } from '../../domain/visitor/event.ts';
import { Conflict, NotFound } from '../../runtime/errors.ts';
import type { SendMail } from '../send-mail.ts';
import { type ApprovalDeps, createApprovals } from './approvals.ts';
import { createOrderChanger, type Decide } from './change-order.ts';
import { createRetaker } from './retake.ts';

export interface SettleDeps extends ApprovalDeps {
  readonly mail: SendMail;
}

/** What it is about: an offer of the order, or what somebody had to decide about it. */
const subjectOf = (owed: OwedEvent): string => ('offerId' in owed ? owed.offerId : owed.taskId);

const eventOf = ({ orderId, spending }: Redemption, owed: OwedEvent, at: number): VisitorEvent => ({
  messageId: `order:${orderId}:${subjectOf(owed)}:${owed.name}`,
  type: 'track',
  name: owed.name,
  at,
  receivedAt: at,
  properties: {
    orderId,
    amount: owed.amount,
    ...('offerId' in owed
      ? { offerId: owed.offerId, ...(owed.grantId === undefined ? {} : { grantId: owed.grantId }) }
      : { taskId: owed.taskId, accountId: spending?.accountId ?? null }),
  },
  traits: {},
  context: {},
  own: true,
});

/** An expired order as it takes of its account's authorizations again. */
const spendingAgain = (redemption: Redemption, uses: readonly SpendingUse[]): Redemption =>
  redemption.spending === undefined
    ? redemption
    : { ...redemption, spending: { ...redemption.spending, uses } };

/** Moves of orders that are held, each of them conditional on the state before it; twice is once. */
export const createSettler = (deps: SettleDeps) => {
  const { store, now, mail } = deps;

  const change = createOrderChanger(deps);
  const retake = createRetaker(deps);
  const approvals = createApprovals(deps);

  /** Tells what an order owes its visitor, and only then notes that it was told. */
  const pay = async (redemption: Redemption): Promise<Redemption> => {
    if (redemption.owed.length === 0) return redemption;
    const { committedAt, endedAt } = redemption;
    const timeOf = ({ name }: OwedEvent): number =>
      (name === 'Offer Returned' ? endedAt : committedAt) ?? now();
    for (const owed of redemption.owed) {
      if (owed.name === 'Approval Withdrawn') await approvals.withdraw(redemption, owed.taskId);
      await mail(redemption.visitorId, eventOf(redemption, owed, timeOf(owed)));
    }
    return change(redemption.orderId, async (current) => {
      const after = payOwed(current, redemption.owed);
      return { after, gives: [], taking: NOTHING_TAKEN, answer: after };
    });
  };

  const commitOf: Decide<{ readonly redemption: Redemption; readonly committed: boolean }> = async (
    redemption,
  ) => {
    if (redemption.status === 'awaitingApproval' && (await approvals.catchUp(redemption.orderId))) {
      return 'again';
    }
    const moved = commitHeld(redemption, now());
    if (moved !== 'expired') {
      if ('refused' in moved) throw new Conflict(moved.refused);
      const answer = { redemption: moved.redemption, committed: true };
      return { after: moved.redemption, gives: moved.gives, taking: NOTHING_TAKEN, answer };
    }
    const again = await retake(redemption);
    if (again === null) return 'again';
    if (again.spending === 'no-room') {
      throw new Conflict(
        'It was paid after its hold ended, and is over the authorization of its account now.',
      );
    }
    const answer = commitLate(spendingAgain(redemption, again.spending), again.retaken, now());
    const taking = answer.committed ? again.taking : NOTHING_TAKEN;
    return { after: answer.redemption, gives: [], taking, answer };
  };

  /**
   * Releases what an order holds past its time, moves it on where it awaits an approval, and tells what it owes. Null:
   * there is no such order.
   */
  const tend = async (orderId: string): Promise<Redemption | null> => {
    const stored = await store.read(orderId);
    if (stored === null || !isOpen(stored.redemption)) return stored?.redemption ?? null;
    if (stored.redemption.status === 'awaitingApproval') await approvals.catchUp(orderId);
    const redemption = await change(orderId, async (current) => {
      const { redemption: after, gives } = expire(current, now());
      return { after, gives, taking: NOTHING_TAKEN, answer: after };
    });
    return pay(redemption);
  };

  return {
    /**
     * The order is paid. After its hold was released, what it held is taken again; where others have it, each offer
     * is honoured or refused as it says.
     *
     * @throws NotFound (404), Conflict (409) where it was cancelled, or was paid too late for an offer that says `refuse`
     */
    commit: async (orderId: string): Promise<Redemption> => {
      const { redemption, committed } = await change(orderId, commitOf);
      const paid = await pay(redemption);
      if (!committed) {
        throw new Conflict('It was paid after its hold ended, and an offer of it is gone.', {
          orderId,
          redemptionStatus: paid.status,
          refused: redemption.owed.flatMap((owed) => ('offerId' in owed ? [owed.offerId] : [])),
        });
      }
      return paid;
    },
    /** Gives back all that an order has, paid or not. @throws NotFound (404), Conflict (409) where it was refunded */
    cancel: async (orderId: string): Promise<Redemption> => {
      const cancelled = await change(orderId, async (redemption) => {
        const moved = cancel(redemption, now());
        if ('refused' in moved) throw new Conflict(moved.refused);
        const { redemption: after, gives } = moved;
        return { after, gives, taking: NOTHING_TAKEN, answer: after };
      });
      return pay(cancelled);
    },
    tend,
    /** @throws NotFound (404) */
    find: async (orderId: string): Promise<Redemption> => {
      const stored = await store.read(orderId);
      const redemption =
        stored?.redemption.status === 'awaitingApproval' ? await tend(orderId) : stored?.redemption;
      if (redemption === null || redemption === undefined) throw new NotFound('There is no such order.');
      return redemption;
    },
  };
};

export type Settler = ReturnType<typeof createSettler>;
