import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { type ArchiveSecret, archiveSecretOf } from '../../domain/archive/archive-secret.ts';
import type { Item } from './item.ts';

/** Beside visitors' keys and tombstones: each is worth nothing without it, and what is restored shall fit together. */
export const ARCHIVE_SECRET_KEY: Item = { pk: { S: 'archive-secret' }, sk: { S: 'S' } };

/** Reads what the environment's archive names people by; null where nothing was archived yet. */
export const createArchiveSecretReader =
  (client: DynamoDBClient, table: string) => async (): Promise<ArchiveSecret | null> => {
    const { Item: item } = await client.send(
      new GetItemCommand({ TableName: table, Key: ARCHIVE_SECRET_KEY, ConsistentRead: true }),
    );
    return item?.s?.B === undefined ? null : archiveSecretOf(item.s.B);
  };
