import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { Account } from '../../domain/visitor/visitor-store.ts';
import { accountKey, readAccount } from './visitor-items.ts';

/** Reads what servers told of an account, strongly consistent; null where none did. */
export const createAccountReader =
  (client: DynamoDBClient, table: string) =>
  async (accountId: string): Promise<Account | null> => {
    const { Item: item } = await client.send(
      new GetItemCommand({ TableName: table, Key: accountKey(accountId), ConsistentRead: true }),
    );
    return readAccount(item);
  };
