import { type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import type { ReadCounters } from '../../domain/report/counters.ts';
import { counterKey, counterOf } from './counter-items.ts';
import type { Item } from './visitor-items.ts';

/** Reads counters out of the log table, by the beginning of their names. */
export const createCounterReader =
  (client: DynamoDBClient, table: string): ReadCounters =>
  async (prefix) => {
    const { pk = { S: '' }, sk = { S: '' } } = counterKey(prefix);
    const counters = new Map<string, number>();
    let from: Item | undefined;
    do {
      const answer = await client.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
          ExpressionAttributeValues: { ':pk': pk, ':prefix': sk },
          ExclusiveStartKey: from,
        }),
      );
      for (const item of answer.Items ?? []) counters.set(counterOf(item), Number(item.n?.N ?? 0));
      from = answer.LastEvaluatedKey;
    } while (from !== undefined);
    return counters;
  };
