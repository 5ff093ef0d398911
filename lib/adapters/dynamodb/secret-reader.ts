import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { Item } from './item.ts';

/** In the log table, under a key of its own: most functions that read the control items have no business with it. */
export const CODE_SECRET_KEY: Item = { pk: { S: 'code-secret' }, sk: { S: 'S' } };

/** Beside visitors' keys and tombstones: each is worth nothing without it, and what is restored shall fit together. */
export const ARCHIVE_SECRET_KEY: Item = { pk: { S: 'archive-secret' }, sk: { S: 'S' } };

/** Reads a secret of the environment, 32 bytes; null where nothing needed it yet. */
export const createSecretReader =
  (client: DynamoDBClient, table: string, key: Item) => async (): Promise<Uint8Array | null> => {
    const { Item: item } = await client.send(
      new GetItemCommand({ TableName: table, Key: key, ConsistentRead: true }),
    );
    return item?.s?.B ?? null;
  };

/** Reads what the environment's codes are made by; null where no offer with a code was ever published. */
export const createCodeSecretReader = (client: DynamoDBClient, table: string) =>
  createSecretReader(client, table, CODE_SECRET_KEY);
