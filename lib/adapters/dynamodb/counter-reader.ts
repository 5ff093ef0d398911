import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { ReadCounters } from '../../domain/report/counters.ts';
import { counterKey, counterOf } from './counter-items.ts';
import { queryPages } from './query-pages.ts';

/** Reads counters out of the log table, by the beginning of their names. */
export const createCounterReader =
  (client: DynamoDBClient, table: string): ReadCounters =>
  async (prefix) => {
    const { pk = { S: '' }, sk = { S: '' } } = counterKey(prefix);
    const counters = new Map<string, number>();
    const pages = queryPages(client, {
      TableName: table,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: { ':pk': pk, ':prefix': sk },
    });
    for await (const items of pages) {
      for (const item of items) counters.set(counterOf(item), Number(item.n?.N ?? 0));
    }
    return counters;
  };
