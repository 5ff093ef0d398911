import { randomBytes } from 'node:crypto';
import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { ArchiveSecret } from '../../domain/archive/archive-secret.ts';
import { ARCHIVE_SECRET_KEY, createArchiveSecretReader } from './archive-secret-reader.ts';

const SECRET_BYTES = 32;

/**
 * What the environment's archive names people by: made by whoever asks first (of two who do, one does), then the same
 * for good, so that each instance asks once.
 */
export const createArchiveSecret = (
  client: DynamoDBClient,
  table: string,
): (() => Promise<ArchiveSecret>) => {
  const read = createArchiveSecretReader(client, table);

  const readOrMake = async (): Promise<ArchiveSecret> => {
    const known = await read();
    if (known !== null) return known;
    try {
      const item = { ...ARCHIVE_SECRET_KEY, s: { B: randomBytes(SECRET_BYTES) } };
      await client.send(
        new PutItemCommand({ TableName: table, Item: item, ConditionExpression: 'attribute_not_exists(pk)' }),
      );
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
    const made = await read();
    if (made === null) throw new Error('the secret of the archive was written and is not there');
    return made;
  };

  let secret: Promise<ArchiveSecret> | null = null;
  return () => {
    if (secret === null) {
      secret = readOrMake();
      // What failed is asked for again.
      secret.catch(() => {
        secret = null;
      });
    }
    return secret;
  };
};
