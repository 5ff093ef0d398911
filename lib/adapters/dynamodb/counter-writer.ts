import {
  type DynamoDBClient,
  TransactionCanceledException,
  TransactionInProgressException,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import type { CountEffect } from '../../domain/effect/effect.ts';
import type { AddCounts } from '../../domain/report/counters.ts';
import type { Pauses } from './batch-write.ts';
import { countedMark, counterKey } from './counter-items.ts';
import type { Item } from './item.ts';

/** Counters in one transaction, of the 100 actions that it may have. */
const MAX_COUNTERS = 50;

/** Tries at a transaction that others were in the way of, before the message goes back to its queue. */
const MAX_ATTEMPTS = 7;

/** Everybody counts at the same counters: the transaction met others every time. */
export class CountsLost extends Error {
  constructor(options: ErrorOptions) {
    super('met other transactions at the same counters too often', options);
    this.name = 'CountsLost';
  }
}

/**
 * Adds to counters in the log table, in one transaction with the mark that says so.
 *
 * @throws CountsLost where others were in the way every time
 */
export const createCounterWriter = (
  client: DynamoDBClient,
  table: string,
  { pause, random }: Pauses,
): AddCounts => {
  const transact = async (mark: Item, counts: readonly CountEffect[]): Promise<void> => {
    await client.send(
      new TransactWriteItemsCommand({
        TransactItems: [
          { Put: { TableName: table, Item: mark, ConditionExpression: 'attribute_not_exists(pk)' } },
          ...counts.map(({ counter, add }) => ({
            Update: {
              TableName: table,
              Key: counterKey(counter),
              UpdateExpression: 'ADD n :add',
              ExpressionAttributeValues: { ':add': { N: String(add) } },
            },
          })),
        ],
      }),
    );
  };

  return async (commit) => {
    for (const counts of partsOf(commit.effects)) {
      const mark = countedMark(commit, counts);
      for (let attempt = 1; ; attempt++) {
        try {
          await transact(mark, counts);
          break;
        } catch (error) {
          if (isCounted(error)) break;
          if (!isInTheWay(error)) throw error;
          if (attempt === MAX_ATTEMPTS) throw new CountsLost({ cause: error });
          await pause(random() * 10 * 2 ** attempt);
        }
      }
    }
  };
};

/** Each counter once, since a transaction may touch an item once; in a fixed order, so that a repeat is the same. */
const partsOf = (effects: readonly CountEffect[]): readonly (readonly CountEffect[])[] => {
  const sums = new Map<string, number>();
  for (const { counter, add } of effects) sums.set(counter, (sums.get(counter) ?? 0) + add);
  const counts = [...sums].map(([counter, add]): CountEffect => ({ kind: 'count', counter, add }));
  return Array.from({ length: Math.ceil(counts.length / MAX_COUNTERS) }, (_, part) =>
    counts.slice(part * MAX_COUNTERS, (part + 1) * MAX_COUNTERS),
  );
};

const reasonsOf = (error: unknown): readonly (string | undefined)[] =>
  error instanceof TransactionCanceledException
    ? (error.CancellationReasons ?? []).map(({ Code }) => Code)
    : [];

/** Only the mark has a condition. */
const isCounted = (error: unknown): boolean => reasonsOf(error).includes('ConditionalCheckFailed');

const IN_THE_WAY: readonly (string | undefined)[] = [
  'TransactionConflict',
  'ThrottlingError',
  'ProvisionedThroughputExceeded',
];

const isInTheWay = (error: unknown): boolean =>
  error instanceof TransactionInProgressException ||
  reasonsOf(error).some((reason) => IN_THE_WAY.includes(reason));
