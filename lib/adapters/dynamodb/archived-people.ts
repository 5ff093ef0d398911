import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type ArchiveSecret, tombstoneName } from '../../domain/archive/archive-secret.ts';
import { batchGet, itemAt, MAX_BATCH_GET } from './batch-get.ts';
import { erasedAtOf, tombstoneKey } from './tombstone-items.ts';
import { readVisitor, stateKey } from './visitor-items.ts';
import { VisitorsUnread } from './visitor-store.ts';

/** The key of somebody's archived events, here and in a table that is kept for its keys, and when they were erased. */
export interface ArchivedPersonItem {
  readonly key: Uint8Array | null;
  readonly lostKey: Uint8Array | null;
  readonly erasedAt: number | null;
}

/**
 * Reads keys and tombstones of visitor ids, strongly consistent.
 *
 * @param keysFrom - another table whose items still have keys that this one lost; undefined: none
 * @returns a function that throws VisitorsUnread where DynamoDB throttled twice
 */
export const createArchivedPeople = (
  client: DynamoDBClient,
  table: string,
  secret: ArchiveSecret,
  keysFrom?: string,
) => {
  const read = async (visitorIds: readonly string[]) => {
    const keys = visitorIds.map(stateKey);
    const tombstones = visitorIds.map((visitorId) => tombstoneKey(tombstoneName(secret, visitorId)));
    const batch = await batchGet(
      client,
      [
        { table, keys: [...keys, ...tombstones] },
        ...(keysFrom === undefined ? [] : [{ table: keysFrom, keys }]),
      ],
      true,
    );
    if (!batch.complete) throw new VisitorsUnread();
    return visitorIds.map((visitorId): readonly [string, ArchivedPersonItem] => {
      const sealingIn = (from: string) =>
        readVisitor(visitorId, itemAt(batch, from, stateKey(visitorId)), undefined).sealing;
      const sealing = sealingIn(table);
      const tombstone = erasedAtOf(itemAt(batch, table, tombstoneKey(tombstoneName(secret, visitorId))));
      const times = [tombstone, sealing?.erasedAt ?? null].filter((at) => at !== null);
      return [
        visitorId,
        {
          key: sealing?.key ?? null,
          lostKey: (keysFrom === undefined ? undefined : sealingIn(keysFrom))?.key ?? null,
          erasedAt: times.length === 0 ? null : Math.max(...times),
        },
      ];
    });
  };

  return async (visitorIds: readonly string[]): Promise<ReadonlyMap<string, ArchivedPersonItem>> => {
    const size = Math.floor(MAX_BATCH_GET / (keysFrom === undefined ? 2 : 3));
    const found = new Map<string, ArchivedPersonItem>();
    for (let start = 0; start < visitorIds.length; start += size) {
      for (const [visitorId, person] of await read(visitorIds.slice(start, start + size))) {
        found.set(visitorId, person);
      }
    }
    return found;
  };
};
