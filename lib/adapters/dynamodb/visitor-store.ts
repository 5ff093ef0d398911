import {
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  TransactionCanceledException,
  TransactionConflictException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { type ArchiveSecret, tombstoneName } from '../../domain/archive/archive-secret.ts';
import { REGISTER_BOUNDS, setRegisters } from '../../domain/visitor/registers.ts';
import type { StoredVisitor, VisitorCommit, VisitorStore } from '../../domain/visitor/visitor-store.ts';
import { batchGet, itemAt, MAX_BATCH_GET } from './batch-get.ts';
import type { Item } from './item.ts';
import { erasedAtOf, tombstoneKey } from './tombstone-items.ts';
import {
  accountItem,
  accountKey,
  linkItem,
  markItem,
  markKey,
  ordersItem,
  ordersKey,
  outgoingAttributes,
  readAccount,
  readVisitor,
  sealingAttributes,
  stateItem,
  stateKey,
  versionOf,
} from './visitor-items.ts';

/** A read of a batch that DynamoDB throttled twice: the message goes back to the queue. */
export class VisitorsUnread extends Error {
  constructor() {
    super('DynamoDB left keys of a batch unprocessed twice');
    this.name = 'VisitorsUnread';
  }
}

export interface VisitorStoreOptions {
  readonly client: DynamoDBClient;
  readonly table: string;
  /** What tombstones are named by, which are then read along; absent: they are not. */
  readonly archiveSecret?: () => Promise<ArchiveSecret>;
}

/** Writes of a batch at most. */
const MAX_BATCH_WRITE = 25;

const chunksOf = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );

/** Keys of one visitor: state, orders, and the tombstone. */
const KEYS_OF_ONE = 3;

/**
 * Reads visitors, strongly consistent.
 *
 * @param archiveSecret - what tombstones are named by, which are then read along; absent: they are not
 */
export const createVisitorReader =
  (
    client: DynamoDBClient,
    table: string,
    archiveSecret?: VisitorStoreOptions['archiveSecret'],
  ): VisitorStore['read'] =>
  async (visitorIds) => {
    const secret = await archiveSecret?.();
    const found = new Map<string, StoredVisitor>();
    for (const ids of chunksOf([...new Set(visitorIds)], Math.floor(MAX_BATCH_GET / KEYS_OF_ONE))) {
      const tombstones = new Map(
        secret === undefined ? [] : ids.map((id) => [id, tombstoneKey(tombstoneName(secret, id))]),
      );
      const keys = [...ids.flatMap((id) => [stateKey(id), ordersKey(id)]), ...tombstones.values()];
      const batch = await batchGet(client, [{ table, keys }], true);
      if (!batch.complete) throw new VisitorsUnread();
      for (const id of ids) {
        const [state, orders] = [stateKey(id), ordersKey(id)].map((key) => itemAt(batch, table, key));
        const tombstone = tombstones.get(id);
        const erasedAt = tombstone === undefined ? null : erasedAtOf(itemAt(batch, table, tombstone));
        found.set(id, {
          ...readVisitor(id, state, orders),
          ...(erasedAt === null ? {} : { erasedAt }),
        });
      }
    }
    return found;
  };

/** The visitors table as the memory of visitors. */
export const createVisitorStore = ({ client, table, archiveSecret }: VisitorStoreOptions): VisitorStore => {
  const read = createVisitorReader(client, table, archiveSecret);

  const conditionOn = (version: number | null) =>
    version === null
      ? { ConditionExpression: 'attribute_not_exists(pk)' }
      : {
          ConditionExpression: 'v = :expected',
          ExpressionAttributeValues: { ':expected': { N: String(version) } },
        };

  const put = (item: Item, version: number | null) => ({
    TableName: table,
    Item: item,
    ...conditionOn(version),
  });

  /**
   * Orders are read beside their state, but not at one moment: their own version is what tells that another commit
   * fell between the two reads.
   */
  const commit: VisitorStore['commit'] = async ({
    person,
    at,
    links,
    anonymousRetentionMs,
  }: VisitorCommit) => {
    const { visitorId, ordersVersion, visitor, effects, due } = person;
    const version = (person.version ?? 0) + 1;
    const item = {
      ...stateItem(visitorId, version, visitor.state, anonymousRetentionMs),
      ...outgoingAttributes({ visitorId, version, at, effects }, due),
      ...sealingAttributes(person.sealing),
    };
    const state = put(item, person.version);
    const orders = ordersItem(visitorId, (ordersVersion ?? 0) + 1, visitor, anonymousRetentionMs);
    const others: TransactWriteItem[] = [
      ...(person.writesOrders ? [{ Put: put(orders, ordersVersion) }] : []),
      ...links.flatMap((link) => [
        { Put: put(itemOf(link), link.version) },
        ...(link.ordersVersion === null ? [] : [deleteOrders(link.visitorId, link.ordersVersion)]),
      ]),
    ];
    try {
      // A transaction costs twice: most commits are one item.
      if (others.length === 0) await client.send(new PutItemCommand(state));
      else await client.send(new TransactWriteItemsCommand({ TransactItems: [{ Put: state }, ...others] }));
      return 'committed';
    } catch (error) {
      if (isConflict(error)) return 'conflict';
      throw error;
    }
  };

  const itemOf = (link: VisitorCommit['links'][number]): Item => ({
    ...linkItem(link.visitorId, (link.version ?? 0) + 1, link.links),
    ...sealingAttributes(link.sealing),
  });

  const deleteOrders = (visitorId: string, version: number): TransactWriteItem => ({
    Delete: { TableName: table, Key: ordersKey(visitorId), ...conditionOn(version) },
  });

  const readMarks: VisitorStore['readMarks'] = async (homes, marks) => {
    const keys = homes.flatMap(([home]) => marks.map((mark) => markKey(home, mark)));
    const found = new Set<string>();
    for (const chunk of chunksOf(keys, MAX_BATCH_GET)) {
      const batch = await batchGet(client, [{ table, keys: chunk }], true);
      if (!batch.complete) throw new VisitorsUnread();
      for (const item of batch.items.values()) found.add((item.sk?.S ?? '').slice('M#'.length));
    }
    return found;
  };

  const putMarks: VisitorStore['putMarks'] = async (visitorId, marks) => {
    for (const chunk of chunksOf(marks, MAX_BATCH_WRITE)) {
      let requests = chunk.map((mark) => ({ PutRequest: { Item: markItem(visitorId, mark) } }));
      for (let attempt = 0; requests.length > 0; attempt++) {
        if (attempt === 3) throw new VisitorsUnread();
        const answer = await client.send(new BatchWriteItemCommand({ RequestItems: { [table]: requests } }));
        requests = (answer.UnprocessedItems?.[table] ?? []).flatMap((left) =>
          left.PutRequest?.Item === undefined ? [] : [{ PutRequest: { Item: left.PutRequest.Item } }],
        );
      }
    }
  };

  const mergeAccount: VisitorStore['mergeAccount'] = async (accountId, traits, stamp) => {
    for (let attempt = 0; ; attempt++) {
      const key = accountKey(accountId);
      const { Item: item } = await client.send(
        new GetItemCommand({ TableName: table, Key: key, ConsistentRead: true }),
      );
      const known = readAccount(item) ?? { id: accountId, traits: {} };
      const merged = {
        id: accountId,
        traits: setRegisters(known.traits, traits, stamp, REGISTER_BOUNDS.account),
      };
      if (merged.traits === known.traits && item !== undefined) return;
      const version = item === undefined ? null : versionOf(item);
      try {
        await client.send(new PutItemCommand(put(accountItem(merged, (version ?? 0) + 1), version)));
        return;
      } catch (error) {
        if (!isConflict(error) || attempt === 5) throw error;
      }
    }
  };

  return { read, commit, readMarks, putMarks, mergeAccount };
};

const isConflict = (error: unknown): boolean =>
  error instanceof ConditionalCheckFailedException ||
  // A single write that meets somebody's transaction.
  error instanceof TransactionConflictException ||
  (error instanceof TransactionCanceledException &&
    (error.CancellationReasons ?? []).some(
      ({ Code }) => Code === 'ConditionalCheckFailed' || Code === 'TransactionConflict',
    ));
