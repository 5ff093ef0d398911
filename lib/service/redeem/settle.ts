import {
  type CapUse,
  cancel,
  commitHeld,
  commitLate,
  expire,
  isOpen,
  type OwedEvent,
  payOwed,
  type Redemption,
  type Retaken,
} from '../../domain/redemption/redemption.ts';
import {
  joinTakings,
  NOTHING_TAKEN,
  planWants,
  type Taking,
  type Want,
} from '../../domain/redemption/take.ts';
import type { VisitorEvent } from '../../domain/visitor/event.ts';
import type { VisitorStore } from '../../domain/visitor/visitor-store.ts';
import { Conflict, NotFound } from '../../runtime/errors.ts';
import type { SendMail } from '../send-mail.ts';
import { type ChangeDeps, createOrderChanger, type Decide } from './change-order.ts';
import { look, shapeFirst } from './ledger.ts';
import { readIds } from './whom.ts';

export interface SettleDeps extends ChangeDeps {
  readonly readVisitors: VisitorStore['read'];
  readonly mail: SendMail;
}

const eventOf = ({ orderId }: Redemption, owed: OwedEvent, at: number): VisitorEvent => ({
  messageId: `order:${orderId}:${owed.offerId}:${owed.name}`,
  type: 'track',
  name: owed.name,
  at,
  receivedAt: at,
  properties: {
    orderId,
    offerId: owed.offerId,
    amount: owed.amount,
    ...(owed.grantId === undefined ? {} : { grantId: owed.grantId }),
  },
  traits: {},
  context: {},
  own: true,
});

/** Moves of orders that are held, each of them conditional on the state before it; twice is once. */
export const createSettler = (deps: SettleDeps) => {
  const { store, now, mail } = deps;

  const change = createOrderChanger(deps);

  /** Tells what an order owes its visitor, and only then notes that it was told. */
  const pay = async (redemption: Redemption): Promise<Redemption> => {
    if (redemption.owed.length === 0) return redemption;
    const at = redemption.committedAt ?? now();
    for (const owed of redemption.owed) await mail(redemption.visitorId, eventOf(redemption, owed, at));
    return change(redemption.orderId, async (current) => {
      const after = payOwed(current);
      return { after, gives: [], taking: NOTHING_TAKEN, answer: after };
    });
  };

  /** What an expired order would have to take again, by the limits as they lie in the ledger. */
  const wantsAgain = async (uses: readonly CapUse[], visitorId: string): Promise<readonly Want[]> => {
    const wants: Want[] = [];
    for (const use of uses) {
      if (use.kind === 'person') {
        const visitorIds = await readIds(deps.readVisitors, visitorId);
        wants.push({ kind: 'person', offerId: use.offerId, visitorIds, limit: use.limit });
        continue;
      }
      const parts = await store.readCap(use.capId);
      const cap = { capId: use.capId, limit: parts[0]?.limit ?? 0, parts: parts.length };
      const amount = use.shares.reduce((sum, share) => sum + share.amount, 0);
      wants.push({ kind: 'cap', limit: use.limit, cap, amount });
    }
    return wants;
  };

  const retake = async (redemption: Redemption) => {
    const retaken = new Map<string, Retaken>();
    const takings: Taking[] = [];
    for (const hold of redemption.holds) {
      const seen = await look(deps, await wantsAgain(hold.uses, redemption.visitorId));
      const plan = planWants(seen, 0);
      if (plan.kind === 'shape') {
        await shapeFirst(deps, plan);
        return null;
      }
      if (plan.kind === 'taking') {
        takings.push(plan.taking);
        retaken.set(hold.offerId, { uses: plan.taking.uses });
      } else retaken.set(hold.offerId, 'no-room');
    }
    return { retaken, taking: joinTakings(takings) };
  };

  const commitOf: Decide<{ readonly redemption: Redemption; readonly committed: boolean }> = async (
    redemption,
  ) => {
    const moved = commitHeld(redemption, now());
    if (moved !== 'expired') {
      if ('refused' in moved) throw new Conflict(moved.refused);
      const answer = { redemption: moved.redemption, committed: true };
      return { after: moved.redemption, gives: moved.gives, taking: NOTHING_TAKEN, answer };
    }
    const again = await retake(redemption);
    if (again === null) return 'again';
    const answer = commitLate(redemption, again.retaken, now());
    const taking = answer.committed ? again.taking : NOTHING_TAKEN;
    return { after: answer.redemption, gives: [], taking, answer };
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
          refused: redemption.owed.map(({ offerId }) => offerId),
        });
      }
      return paid;
    },
    /** Gives back all that an order has, paid or not. @throws NotFound (404), Conflict (409) where it was refunded */
    cancel: (orderId: string): Promise<Redemption> =>
      change(orderId, async (redemption) => {
        const moved = cancel(redemption, now());
        if ('refused' in moved) throw new Conflict(moved.refused);
        const { redemption: after, gives } = moved;
        return { after, gives, taking: NOTHING_TAKEN, answer: after };
      }),
    /** Releases what an order holds past its time, and tells what it owes. Null: it holds on. */
    tend: async (orderId: string): Promise<Redemption | null> => {
      const stored = await store.read(orderId);
      if (stored === null || !isOpen(stored.redemption)) return stored?.redemption ?? null;
      const redemption = await change(orderId, async (current) => {
        const { redemption: after, gives } = expire(current, now());
        return { after, gives, taking: NOTHING_TAKEN, answer: after };
      });
      return pay(redemption);
    },
    find: async (orderId: string): Promise<Redemption> => {
      const stored = await store.read(orderId);
      if (stored === null) throw new NotFound('There is no such order.');
      return stored.redemption;
    },
  };
};

export type Settler = ReturnType<typeof createSettler>;
