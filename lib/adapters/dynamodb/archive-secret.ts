import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type ArchiveSecret, archiveSecretOf } from '../../domain/archive/archive-secret.ts';
import { ARCHIVE_SECRET_KEY } from './secret-reader.ts';
import { createSecretWriter } from './secret-writer.ts';

/** What the environment's archive names people by: made by whoever asks first, and asked for once by each instance. */
export const createArchiveSecret = (
  client: DynamoDBClient,
  table: string,
): (() => Promise<ArchiveSecret>) => {
  const readOrMake = createSecretWriter(client, table, ARCHIVE_SECRET_KEY);
  let secret: Promise<ArchiveSecret> | null = null;
  return () => {
    if (secret === null) {
      secret = readOrMake().then(archiveSecretOf);
      // What failed is asked for again.
      secret.catch(() => {
        secret = null;
      });
    }
    return secret;
  };
};
