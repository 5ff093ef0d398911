import { randomUUID } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import type { CatalogPointer, CatalogVersion, ControlStore } from '../../contracts/control.ts';
import { batchGet } from './batch-get.ts';
import {
  chunkKey,
  controlKeys,
  keysItem,
  pointerItem,
  readControl,
  readVersion,
  VERSIONS,
  versionItem,
  versionKey,
} from './control-items.ts';
import type { Item } from './item.ts';
import { queryPages } from './query-pages.ts';

/** An item holds at most 400 KB. */
const CHUNK_BYTES = 380_000;

/** The control plane in the log table. */
export const createControlStore = (client: DynamoDBClient, table: string): ControlStore => {
  const guarded = (item: Item, version: number | null) => ({
    TableName: table,
    Item: item,
    ...(version === null
      ? { ConditionExpression: 'attribute_not_exists(pk)' }
      : {
          ConditionExpression: 'v = :expected',
          ExpressionAttributeValues: { ':expected': { N: String(version) } },
        }),
  });

  const unlessConflict = async <T>(write: Promise<unknown>, done: T): Promise<T | 'conflict'> => {
    try {
      await write;
      return done;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException || error instanceof TransactionCanceledException) {
        return 'conflict';
      }
      throw error;
    }
  };

  const read: ControlStore['read'] = async () => {
    const batch = await batchGet(client, [controlKeys(table)], true);
    if (!batch.complete) throw new Error('DynamoDB left the control items unprocessed twice');
    return readControl(batch, table);
  };

  // Consistent: a pointer may be seen before what it points to has reached every replica.
  const loadVersion: ControlStore['loadVersion'] = async (version) => {
    const { Item: item } = await client.send(
      new GetItemCommand({ TableName: table, Key: versionKey(version), ConsistentRead: true }),
    );
    const publication = item?.publication?.S;
    if (item === undefined || publication === undefined) return null;
    const chunks = await Promise.all(
      Array.from({ length: Number(item.chunks?.N ?? 0) }, async (_, index) => {
        const chunk = await client.send(
          new GetItemCommand({ TableName: table, Key: chunkKey(publication, index), ConsistentRead: true }),
        );
        return chunk.Item?.s?.B ?? new Uint8Array();
      }),
    );
    return gunzipSync(Buffer.concat(chunks));
  };

  const listVersions: ControlStore['listVersions'] = async () => {
    const versions: CatalogVersion[] = [];
    const pages = queryPages(client, {
      TableName: table,
      KeyConditionExpression: 'pk = :versions',
      ExpressionAttributeValues: { ':versions': { S: VERSIONS } },
      ScanIndexForward: false,
    });
    for await (const items of pages) {
      versions.push(...items.map(readVersion).filter((version) => version !== null));
    }
    return versions;
  };

  const publish: ControlStore['publish'] = async (seen, version, compiled) => {
    // Chunks lie under a name of their own: a publication that loses the race, or dies, is never pointed to.
    const publication = randomUUID();
    const bytes = gzipSync(compiled);
    const chunks = Math.ceil(bytes.length / CHUNK_BYTES);
    for (let index = 0; index < chunks; index++) {
      const chunk = bytes.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES);
      await client.send(
        new PutItemCommand({ TableName: table, Item: { ...chunkKey(publication, index), s: { B: chunk } } }),
      );
    }
    const pointer: CatalogPointer = { active: version.version, rollout: null, latest: version.version };
    return unlessConflict(
      client.send(
        new TransactWriteItemsCommand({
          TransactItems: [
            { Put: guarded(versionItem(version, publication, chunks), null) },
            { Put: guarded(pointerItem(pointer, (seen.pointerVersion ?? 0) + 1), seen.pointerVersion) },
          ],
        }),
      ),
      'published',
    );
  };

  const activate: ControlStore['activate'] = async (seen, pointer) =>
    unlessConflict(
      client.send(
        new PutItemCommand(
          guarded(pointerItem(pointer, (seen.pointerVersion ?? 0) + 1), seen.pointerVersion),
        ),
      ),
      'activated',
    );

  const putKeys: ControlStore['putKeys'] = async (seen, keys) =>
    unlessConflict(
      client.send(new PutItemCommand(guarded(keysItem(keys, (seen.keysVersion ?? 0) + 1), seen.keysVersion))),
      'stored',
    );

  return { read, loadVersion, listVersions, publish, activate, putKeys };
};
