import type { Share } from './cap.ts';
import type { SpendingUse } from './cap-use.ts';

/** What an approver is asked about an order that is over its account's authorization. Times are milliseconds since 1970. */
export interface Approval {
  readonly taskId: string;
  /** Whom the account names; null where it names nobody. */
  readonly approver: string | null;
  /** `withdrawn`: the order was cancelled, or nobody said anything in time. */
  readonly status: 'asked' | 'approved' | 'refused' | 'withdrawn';
  readonly askedAt: number;
  readonly decidedAt: number | null;
}

/**
 * What an order costs its account. It counts while the order is held or committed; of an order that was refunded as
 * much as was not.
 */
export interface Spending {
  readonly accountId: string;
  /** What the cart came to, shipping included, minor units of the settings' currency. */
  readonly amount: number;
  readonly uses: readonly SpendingUse[];
  /** Absent where the order is within the account's authorizations. */
  readonly approval?: Approval;
}

/** The order is the approver's own word, whatever is left of the authorization. */
export const isApproved = ({ approval }: Spending): boolean => approval?.status === 'approved';

/** As much of the shares as an amount, the first of them first: what is left of them, and what is given back. */
const split = (
  shares: readonly Share[],
  amount: number,
): { readonly left: readonly Share[]; readonly given: readonly Share[] } => {
  const left: Share[] = [];
  const given: Share[] = [];
  let missing = amount;
  for (const { part, amount: held } of shares) {
    const back = Math.min(held, missing);
    missing -= back;
    if (back > 0) given.push({ part, amount: back });
    if (held > back) left.push({ part, amount: held - back });
  }
  return { left, given };
};

/** What was refunded was not spent: it is given back to every authorization that it was taken of. */
export const giveBack = (
  spending: Spending,
  amount: number,
): { readonly spending: Spending; readonly gives: readonly SpendingUse[] } => {
  const halves = spending.uses.map((use) => ({ use, ...split(use.shares, amount) }));
  return {
    spending: { ...spending, uses: halves.map(({ use, left }) => ({ ...use, shares: left })) },
    gives: halves.map(({ use, given }) => ({ ...use, shares: given })),
  };
};
