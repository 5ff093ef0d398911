import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { ControlSnapshot } from '../../contracts/control.ts';
import type { Account, StoredVisitor } from '../../domain/visitor/visitor-store.ts';
import { type BatchRead, batchGetBy, itemAt } from './batch-get.ts';
import { controlKeys, readControl } from './control-items.ts';
import { createLeanBatchGet } from './lean-batch-get.ts';
import { accountKey, ordersKey, readAccount, readVisitor, stateKey } from './visitor-items.ts';

/** All that one decision asks of the store, in one request. */
export interface DecisionReadRequest {
  readonly visitorIds: readonly string[];
  readonly accountId: string | null;
  /** Whether a look at the control plane is due. */
  readonly control: boolean;
}

export interface DecisionRead {
  /** By visitor id; one that could not be read is missing. */
  readonly visitors: ReadonlyMap<string, StoredVisitor>;
  readonly account: Account | null;
  /** Whether nothing of the visitors and the account was left unread: what is missing in them is not there. */
  readonly complete: boolean;
  /** Null where it was not asked for, or could not be read. */
  readonly control: ControlSnapshot | null;
}

/** Reads for decisions: eventually consistent, which costs half; the request brings what is newer along. */
export type DecisionReader = (request: DecisionReadRequest) => Promise<DecisionRead>;

export const createDecisionReader = (
  client: DynamoDBClient,
  visitorsTable: string,
  logTable: string,
): DecisionReader => {
  const send = createLeanBatchGet(client);
  return async ({ visitorIds, accountId, control }) => {
    const visitorKeys = visitorIds.flatMap((id) => [stateKey(id), ordersKey(id)]);
    const accountKeys = accountId === null ? [] : [accountKey(accountId)];
    const batch = await batchGetBy(
      send,
      [
        { table: visitorsTable, keys: [...visitorKeys, ...accountKeys] },
        ...(control ? [controlKeys(logTable)] : []),
      ],
      false,
    );
    const visitors = new Map<string, StoredVisitor>();
    for (const id of visitorIds) {
      const stored = storedVisitor(batch, visitorsTable, id);
      if (stored !== null) visitors.set(id, stored);
    }
    return {
      visitors,
      account: accountId === null ? null : readAccount(itemAt(batch, visitorsTable, accountKey(accountId))),
      complete: !batch.unread.has(visitorsTable),
      control: control && !batch.unread.has(logTable) ? readControl(batch, logTable) : null,
    };
  };
};

/** Null where the visitor may be there and was not read. */
const storedVisitor = (batch: BatchRead, table: string, visitorId: string): StoredVisitor | null => {
  const state = itemAt(batch, table, stateKey(visitorId));
  if (state === undefined && batch.unread.has(table)) return null;
  return readVisitor(visitorId, state, itemAt(batch, table, ordersKey(visitorId)));
};
