import { BatchWriteItemCommand, type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { ItemsUnwritten, type Pauses } from './batch-write.ts';
import type { Item } from './item.ts';

/** DynamoDB deletes at most this many items in one request. */
const MAX_BATCH_WRITE = 25;

/** Requests for one page before it is given up. */
const MAX_ATTEMPTS = 6;

/**
 * Deletes all that lies under a visitor id in some tables: their memory and the key of their archived events, their
 * orders and marks, their story.
 *
 * @returns a function that throws ItemsUnwritten where DynamoDB left some every time
 */
export const createForgetVisitor = (
  client: DynamoDBClient,
  tables: readonly string[],
  { pause, random }: Pauses,
) => {
  const deleteAll = async (table: string, keys: readonly Item[]): Promise<void> => {
    let requests = keys.map((Key) => ({ DeleteRequest: { Key } }));
    for (let attempt = 0; requests.length > 0; attempt++) {
      if (attempt === MAX_ATTEMPTS) throw new ItemsUnwritten();
      if (attempt > 0) await pause(random() * 25 * 2 ** attempt);
      const answer = await client.send(new BatchWriteItemCommand({ RequestItems: { [table]: requests } }));
      requests = (answer.UnprocessedItems?.[table] ?? []).flatMap(({ DeleteRequest }) =>
        DeleteRequest?.Key === undefined ? [] : [{ DeleteRequest: { Key: DeleteRequest.Key } }],
      );
    }
  };

  return async (visitorId: string): Promise<void> => {
    for (const table of tables) {
      for (;;) {
        const { Items = [] } = await client.send(
          new QueryCommand({
            TableName: table,
            KeyConditionExpression: 'pk = :pk',
            ExpressionAttributeValues: { ':pk': { S: visitorId } },
            ProjectionExpression: 'pk, sk',
            Limit: MAX_BATCH_WRITE,
            ConsistentRead: true,
          }),
        );
        if (Items.length === 0) break;
        await deleteAll(table, Items);
      }
    }
  };
};
