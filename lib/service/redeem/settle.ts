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
import type { StoredRedemption } from '../../domain/redemption/redemption-store.ts';
import { type RefundAmounts, type RefundRequest, refund } from '../../domain/redemption/refund.ts';
import {
  joinTakings,
  moveOf,
  NOTHING_TAKEN,
  planWants,
  type Taking,
  type Want,
} from '../../domain/redemption/take.ts';
import type { VisitorEvent } from '../../domain/visitor/event.ts';
import type { VisitorStore } from '../../domain/visitor/visitor-store.ts';
import { Conflict, InvalidRequest, NotFound, Unavailable } from '../../runtime/errors.ts';
import type { SendMail } from '../send-mail.ts';
import type { ExhaustedDigest } from './exhausted.ts';
import { backOff, type LedgerDeps, look, MAX_ATTEMPTS, shapeFirst } from './ledger.ts';
import { readIds } from './whom.ts';

export interface SettleDeps extends LedgerDeps {
  readonly readVisitors: VisitorStore['read'];
  readonly mail: SendMail;
  /** Absent: decisions are told nothing, and find out by themselves. */
  readonly digest?: ExhaustedDigest;
  /** Told of what went wrong and did not spoil the answer. */
  readonly onDegraded?: (error: unknown) => void;
}

/** What a change of an order comes to: what is to be written, and the answer. */
interface Change<Answer> {
  readonly after: Redemption;
  readonly gives: readonly CapUse[];
  readonly taking: Taking;
  readonly answer: Answer;
}

/** The ledger has to be looked at again, before anything can be said. */
type Decide<Answer> = (redemption: Redemption) => Promise<Change<Answer> | 'again'>;

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

  const change = async <Answer>(orderId: string, decide: Decide<Answer>): Promise<Answer> => {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const stored = await store.read(orderId);
      if (stored === null) throw new NotFound('There is no such order.');
      const decided = await decide(stored.redemption);
      if (decided !== 'again') {
        if (decided.after === stored.redemption) return decided.answer;
        if ((await write(stored, decided)) === 'written') {
          await tellRestored(stored.redemption, decided.gives);
          return decided.answer;
        }
      }
      await backOff(deps, attempt);
    }
    throw new Unavailable('The order, or what it holds, was changed by others all the time.');
  };

  /** What was given back can be had again: decisions are told, and nobody's order depends on it. */
  const tellRestored = async ({ holds }: Redemption, gives: readonly CapUse[]): Promise<void> => {
    if (!gives.some((use) => use.kind === 'cap' && use.limit !== 'grant')) return;
    const offers = holds.map(({ offerId }) => offerId);
    await deps.digest?.note([], offers).catch((error: unknown) => deps.onDegraded?.(error));
  };

  const write = (stored: StoredRedemption, { after, gives, taking }: Change<unknown>) =>
    store.write(moveOf(stored, after, taking, gives));

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
    /** What is to be paid back. @throws NotFound (404), Conflict (409), InvalidRequest (400) for a line it has not */
    refund: (orderId: string, request: RefundRequest, key: string): Promise<RefundAmounts> =>
      change(orderId, async (redemption) => {
        const outcome = refund(redemption, request, key, now());
        if ('refused' in outcome) throw new Conflict(outcome.refused);
        if ('invalid' in outcome) {
          throw new InvalidRequest('The body is not what this operation takes.', [outcome.invalid]);
        }
        const { redemption: after, amounts } = outcome;
        return { after, gives: [], taking: NOTHING_TAKEN, answer: amounts };
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
