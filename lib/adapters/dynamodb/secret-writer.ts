import { randomBytes } from 'node:crypto';
import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { Item } from './item.ts';
import { createSecretReader } from './secret-reader.ts';

const SECRET_BYTES = 32;

/** Reads a secret of the environment, and makes it where there is none, for good: of two who do, one does. */
export const createSecretWriter = (client: DynamoDBClient, table: string, key: Item) => {
  const read = createSecretReader(client, table, key);
  return async (): Promise<Uint8Array> => {
    const known = await read();
    if (known !== null) return known;
    try {
      const item = { ...key, s: { B: randomBytes(SECRET_BYTES) } };
      await client.send(
        new PutItemCommand({ TableName: table, Item: item, ConditionExpression: 'attribute_not_exists(pk)' }),
      );
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
    const made = await read();
    if (made === null) throw new Error(`the secret ${key.pk?.S} was written and is not there`);
    return made;
  };
};
