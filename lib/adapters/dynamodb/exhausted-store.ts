import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { ExhaustedCap } from '../../contracts/control.ts';
import { EXHAUSTED_KEY, exhaustedItem, readExhausted } from './control-items.ts';

/** The item rides along with decisions: so many caps it holds, the newest. */
const MAX_CAPS = 500;

/** Others write it at the same time; what can't be written now is found again by the next who asks for the offer. */
const MAX_ATTEMPTS = 5;

/** The digest of exhausted caps, one small item of the log table. */
export const createExhaustedStore = (client: DynamoDBClient, table: string) => ({
  note: async (found: readonly ExhaustedCap[], restored: readonly string[]): Promise<void> => {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const { Item: item } = await client.send(
        new GetItemCommand({ TableName: table, Key: EXHAUSTED_KEY, ConsistentRead: true }),
      );
      const before = readExhausted(item);
      const isNews = ({ offerId, limit }: ExhaustedCap): boolean =>
        restored.includes(offerId) || found.some((one) => one.offerId === offerId && one.limit === limit);
      const kept = before.filter((cap) => !isNews(cap));
      if (found.length === 0 && kept.length === before.length) return;
      const version = item === undefined ? null : Number(item.v?.N ?? 0);
      try {
        await client.send(
          new PutItemCommand({
            TableName: table,
            Item: exhaustedItem([...found, ...kept].slice(0, MAX_CAPS), (version ?? 0) + 1),
            ...(version === null
              ? { ConditionExpression: 'attribute_not_exists(pk)' }
              : {
                  ConditionExpression: 'v = :expected',
                  ExpressionAttributeValues: { ':expected': { N: String(version) } },
                }),
          }),
        );
        return;
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
    }
  },
});
