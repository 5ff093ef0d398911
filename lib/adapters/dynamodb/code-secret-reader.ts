import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { Item } from './item.ts';

/** Under a key of its own: most functions that read the control items have no business with it. */
export const CODE_SECRET_KEY: Item = { pk: { S: 'code-secret' }, sk: { S: 'S' } };

/** Reads what the environment's codes are made by; null where no offer with a code was ever published. */
export const createCodeSecretReader =
  (client: DynamoDBClient, table: string) => async (): Promise<Uint8Array | null> => {
    const { Item: item } = await client.send(
      new GetItemCommand({ TableName: table, Key: CODE_SECRET_KEY, ConsistentRead: true }),
    );
    return item?.s?.B ?? null;
  };
