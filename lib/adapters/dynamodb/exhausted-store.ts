import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { type ExhaustedCap, isTold } from '../../contracts/control.ts';
import { EXHAUSTED_KEY, exhaustedItem, readExhausted } from './control-items.ts';

/** The item rides along with decisions: so many caps it holds, the newest. */
const MAX_CAPS = 500;

/** Others write it at the same time; what can't be written now is found again by the next who asks for the offer. */
const MAX_ATTEMPTS = 5;

const isOf =
  ({ offerId, limit }: ExhaustedCap) =>
  (other: ExhaustedCap): boolean =>
    other.offerId === offerId && other.limit === limit;

/** The digest of exhausted caps, one small item of the log table. */
export const createExhaustedStore = (client: DynamoDBClient, table: string) => ({
  note: async (found: readonly ExhaustedCap[], restored: readonly string[]): Promise<void> => {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const { Item: item } = await client.send(
        new GetItemCommand({ TableName: table, Key: EXHAUSTED_KEY, ConsistentRead: true }),
      );
      const before = readExhausted(item);
      // Hundreds who miss the same offer find the same at the same time: one of them writes it.
      const isRestored = ({ offerId }: ExhaustedCap): boolean => restored.includes(offerId);
      const news = found.filter((cap) => isRestored(cap) || !isTold(before.find(isOf(cap)), cap));
      const kept = before.filter((cap) => !isRestored(cap) && !news.some(isOf(cap)));
      if (news.length === 0 && kept.length === before.length) return;
      const version = item === undefined ? null : Number(item.v?.N ?? 0);
      try {
        await client.send(
          new PutItemCommand({
            TableName: table,
            Item: exhaustedItem([...news, ...kept].slice(0, MAX_CAPS), (version ?? 0) + 1),
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
