import { type DynamoDBClient, QueryCommand, type QueryCommandOutput } from '@aws-sdk/client-dynamodb';
import type { DueVisitor, FindDue } from '../../contracts/due-visitors.ts';
import { TABLES } from '../../contracts/tables.ts';
import { dueAtOf, duePartitions } from './due-index.ts';
import type { Item } from './item.ts';

/** Partitions asked at once. */
const MAX_PARALLEL = 16;

/** Finds due visitors in the sparse index of the visitors table: the latest hours first. */
export const createDueReader = (client: DynamoDBClient, table: string): FindDue => {
  const query = (partition: string, to: number, start: Item | undefined): Promise<QueryCommandOutput> =>
    client.send(
      new QueryCommand({
        TableName: table,
        IndexName: TABLES.visitors.dueIndex.name,
        KeyConditionExpression: 'dueHour = :partition AND dueAt <= :to',
        ExpressionAttributeValues: { ':partition': { S: partition }, ':to': { S: dueAtOf(to) } },
        ExclusiveStartKey: start,
      }),
    );

  return async function* (from, to) {
    const partitions = duePartitions(from, to);
    for (let index = 0; index < partitions.length; index += MAX_PARALLEL) {
      let open: readonly (readonly [string, Item | undefined])[] = partitions
        .slice(index, index + MAX_PARALLEL)
        .map((partition) => [partition, undefined] as const);
      while (open.length > 0) {
        const answers = await Promise.all(
          open.map(async ([partition, start]) => [partition, await query(partition, to, start)] as const),
        );
        const found = answers.flatMap(([, { Items }]) => (Items ?? []).map(dueVisitor));
        if (found.length > 0) yield found;
        open = answers.flatMap(([partition, { LastEvaluatedKey }]) =>
          LastEvaluatedKey === undefined ? [] : [[partition, LastEvaluatedKey] as const],
        );
      }
    }
  };
};

const dueVisitor = (item: Item): DueVisitor => ({
  visitorId: item.pk?.S ?? '',
  due: Number(item.dueAt?.S ?? 0),
});
