import type { CapUse } from '../../domain/redemption/cap-use.ts';
import { isSpendingUse, type SpendingUse } from '../../domain/redemption/cap-use.ts';
import type { Retaken } from '../../domain/redemption/moves.ts';
import type { Redemption } from '../../domain/redemption/redemption.ts';
import { isApproved } from '../../domain/redemption/spending.ts';
import {
  joinTakings,
  planBeyond,
  planWants,
  type Seen,
  type Taking,
  type Want,
} from '../../domain/redemption/take.ts';
import type { VisitorStore } from '../../domain/visitor/visitor-store.ts';
import { type LedgerDeps, look, shapeFirst } from './ledger.ts';
import { readIds } from './whom.ts';

export interface RetakeDeps extends LedgerDeps {
  readonly readVisitors: VisitorStore['read'];
}

/** What came of taking again all that an order holds nothing of. */
export interface Retaking {
  readonly retaken: ReadonlyMap<string, Retaken>;
  /** What it takes of its account's authorizations; `no-room` where one has no room and nobody allowed more. */
  readonly spending: readonly SpendingUse[] | 'no-room';
  readonly taking: Taking;
}

/**
 * Plans to take again what an order had wanted of the ledger, by the limits as they lie there.
 *
 * @returns null where a cap had to be shaped first: the order has to be looked at once more
 */
export const createRetaker = (deps: RetakeDeps) => {
  const wantsAgain = async (uses: readonly CapUse[], visitorId: string): Promise<readonly Want[]> => {
    const wants: Want[] = [];
    for (const use of uses) {
      if (use.kind === 'person') {
        const visitorIds = await readIds(deps.readVisitors, visitorId);
        wants.push({ kind: 'person', offerId: use.offerId, visitorIds, limit: use.limit });
        continue;
      }
      const parts = await deps.store.readCap(use.capId);
      const cap = { capId: use.capId, limit: parts[0]?.limit ?? 0, parts: Math.max(1, parts.length) };
      const amount = use.shares.reduce((sum, share) => sum + share.amount, 0);
      wants.push({ kind: 'cap', limit: use.limit, cap, amount });
    }
    return wants;
  };

  const plan = async (uses: readonly CapUse[], visitorId: string, isAllowed: boolean) => {
    const seen = await look(deps, await wantsAgain(uses, visitorId));
    const planned = isAllowed ? seen.map(allowed) : [planWants(seen, 0)];
    const unshaped = planned.find((one) => one.kind === 'shape');
    if (unshaped !== undefined) {
      await shapeFirst(deps, unshaped);
      return 'again';
    }
    if (planned.some((one) => one.kind === 'short')) return 'no-room';
    return joinTakings(planned.flatMap((one) => (one.kind === 'taking' ? [one.taking] : [])));
  };

  return async (
    { holds, visitorId, spending }: Redemption,
    isAllowed = spending !== undefined && isApproved(spending),
  ): Promise<Retaking | null> => {
    const retaken = new Map<string, Retaken>();
    const takings: Taking[] = [];
    for (const hold of holds) {
      const planned = await plan(hold.uses, visitorId, false);
      if (planned === 'again') return null;
      retaken.set(hold.offerId, planned === 'no-room' ? planned : { uses: planned.uses });
      if (planned !== 'no-room') takings.push(planned);
    }
    const spent = await plan(spending?.uses ?? [], visitorId, isAllowed);
    if (spent === 'again') return null;
    if (spent === 'no-room') return { retaken, spending: spent, taking: joinTakings(takings) };
    return {
      retaken,
      spending: spent.uses.filter(isSpendingUse),
      taking: joinTakings([...takings, spent]),
    };
  };
};

const allowed = (seen: Seen) => (seen.kind === 'cap' ? planBeyond(seen) : planWants([seen], 0));
