import type { CapUse } from '../../domain/redemption/cap-use.ts';
import type { Redemption } from '../../domain/redemption/redemption.ts';
import type { StoredRedemption } from '../../domain/redemption/redemption-store.ts';
import { moveOf, type Taking } from '../../domain/redemption/take.ts';
import { NotFound, Unavailable } from '../../runtime/errors.ts';
import type { ExhaustedDigest } from './exhausted.ts';
import { backOff, type LedgerDeps, MAX_ATTEMPTS } from './ledger.ts';

export interface ChangeDeps extends LedgerDeps {
  /** Absent: decisions are told nothing, and find out by themselves. */
  readonly digest?: ExhaustedDigest;
  /** Told of what went wrong and did not spoil the answer. */
  readonly onDegraded?: (error: unknown) => void;
}

/** What a change of an order comes to: what is to be written, and the answer. */
export interface Change<Answer> {
  readonly after: Redemption;
  readonly gives: readonly CapUse[];
  readonly taking: Taking;
  readonly answer: Answer;
}

/** What to do with an order as it stands now; `again`: the ledger has to be looked at once more. */
export type Decide<Answer> = (redemption: Redemption) => Promise<Change<Answer> | 'again'>;

/** Changes an order as it stands, however many others do. @throws NotFound (404), Unavailable (503) */
export type ChangeOrder = <Answer>(orderId: string, decide: Decide<Answer>) => Promise<Answer>;

/** Moves of one order, each conditional on the state before it: whoever was too slow decides anew. */
export const createOrderChanger = (deps: ChangeDeps): ChangeOrder => {
  const { store } = deps;

  const write = (stored: StoredRedemption, { after, gives, taking }: Change<unknown>) =>
    store.write(moveOf(stored, after, taking, gives));

  /** What was given back can be had again: decisions are told, and nobody's order depends on it. */
  const tellRestored = async ({ holds }: Redemption, gives: readonly CapUse[]): Promise<void> => {
    if (!gives.some((use) => use.kind === 'cap' && (use.limit === 'total' || use.limit === 'budget'))) return;
    const offers = holds.map(({ offerId }) => offerId);
    await deps.digest?.note([], offers).catch((error: unknown) => deps.onDegraded?.(error));
  };

  return async (orderId, decide) => {
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
};
