import {
  BatchGetItemCommand,
  type BatchGetItemCommandInput,
  type BatchGetItemCommandOutput,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import type { Item } from './item.ts';

/** What to read of one table. */
export interface TableKeys {
  readonly table: string;
  readonly keys: readonly Item[];
}

export interface BatchRead {
  /** The items found, by table and by `pk` and `sk` (see `itemAt`). */
  readonly items: ReadonlyMap<string, Item>;
  /** Whether everything asked for was read. What was not found was read; what was throttled was not. */
  readonly complete: boolean;
  /** Tables of which something was not read. */
  readonly unread: ReadonlySet<string>;
}

/** DynamoDB reads at most this many items in one request. */
export const MAX_BATCH_GET = 100;

const addressOf = (table: string, item: Item): string => `${table}\n${item.pk?.S ?? ''}\n${item.sk?.S ?? ''}`;

/** The item under a key, of what a batch found. */
export const itemAt = (read: BatchRead, table: string, key: Item): Item | undefined =>
  read.items.get(addressOf(table, key));

/** Sends one BatchGetItem. */
export type BatchGetSender = (
  input: BatchGetItemCommandInput,
) => Promise<Pick<BatchGetItemCommandOutput, 'Responses' | 'UnprocessedKeys'>>;

const senders = new WeakMap<DynamoDBClient, BatchGetSender>();

/** Lets a client's BatchGetItems be sent by another way than its own: `createDynamoClient` does, for all functions. */
export const sendBatchGetsBy = (client: DynamoDBClient, sender: BatchGetSender): void => {
  senders.set(client, sender);
};

/** Reads up to 100 items of any tables in one request; what DynamoDB left unprocessed is asked for once more. */
export const batchGet = (
  client: DynamoDBClient,
  tables: readonly TableKeys[],
  consistent: boolean,
): Promise<BatchRead> =>
  batchGetBy(
    senders.get(client) ?? ((input) => client.send(new BatchGetItemCommand(input))),
    tables,
    consistent,
  );

/** The same by a sender of one's own. */
export const batchGetBy = async (
  send: BatchGetSender,
  tables: readonly TableKeys[],
  consistent: boolean,
): Promise<BatchRead> => {
  const items = new Map<string, Item>();
  let wanted: Record<string, { Keys: Item[]; ConsistentRead: boolean }> = {};
  for (const { table, keys } of tables) {
    if (keys.length > 0) wanted[table] = { Keys: [...keys], ConsistentRead: consistent };
  }
  for (let attempt = 0; attempt < 2 && Object.keys(wanted).length > 0; attempt++) {
    const answer = await send({ RequestItems: wanted });
    for (const [table, found] of Object.entries(answer.Responses ?? {})) {
      for (const item of found) items.set(addressOf(table, item), item);
    }
    wanted = Object.fromEntries(
      Object.entries(answer.UnprocessedKeys ?? {}).map(([table, left]) => [
        table,
        { Keys: left.Keys ?? [], ConsistentRead: consistent },
      ]),
    );
  }
  const unread = new Set(Object.keys(wanted));
  return { items, complete: unread.size === 0, unread };
};
