import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactionCanceledException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import type { Task, TaskStatus } from '../../domain/task/task.ts';
import type { TaskPosition, TaskQuery, TaskStore } from '../../domain/task/task-store.ts';
import { batchGet, itemAt } from './batch-get.ts';
import type { Item } from './item.ts';
import {
  forestalledItem,
  listKey,
  OWING_KEY,
  pointersOf,
  positionKey,
  QUEUES_KEY,
  queueItem,
  readPosition,
  readTask,
  taskItem,
  taskKey,
} from './task-items.ts';

const addressOf = (item: Item): string => `${item.pk?.S ?? ''}\n${item.sk?.S ?? ''}`;

const ascending = (one: TaskPosition, other: TaskPosition): number =>
  one.openedAt - other.openedAt || (one.taskId < other.taskId ? -1 : one.taskId > other.taskId ? 1 : 0);

/** Why a transaction failed: its first action is the one with a condition. */
const wasRefused = (error: unknown): boolean =>
  error instanceof TransactionCanceledException &&
  (error.CancellationReasons ?? []).some((reason) => reason.Code === 'ConditionalCheckFailed');

/** Another transaction was under way on the same items. */
const wasRaced = (error: unknown): boolean =>
  error instanceof TransactionCanceledException &&
  (error.CancellationReasons ?? []).some((reason) => reason.Code === 'TransactionConflict');

/** Tasks in the log table: an item each, and small ones that point to it. */
export const createTaskStore = (client: DynamoDBClient, table: string): TaskStore => {
  const knownQueues = new Set<string>();

  /** In a write of its own: in a transaction all tasks of a queue would wait for one another. */
  const rememberQueue = async (queue: string): Promise<void> => {
    if (knownQueues.has(queue)) return;
    await client.send(new PutItemCommand({ TableName: table, Item: queueItem(queue) }));
    knownQueues.add(queue);
  };

  const put = (item: Item): TransactWriteItem => ({ Put: { TableName: table, Item: item } });

  const sortKeysOf = async (partition: string, query: Partial<QueryRange>): Promise<readonly string[]> => {
    const { after, forward = true, limit } = query;
    const answer = await client.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression:
          after === undefined ? 'pk = :pk' : `pk = :pk AND sk ${forward ? '>' : '<'} :after`,
        ExpressionAttributeValues: {
          ':pk': { S: partition },
          ...(after === undefined ? {} : { ':after': { S: after } }),
        },
        ProjectionExpression: 'sk',
        ScanIndexForward: forward,
        ConsistentRead: true,
        ...(limit === undefined ? {} : { Limit: limit }),
      }),
    );
    return (answer.Items ?? []).map((item) => item.sk?.S ?? '');
  };

  /** The first positions of all lists together, one more than asked for where there are more. */
  const positionsOf = async (query: TaskQuery): Promise<readonly TaskPosition[]> => {
    const queues = query.queue === undefined ? await sortKeysOf(QUEUES_KEY, {}) : [query.queue];
    const range: QueryRange = {
      after: query.after === undefined ? undefined : positionKey(query.after),
      forward: query.order === 'oldest',
      limit: query.limit + 1,
    };
    const lists = await Promise.all(
      queues.flatMap((queue) =>
        query.statuses.map((status: TaskStatus) => sortKeysOf(listKey(queue, status), range)),
      ),
    );
    // A task that changed its state in between may stand in two lists.
    const positions = [...new Set(lists.flat())].map(readPosition).sort(ascending);
    return (range.forward ? positions : positions.reverse()).slice(0, query.limit + 1);
  };

  const readAll = async (positions: readonly TaskPosition[]): Promise<readonly Task[]> => {
    const keys = positions.map(({ taskId }) => taskKey(taskId));
    const read = await batchGet(client, [{ table, keys }], true);
    if (!read.complete) throw new Error('DynamoDB left tasks unprocessed twice');
    return keys.flatMap((key) => {
      const stored = readTask(itemAt(read, table, key));
      return stored === null ? [] : [stored.task];
    });
  };

  return {
    open: async (task) => {
      await rememberQueue(task.queue);
      const absent = { TableName: table, ConditionExpression: 'attribute_not_exists(pk)' };
      try {
        await client.send(
          new TransactWriteItemsCommand({
            TransactItems: [{ Put: { ...absent, Item: taskItem(task, 1) } }, ...pointersOf(task).map(put)],
          }),
        );
      } catch (error) {
        if (!wasRefused(error)) throw error;
      }
    },
    forestall: async (taskId, at) => {
      try {
        await client.send(
          new PutItemCommand({
            TableName: table,
            Item: forestalledItem(taskId, at),
            ConditionExpression: 'attribute_not_exists(s)',
          }),
        );
        return 'forestalled';
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return 'conflict';
        throw error;
      }
    },
    read: async (taskId) => {
      const { Item: item } = await client.send(
        new GetItemCommand({ TableName: table, Key: taskKey(taskId), ConsistentRead: true }),
      );
      return readTask(item);
    },
    change: async (stored, task) => {
      const before = new Map(pointersOf(stored.task).map((item) => [addressOf(item), item]));
      const after = new Map(pointersOf(task).map((item) => [addressOf(item), item]));
      const gone = [...before].filter(([address]) => !after.has(address));
      const changed = [...after].filter(
        ([address, item]) => JSON.stringify(before.get(address)) !== JSON.stringify(item),
      );
      try {
        await client.send(
          new TransactWriteItemsCommand({
            TransactItems: [
              {
                Put: {
                  TableName: table,
                  Item: taskItem(task, stored.version + 1),
                  ConditionExpression: 'v = :version',
                  ExpressionAttributeValues: { ':version': { N: String(stored.version) } },
                },
              },
              ...gone.map(([, { pk, sk }]) => ({ Delete: { TableName: table, Key: keyOf(pk, sk) } })),
              ...changed.map(([, item]) => put(item)),
            ],
          }),
        );
        return 'changed';
      } catch (error) {
        if (wasRefused(error) || wasRaced(error)) return 'conflict';
        throw error;
      }
    },
    list: async (query) => {
      const positions = await positionsOf(query);
      const page = positions.slice(0, query.limit);
      const tasks = await readAll(page);
      return {
        tasks: tasks.filter((task) => query.statuses.includes(task.status)),
        next: positions.length > page.length ? (page.at(-1) ?? null) : null,
      };
    },
    listOwing: async (limit) =>
      (await sortKeysOf(OWING_KEY, { limit })).map((sortKey) => sortKey.slice(sortKey.indexOf('#') + 1)),
  };
};

/** What to read of one list. */
interface QueryRange {
  readonly after: string | undefined;
  readonly forward: boolean;
  readonly limit: number;
}

const keyOf = (pk: Item[string] | undefined, sk: Item[string] | undefined): Item => ({
  ...(pk === undefined ? {} : { pk }),
  ...(sk === undefined ? {} : { sk }),
});
