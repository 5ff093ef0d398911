import { randomBytes } from 'node:crypto';
import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { CODE_SECRET_KEY, createCodeSecretReader } from './code-secret-reader.ts';

const SECRET_BYTES = 32;

/** Reads what the environment's codes are made by, and makes it where there is none: of two who do, one does. */
export const createCodeSecretWriter = (client: DynamoDBClient, table: string) => {
  const read = createCodeSecretReader(client, table);
  return async (): Promise<Uint8Array> => {
    const known = await read();
    if (known !== null) return known;
    try {
      const item = { ...CODE_SECRET_KEY, s: { B: randomBytes(SECRET_BYTES) } };
      await client.send(
        new PutItemCommand({ TableName: table, Item: item, ConditionExpression: 'attribute_not_exists(pk)' }),
      );
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
    const made = await read();
    if (made === null) throw new Error('the secret of codes was written and is not there');
    return made;
  };
};
