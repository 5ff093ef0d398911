import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type ArchiveSecret, archiveSecretOf } from '../../domain/archive/archive-secret.ts';
import { ARCHIVE_SECRET_KEY, createSecretReader } from './secret-reader.ts';

/** Reads what the environment's archive names people by; null where nothing was archived yet. */
export const createArchiveSecretReader = (client: DynamoDBClient, table: string) => {
  const read = createSecretReader(client, table, ARCHIVE_SECRET_KEY);
  return async (): Promise<ArchiveSecret | null> => {
    const bytes = await read();
    return bytes === null ? null : archiveSecretOf(bytes);
  };
};
