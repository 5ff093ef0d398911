import {
  type AppliedAuthorization,
  authorizationFacts,
  authorizationsFor,
} from '../../domain/account/authorization.ts';
import type { Cart } from '../../domain/cart/cart.ts';
import { decisionFacts } from '../../domain/decision/decision-facts.ts';
import type { DecisionRequest } from '../../domain/decision/request.ts';
import type { PricedCart } from '../../domain/offer/priced-cart.ts';
import type { Over } from '../../domain/redemption/ask-approval.ts';
import { isSpendingUse, type SpendingUse } from '../../domain/redemption/cap-use.ts';
import type { Redemption } from '../../domain/redemption/redemption.ts';
import { isApproved, type Spending } from '../../domain/redemption/spending.ts';
import {
  joinTakings,
  leftIn,
  NOTHING_TAKEN,
  type Planned,
  planBeyond,
  planWants,
  type Seen,
  type Taking,
} from '../../domain/redemption/take.ts';
import { valuesOf } from '../../domain/visitor/registers.ts';
import type { Account } from '../../domain/visitor/visitor-store.ts';
import { InvalidRequest } from '../../runtime/errors.ts';
import { type LedgerDeps, lookAtCap } from './ledger.ts';
import type { Whom } from './whom.ts';

export interface SpendDeps extends LedgerDeps {
  /** Null where nobody has told of it. Strongly consistent. */
  readonly readAccount: (accountId: string) => Promise<Account | null>;
}

/** The account that an order is for, with the authorizations that apply to whoever orders. */
export interface OrderAccount {
  readonly account: NonNullable<DecisionRequest['account']>;
  readonly applied: readonly AppliedAuthorization[];
}

/** How an order's cost is taken of its account's authorizations. */
export type SpendingPlan =
  | { readonly kind: 'taking'; readonly taking: Taking; readonly spending?: Spending }
  | { readonly kind: 'over'; readonly over: Over }
  | Exclude<Planned, { readonly kind: 'taking' }>;

type SeenCap = Seen & { readonly kind: 'cap' };

const NOTHING_SPENT: SpendingPlan = { kind: 'taking', taking: NOTHING_TAKEN };

/** What an approver allowed of an order that was held before under the same id. */
export const approvalOf = (before: Redemption | undefined): Spending | null =>
  before?.spending !== undefined && isApproved(before.spending) ? before.spending : null;

/** What orders cost their accounts. */
export const createSpender = (deps: SpendDeps) => {
  const seenOf = ({ cap }: AppliedAuthorization, amount: number) =>
    lookAtCap(deps, { kind: 'cap', limit: 'authorization', cap, amount });

  /** Nothing that a browser told of an account counts for money: its traits are those that a server told. */
  const accountOf = async (
    accountId: string | null,
    { catalog, profile }: Whom,
    request: DecisionRequest,
    cart: Cart | null,
    at: number,
  ): Promise<OrderAccount | null> => {
    if (accountId === null) return null;
    const traits = valuesOf((await deps.readAccount(accountId))?.traits ?? {});
    const known = { ...request, account: { id: accountId, traits } };
    if (catalog.authorizations.length === 0) return { account: known.account, applied: [] };
    const facts = decisionFacts(profile, known, cart, catalog.settings, at);
    const applied = authorizationsFor(catalog, accountId, facts);
    const seen = await Promise.all(applied.map((one) => seenOf(one, 0)));
    const spent = new Map(
      seen.map(({ want, parts }) => [want.cap.capId, parts.reduce((sum, { used }) => sum + used, 0)]),
    );
    return { account: { ...known.account, authorization: authorizationFacts(applied, spent) }, applied };
  };

  const plan = async (
    { account, applied }: OrderAccount,
    amount: number,
    allowed: Spending | null,
  ): Promise<SpendingPlan> => {
    const isAllowed = allowed !== null && allowed.accountId === account.id && amount <= allowed.amount;
    const seen = await Promise.all(applied.map((one) => seenOf(one, amount)));
    const over = isAllowed ? null : tightest(applied, seen, amount);
    if (over !== null) {
      const uses = seen.map(({ want: { cap } }) => useOf(cap.capId, amount));
      return { kind: 'over', over: { ...over, spending: { accountId: account.id, amount, uses } } };
    }
    const planned = isAllowed ? joinPlans(seen.map(planBeyond)) : planWants(seen, 0);
    if (planned.kind !== 'taking') return planned;
    const { taking } = planned;
    const approval = isAllowed ? allowed.approval : undefined;
    const uses = taking.uses.filter(isSpendingUse);
    const spending = { accountId: account.id, amount, uses, ...(approval === undefined ? {} : { approval }) };
    return { kind: 'taking', taking, spending };
  };

  return {
    accountOf,
    /**
     * How to take what a cart costs of every authorization that applies: all of it, or nothing where one has too little
     * left and nobody has allowed as much.
     *
     * @param currency - the settings'
     * @param allowed - what an approver allowed of this very order
     * @throws InvalidRequest (400) for a cart in another currency: it could not be counted
     */
    plan: async (
      order: OrderAccount | null,
      cart: PricedCart | null,
      currency: string,
      allowed: Spending | null,
    ): Promise<SpendingPlan> => {
      if (order === null || cart === null || order.applied.length === 0) return NOTHING_SPENT;
      if (cart.currency !== currency) {
        const message = `expected ${currency}: what the account may spend is counted in it`;
        throw new InvalidRequest('The order can not be counted.', [{ path: 'cart.currency', message }]);
      }
      return cart.total === 0 ? NOTHING_SPENT : plan(order, cart.total, allowed);
    },
  };
};

const useOf = (capId: string, amount: number): SpendingUse => ({
  kind: 'cap',
  limit: 'authorization',
  capId,
  shares: [{ part: 0, amount }],
});

/** Of the authorizations that have too little left the one with the least. */
const tightest = (
  applied: readonly AppliedAuthorization[],
  seen: readonly SeenCap[],
  amount: number,
): Omit<Over, 'spending'> | null => {
  const short = applied.flatMap((authorization, index) => {
    const one = seen[index];
    const left = one === undefined ? 0 : leftIn(one);
    return left < amount ? [{ authorization, left, spent: authorization.limit - left }] : [];
  });
  const [least] = short.toSorted((a, b) => a.left - b.left);
  return least === undefined ? null : { authorization: least.authorization, spent: least.spent };
};

const joinPlans = (plans: readonly Planned[]): Planned =>
  plans.find(({ kind }) => kind !== 'taking') ?? {
    kind: 'taking',
    taking: joinTakings(plans.flatMap((plan) => (plan.kind === 'taking' ? [plan.taking] : []))),
  };
