import {
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  paginateQuery,
} from '@aws-sdk/client-dynamodb';
import { ItemsUnwritten, type Pauses } from './batch-write.ts';
import type { Item } from './item.ts';
import { ordersKey, stateKey } from './visitor-items.ts';

/** DynamoDB deletes at most this many items in one request. */
const MAX_BATCH_WRITE = 25;

/** Requests for one chunk before it is given up. */
const MAX_ATTEMPTS = 6;

/**
 * Deletes all that lies under a visitor id: their memory and the key of their archived events, their orders and marks,
 * their story. Their tombstone has to stand already: who was erased and comes back at this very moment begins anew, and what
 * they begin with stays.
 *
 * @returns a function that throws ItemsUnwritten where DynamoDB left some every time
 */
export const createForgetVisitor = (
  client: DynamoDBClient,
  tables: { readonly visitors: string; readonly log: string },
  { pause, random }: Pauses,
) => {
  const deleteAll = async (table: string, keys: readonly Item[]): Promise<void> => {
    for (let start = 0; start < keys.length; start += MAX_BATCH_WRITE) {
      let requests = keys.slice(start, start + MAX_BATCH_WRITE).map((Key) => ({ DeleteRequest: { Key } }));
      for (let attempt = 0; requests.length > 0; attempt++) {
        if (attempt === MAX_ATTEMPTS) throw new ItemsUnwritten();
        if (attempt > 0) await pause(random() * 25 * 2 ** attempt);
        const answer = await client.send(new BatchWriteItemCommand({ RequestItems: { [table]: requests } }));
        requests = (answer.UnprocessedItems?.[table] ?? []).flatMap(({ DeleteRequest }) =>
          DeleteRequest?.Key === undefined ? [] : [{ DeleteRequest: { Key: DeleteRequest.Key } }],
        );
      }
    }
  };

  /** Deletes an item unless somebody has begun anew with it. */
  const deleteIf = async (Key: Item, condition: string, value: Item): Promise<void> => {
    try {
      await client.send(
        new DeleteItemCommand({
          TableName: tables.visitors,
          Key,
          ConditionExpression: condition,
          ExpressionAttributeValues: value,
        }),
      );
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  };

  const itemsUnder = async (table: string, visitorId: string): Promise<readonly Item[]> => {
    const items: Item[] = [];
    const pages = paginateQuery(
      { client },
      {
        TableName: table,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': { S: visitorId } },
        ProjectionExpression: 'pk, sk, v, x',
        ConsistentRead: true,
      },
    );
    for await (const { Items = [] } of pages) items.push(...Items);
    return items;
  };

  const keyOf = ({ pk, sk }: Item): Item => (pk === undefined || sk === undefined ? {} : { pk, sk });

  return async (visitorId: string, erasedAt: number): Promise<void> => {
    const items = await itemsUnder(tables.visitors, visitorId);
    const [state, orders] = [stateKey(visitorId), ordersKey(visitorId)];
    const found = (key: Item) => items.find(({ sk }) => sk?.S === key['sk']?.S);
    const isAnew = Number(found(state)?.['x']?.N ?? Number.NEGATIVE_INFINITY) >= erasedAt;
    // Whoever begins anew writes the orders too: those that are still as they were read are of before.
    const oldOrders = isAnew ? undefined : found(orders)?.['v'];
    await deleteIf(state, 'attribute_not_exists(x) OR x < :at', { ':at': { N: String(erasedAt) } });
    if (oldOrders !== undefined) await deleteIf(orders, 'v = :v', { ':v': oldOrders });
    const own = new Set([state['sk']?.S, orders['sk']?.S]);
    await deleteAll(tables.visitors, items.filter(({ sk }) => !own.has(sk?.S)).map(keyOf));
    await deleteAll(tables.log, (await itemsUnder(tables.log, visitorId)).map(keyOf));
  };
};
