import {
  DynamoDBClient,
  TransactionCanceledException,
  TransactionInProgressException,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { createRedemptionStore } from '../../../lib/adapters/dynamodb/redemption-store.ts';
import type { LedgerMove } from '../../../lib/domain/redemption/redemption-store.ts';

const move: LedgerMove = {
  before: null,
  after: {
    orderId: 'o',
    visitorId: 'v',
    status: 'held',
    heldAt: 0,
    expiresAt: 1,
    committedAt: null,
    endedAt: null,
    cart: null,
    holds: [],
    refunds: [],
    owed: [],
  },
  takes: [{ capId: 'c/total', part: 0, amount: 1, limit: 5 }],
  gives: [],
  personTakes: [],
  personChecks: Array.from({ length: 200 }, (_, n) => ({
    visitorId: `v${n}`,
    offerId: 'c',
    used: 0,
    version: null,
  })),
  personGives: [],
};

const cancelled = (...codes: readonly string[]): TransactionCanceledException =>
  new TransactionCanceledException({
    message: 'cancelled',
    $metadata: {},
    CancellationReasons: codes.map((Code) => ({ Code })),
  });

const written = async (error: Error | null) => {
  const client = mockClient(DynamoDBClient);
  const call = client.on(TransactWriteItemsCommand);
  if (error === null) call.resolves({});
  else call.rejects(error);
  const outcome = createRedemptionStore(new DynamoDBClient({ region: 'eu-central-1' }), 'log').write(move);
  return { outcome: await outcome, client };
};

describe('a move of the ledger', () => {
  it('tells an order that was moved from a cap that is short, and both from a transaction that met another', async () => {
    const outcomes = [
      cancelled('ConditionalCheckFailed', 'None', 'ConditionalCheckFailed'),
      cancelled('None', 'None', 'ConditionalCheckFailed'),
      cancelled('None', 'None', 'TransactionConflict'),
      new TransactionInProgressException({ message: 'in progress', $metadata: {} }),
    ].map(async (error) => (await written(error)).outcome);
    expect(await Promise.all(outcomes)).toEqual(['moved', 'short', 'contended', 'contended']);
  });

  it('is an error where it was throttled: nobody knows what is left then', async () => {
    await expect(written(cancelled('None', 'ThrottlingError'))).rejects.toThrow(TransactionCanceledException);
  });

  it('leaves checks out that a transaction has no room for, and nothing else', async () => {
    const { client, outcome } = await written(null);
    expect(outcome).toBe('written');
    const actions = client.commandCalls(TransactWriteItemsCommand)[0]?.args[0].input.TransactItems ?? [];
    expect(actions).toHaveLength(100);
    expect(actions.filter(({ ConditionCheck }) => ConditionCheck === undefined)).toHaveLength(4);
  });
});
