import { createHash } from 'node:crypto';
import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { emptyPool, type Pool } from '../../domain/pool/pool.ts';
import type { PoolStore } from '../../domain/pool/pool-store.ts';
import { pack, unpack } from './blob.ts';
import type { Item } from './item.ts';

/** How long a pool is remembered after it last changed, in milliseconds: longer than a dead-letter queue keeps. */
const POOL_LIFE_MS = 90 * 24 * 60 * 60_000;

/** A poolId may be longer than a key. */
const poolKey = (poolId: string): Item => ({
  pk: { S: `pool#${createHash('sha256').update(poolId).digest('base64url')}` },
  sk: { S: 'P' },
});

/** Pools of seats in the log table, one item each. */
export const createPoolStore = (client: DynamoDBClient, table: string): PoolStore => ({
  read: async (poolId) => {
    const { Item: item } = await client.send(
      new GetItemCommand({ TableName: table, Key: poolKey(poolId), ConsistentRead: true }),
    );
    return item?.s?.B === undefined
      ? { pool: emptyPool(poolId), version: null }
      : { pool: unpack(item.s.B) as Pool, version: Number(item.v?.N ?? 0) };
  },
  write: async (pool, version, now) => {
    try {
      await client.send(
        new PutItemCommand({
          TableName: table,
          Item: {
            ...poolKey(pool.poolId),
            v: { N: String((version ?? 0) + 1) },
            s: { B: pack(pool) },
            ttl: { N: String(Math.ceil((now + POOL_LIFE_MS) / 1000)) },
          },
          ...(version === null
            ? { ConditionExpression: 'attribute_not_exists(pk)' }
            : {
                ConditionExpression: 'v = :expected',
                ExpressionAttributeValues: { ':expected': { N: String(version) } },
              }),
        }),
      );
      return 'written';
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return 'conflict';
      throw error;
    }
  },
});
