import {
  cancelRedemptionContract,
  commitRedemptionContract,
  getRedemptionContract,
  holdRedemptionContract,
  type RedemptionRequest,
  refundRedemptionContract,
} from '../contracts/http/redemptions.ts';
import type { DecisionWarning } from '../domain/decision/answer-parts.ts';
import { type Redemption, statusAt } from '../domain/redemption/redemption.ts';
import { InvalidRequest } from '../runtime/errors.ts';
import { type Operation, operation } from '../runtime/operation.ts';
import type { Held } from './redeem/hold.ts';
import type { RefundOrder } from './redeem/refund-order.ts';
import type { Settler } from './redeem/settle.ts';

export interface RedemptionDeps {
  readonly hold: (request: RedemptionRequest) => Promise<Held>;
  readonly settle: Settler;
  readonly refund: RefundOrder;
  /** The service's clock, milliseconds since 1970. */
  readonly now: () => number;
}

const MAX_KEY = 200;

/** An order as it is answered: what it takes of which cap is the ledger's own. */
const shown = (redemption: Redemption, now: number, warnings?: readonly DecisionWarning[]) => {
  const { orderId, cart, holds, expiresAt, spending } = redemption;
  const status = statusAt(redemption, now);
  const taskId = spending?.approval?.taskId;
  return {
    orderId,
    status,
    ...(taskId === undefined ? {} : { taskId }),
    cart,
    holds: (status === 'awaitingApproval' ? [] : holds).map(({ offerId, grantId, code, amount, state }) => ({
      offerId,
      ...(grantId === undefined ? {} : { grantId }),
      ...(code === undefined ? {} : { code }),
      amount,
      state: status === 'expired' && state === 'held' ? 'released' : state,
    })),
    expiresAt: new Date(expiresAt).toISOString(),
    ...(warnings === undefined ? {} : { warnings }),
  };
};

const idempotencyKeyOf = (headers: { readonly [name: string]: string | undefined }): string => {
  const key = headers['idempotency-key']?.trim() ?? '';
  if (key === '' || key.length > MAX_KEY) {
    throw new InvalidRequest('A refund needs an Idempotency-Key.', [
      { path: 'idempotency-key', message: `expected some text of at most ${MAX_KEY} characters` },
    ]);
  }
  return key;
};

/** The routes under `/v1/redemptions` as HTTP operations. */
export const redemptionOperations = ({
  hold,
  settle,
  refund,
  now,
}: RedemptionDeps): { readonly [operationId: string]: Operation } => ({
  holdRedemption: operation(holdRedemptionContract, async ({ body }) => {
    const { redemption, isNew, warnings } = await hold(body);
    const answer = shown(redemption, now(), warnings);
    if (answer.status === 'awaitingApproval') return { status: 202, body: answer };
    return { status: isNew ? 201 : 200, body: answer };
  }),
  commitRedemption: operation(commitRedemptionContract, async ({ params }) => ({
    status: 200,
    body: shown(await settle.commit(params.orderId), now()),
  })),
  cancelRedemption: operation(cancelRedemptionContract, async ({ params }) => ({
    status: 200,
    body: shown(await settle.cancel(params.orderId), now()),
  })),
  refundRedemption: operation(refundRedemptionContract, async ({ params, body, headers }) => {
    const { units = [], shipping = false } = body;
    const amounts = await refund(params.orderId, { units, shipping }, idempotencyKeyOf(headers));
    return { status: 200, body: amounts };
  }),
  getRedemption: operation(getRedemptionContract, async ({ params }) => ({
    status: 200,
    body: shown(await settle.find(params.orderId), now()),
  })),
});
