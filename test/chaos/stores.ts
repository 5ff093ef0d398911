import {
  BatchWriteItemCommand,
  DynamoDBClient,
  ScanCommand,
  TransactionCanceledException,
  TransactionConflictException,
} from '@aws-sdk/client-dynamodb';
import { TABLES } from '../../lib/contracts/tables.ts';
import { TABLE_NAMES } from '../../local/store/tables.ts';
import type { Chance } from './chance.ts';
import type { Item } from './memory/expressions.ts';
import { MemoryDynamo } from './memory/memory-dynamo.ts';

/** Sends one command. */
export type Send = (input: object) => Promise<object>;

/** Holds up, repeats or refuses what is asked of a store. */
export type Around = (command: string, input: object, send: Send) => Promise<object>;

/** A store for one life, empty at its beginning. */
export interface Store {
  readonly clientOf: (around: Around) => DynamoDBClient;
  /** All items of the log table. */
  readonly log: () => Promise<readonly Item[]>;
}

const INDEX = {
  name: TABLES.visitors.dueIndex.name,
  partitionKey: TABLES.visitors.dueIndex.partitionKey,
  sortKey: TABLES.visitors.dueIndex.sortKey,
};

export const createMemory = (): MemoryDynamo => new MemoryDynamo({ [TABLE_NAMES.visitors]: INDEX });

/** DynamoDB in this process's memory. */
export const memoryStore = (): Store => {
  const memory = createMemory();
  return {
    clientOf: (around) => memory.client(around),
    log: async () => [...memory.all(TABLE_NAMES.log)],
  };
};

/** @param endpoint - of a real store; `around` null: nobody stands between */
export const clientAt = (endpoint: string, around: Around | null = null): DynamoDBClient => {
  const client = new DynamoDBClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
  if (around !== null) {
    client.middlewareStack.add(
      (next, context) => (args) => {
        let metadata: Awaited<ReturnType<typeof next>> | null = null;
        const send: Send = async (input) => {
          metadata = await next({ ...args, input });
          return metadata.output;
        };
        return around(String(context.commandName), args.input, send).then((output) => ({
          response: metadata?.response,
          output: { $metadata: {}, ...output },
        }));
      },
      { step: 'initialize' },
    );
  }
  return client;
};

const scan = async (client: DynamoDBClient, TableName: string): Promise<readonly Item[]> => {
  const items: Item[] = [];
  let from: Item | undefined;
  do {
    const page = await client.send(new ScanCommand({ TableName, ExclusiveStartKey: from }));
    items.push(...(page.Items ?? []));
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
  return items;
};

/** Empties the tables of a real store. */
export const emptied = async (endpoint: string): Promise<void> => {
  const client = clientAt(endpoint);
  for (const table of Object.values(TABLE_NAMES)) {
    const keys = (await scan(client, table)).map(({ pk, sk }) => ({
      ...(pk === undefined ? {} : { pk }),
      ...(sk === undefined ? {} : { sk }),
    }));
    for (let start = 0; start < keys.length; start += 25) {
      const requests = keys.slice(start, start + 25).map((Key) => ({ DeleteRequest: { Key } }));
      await client.send(new BatchWriteItemCommand({ RequestItems: { [table]: requests } }));
    }
  }
  client.destroy();
};

/** A real store, emptied first. */
export const realStore = async (endpoint: string): Promise<Store> => {
  await emptied(endpoint);
  return {
    clientOf: (around) => clientAt(endpoint, around),
    log: () => scan(clientAt(endpoint), TABLE_NAMES.log),
  };
};

/** Some of a batch, and the rest. */
const split = <T>(all: readonly T[], chance: Chance): readonly [T[], T[]] => {
  const taken = all.map(() => chance.happens(0.5));
  return [all.filter((_, index) => taken[index] === true), all.filter((_, index) => taken[index] !== true)];
};

interface Batch {
  readonly RequestItems: { readonly [table: string]: { readonly Keys?: object[] } | object[] };
}

/** Of a batch only a part is done; the answer names the rest. */
const inPart = async (input: Batch, rest: string, send: Send, chance: Chance): Promise<object> => {
  const now: [string, object][] = [];
  const later: [string, object][] = [];
  for (const [table, asked] of Object.entries(input.RequestItems)) {
    const all = Array.isArray(asked) ? asked : (asked.Keys ?? []);
    const [first, last] = split(all, chance);
    const as = (part: object[]): object => (Array.isArray(asked) ? part : { ...asked, Keys: part });
    if (first.length > 0) now.push([table, as(first)]);
    if (last.length > 0) later.push([table, as(last)]);
  }
  const answer = now.length === 0 ? {} : await send({ ...input, RequestItems: Object.fromEntries(now) });
  return { ...answer, [rest]: Object.fromEntries(later) };
};

/** Whether a command changes nothing. */
export const isRead = (command: string): boolean =>
  command === 'GetItemCommand' || command === 'BatchGetItemCommand' || command === 'QueryCommand';

/** What DynamoDB does to a command besides doing it or not; undefined where there is nothing between. */
export const degradationOf = (
  command: string,
  input: object,
  send: Send,
  chance: Chance,
): (() => Promise<object>) | undefined => {
  switch (command) {
    case 'BatchGetItemCommand':
      return () => inPart(input as Batch, 'UnprocessedKeys', send, chance);
    case 'BatchWriteItemCommand':
      return () => inPart(input as Batch, 'UnprocessedItems', send, chance);
    case 'TransactWriteItemsCommand': {
      const { length } = (Reflect.get(input, 'TransactItems') ?? []) as readonly unknown[];
      const met = chance.below(length);
      return async () => {
        throw new TransactionCanceledException({
          $metadata: {},
          message: 'Transaction cancelled',
          CancellationReasons: Array.from({ length }, (_, index) => ({
            Code: index === met ? 'TransactionConflict' : 'None',
          })),
        });
      };
    }
    case 'PutItemCommand':
      if (Reflect.get(input, 'TableName') !== TABLE_NAMES.visitors) return undefined;
      return async () => {
        throw new TransactionConflictException({ $metadata: {}, message: 'Transaction is ongoing' });
      };
    default:
      return undefined;
  }
};
