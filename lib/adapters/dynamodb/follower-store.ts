import {
  type DynamoDBClient,
  GetItemCommand,
  QueryCommand,
  TransactionCanceledException,
  TransactionConflictException,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import type { FollowerStore } from '../../domain/business/business-store.ts';
import {
  FOLLOWER_SHARDS,
  type Follow,
  type Follower,
  mergeFollows,
  mergeShards,
  placeOf,
  type ShardRead,
  shardOf,
} from '../../domain/business/follower.ts';
import { pack, unpack } from './blob.ts';
import type { Item } from './item.ts';
import { subjectHash } from './subject-store.ts';

/** Tries at a write that somebody else was faster with; the message then goes back to its queue. */
const MAX_ATTEMPTS = 8;

/** Read of each shard for a page, beyond its share: shards are filled by chance, and a short one ends the page. */
const SPARE = 1.25;

/** Another follow of the same visitor was written first, every time. */
class FollowContended extends Error {
  constructor() {
    super('lost the race for a follow too often');
    this.name = 'FollowContended';
  }
}

const shardPk = (subject: string, shard: number): string =>
  `follow#${subjectHash(subject)}#${shard.toString(16)}`;

const followerKey = (follow: Follow): Item => ({
  pk: { S: shardPk(follow.subject, shardOf(follow.visitorId)) },
  sk: { S: placeOf(follow.rank, follow.visitorId) },
});

const expiry = (until: number | null): Item =>
  until === null ? {} : { ttl: { N: String(Math.ceil(until / 1000)) } };

/** A follower among the others of a subject and shard. */
export const followerItem = (follow: Follow): Item => ({
  ...followerKey(follow),
  ...(follow.until === null ? {} : { until: { N: String(follow.until) } }),
  ...(follow.wave === null
    ? {}
    : { size: { N: String(follow.wave.size) }, gap: { N: String(follow.wave.gapMs) } }),
  ...expiry(follow.until),
});

const readFollower = (item: Item): Follower => {
  const place = item.sk?.S ?? '';
  return {
    visitorId: place.slice(place.indexOf('#') + 1),
    place,
    until: item.until?.N === undefined ? null : Number(item.until.N),
    wave: item.size?.N === undefined ? null : { size: Number(item.size.N), gapMs: Number(item.gap?.N ?? 0) },
  };
};

/** The same follow under the visitor's own key: where they stand, and what an erasure has to look for. */
const followKey = ({ visitorId, subject }: Pick<Follow, 'visitorId' | 'subject'>): Item => ({
  pk: { S: visitorId },
  sk: { S: `F#${subjectHash(subject)}` },
});

const sameFollow = (a: Follow, b: Follow): boolean =>
  a.followId === b.followId &&
  a.until === b.until &&
  a.rank === b.rank &&
  a.at === b.at &&
  a.version === b.version;

/** Followers in the log table: 16 shards a subject, each in the order of places. */
export const createFollowerStore = (client: DynamoDBClient, table: string): FollowerStore => {
  const readFollow = async (key: Item) => {
    const { Item: item } = await client.send(
      new GetItemCommand({ TableName: table, Key: key, ConsistentRead: true }),
    );
    return item?.s?.B === undefined
      ? { follow: null, version: null }
      : { follow: unpack(item.s.B) as Follow, version: Number(item.v?.N ?? 0) };
  };

  const write = async (next: Follow, before: Follow | null, version: number | null): Promise<boolean> => {
    const moved = before !== null && followerKey(before).sk?.S !== followerKey(next).sk?.S;
    const own: Item = {
      ...followKey(next),
      v: { N: String((version ?? 0) + 1) },
      s: { B: pack(next) },
      ...expiry(next.until),
    };
    try {
      await client.send(
        new TransactWriteItemsCommand({
          TransactItems: [
            {
              Put: {
                TableName: table,
                Item: own,
                ...(version === null
                  ? { ConditionExpression: 'attribute_not_exists(pk)' }
                  : {
                      ConditionExpression: 'v = :expected',
                      ExpressionAttributeValues: { ':expected': { N: String(version) } },
                    }),
              },
            },
            { Put: { TableName: table, Item: followerItem(next) } },
            ...(moved ? [{ Delete: { TableName: table, Key: followerKey(before) } }] : []),
          ],
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof TransactionCanceledException || error instanceof TransactionConflictException) {
        return false;
      }
      throw error;
    }
  };

  const follow: FollowerStore['follow'] = async (wanted) => {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const known = await readFollow(followKey(wanted));
      const next = known.follow === null ? wanted : mergeFollows(known.follow, wanted);
      if (known.follow !== null && sameFollow(known.follow, next)) return;
      if (await write(next, known.follow, known.version)) return;
    }
    throw new FollowContended();
  };

  const readShard = async (
    subject: string,
    shard: number,
    after: string | null,
    limit: number,
  ): Promise<ShardRead> => {
    const page = await client.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: after === null ? 'pk = :shard' : 'pk = :shard and sk > :after',
        ExpressionAttributeValues: {
          ':shard': { S: shardPk(subject, shard) },
          ...(after === null ? {} : { ':after': { S: after } }),
        },
        ConsistentRead: true,
        Limit: limit,
      }),
    );
    return { followers: (page.Items ?? []).map(readFollower), more: page.LastEvaluatedKey !== undefined };
  };

  const page: FollowerStore['page'] = async (subject, after, limit) => {
    const share = Math.ceil((limit / FOLLOWER_SHARDS) * SPARE) + 1;
    const reads = await Promise.all(
      Array.from({ length: FOLLOWER_SHARDS }, (_, shard) => readShard(subject, shard, after, share)),
    );
    return mergeShards(reads, limit);
  };

  return { follow, page };
};
