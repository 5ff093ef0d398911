import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { TombstoneWriter } from '../../contracts/archive.ts';
import { tombstoneKey } from './tombstone-items.ts';

/** Leaves tombstones in the visitors table. They stay: what they keep out may come years later, from a backup. */
export const createTombstoneWriter = (client: DynamoDBClient, table: string): TombstoneWriter => ({
  leave: async (name, erasedAt) => {
    try {
      await client.send(
        new UpdateItemCommand({
          TableName: table,
          Key: tombstoneKey(name),
          UpdateExpression: 'SET #at = :at',
          ConditionExpression: 'attribute_not_exists(#at) OR #at < :at',
          ExpressionAttributeNames: { '#at': 'at' },
          ExpressionAttributeValues: { ':at': { N: String(erasedAt) } },
        }),
      );
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  },
});
