import {
  type BatchGetItemCommandInput,
  type BatchWriteItemCommandInput,
  ConditionalCheckFailedException,
  DynamoDBClient,
  type GetItemCommandInput,
  type QueryCommandInput,
  type ScanCommandInput,
  TransactionCanceledException,
  type TransactWriteItemsCommandInput,
} from '@aws-sdk/client-dynamodb';
import { conditionOf, type Item, partitionValueOf, type Scope, updateOf } from './expressions.ts';
import { MemoryTable } from './table.ts';

/** An index of a table: sparse, keys only. */
export interface MemoryIndex {
  readonly name: string;
  readonly partitionKey: string;
  readonly sortKey: string;
}

/** One write, alone or in a transaction. */
interface Write {
  readonly TableName?: string | undefined;
  readonly Item?: Item | undefined;
  readonly Key?: Item | undefined;
  readonly UpdateExpression?: string | undefined;
  readonly ConditionExpression?: string | undefined;
  readonly ExpressionAttributeNames?: Record<string, string> | undefined;
  readonly ExpressionAttributeValues?: Item | undefined;
  readonly ReturnValues?: string | undefined;
  readonly ReturnValuesOnConditionCheckFailure?: string | undefined;
}

const $metadata = {};
const FAILED = 'The conditional request failed';

const scopeOf = (input: Pick<Write, 'ExpressionAttributeNames' | 'ExpressionAttributeValues'>): Scope => ({
  names: input.ExpressionAttributeNames ?? {},
  values: input.ExpressionAttributeValues ?? {},
});

const addressOf = ({ pk, sk }: Item): readonly [pk: string, sk: string] => [pk?.S ?? '', sk?.S ?? ''];

const keyOf = ({ pk, sk }: Item): Item => ({
  ...(pk === undefined ? {} : { pk }),
  ...(sk === undefined ? {} : { sk }),
});

const projected = (item: Item, expression: string | undefined, names: Scope['names']): Item => {
  if (expression === undefined) return item;
  const kept = expression.split(',').map((name) => names[name.trim()] ?? name.trim());
  return Object.fromEntries(kept.flatMap((name) => (item[name] === undefined ? [] : [[name, item[name]]])));
};

/**
 * DynamoDB in this process's memory, as far as Wend's adapters ask for it: their commands, expressions and errors.
 * `conformance.test.ts` holds it to what a real one answers. Nothing in it waits, nothing is copied: whoever uses it
 * changes nothing that they put or got.
 */
export class MemoryDynamo {
  readonly #tables = new Map<string, MemoryTable>();
  readonly #indexes = new Map<string, { readonly index: MemoryIndex; readonly entries: MemoryTable }>();

  /** @param indexes - by table */
  constructor(indexes: { readonly [table: string]: MemoryIndex } = {}) {
    for (const [table, index] of Object.entries(indexes)) {
      this.#indexes.set(table, { index, entries: new MemoryTable() });
    }
  }

  /** What the SDK's client answers to a command; throws what it throws. */
  execute(command: string, input: object): object {
    switch (command) {
      case 'GetItemCommand':
        return this.#get(input as GetItemCommandInput);
      case 'BatchGetItemCommand':
        return this.#batchGet(input as BatchGetItemCommandInput);
      case 'QueryCommand':
        return this.#query(input as QueryCommandInput);
      case 'ScanCommand':
        return this.#scan(input as ScanCommandInput);
      case 'BatchWriteItemCommand':
        return this.#batchWrite(input as BatchWriteItemCommandInput);
      case 'TransactWriteItemsCommand':
        return this.#transact(input as TransactWriteItemsCommandInput);
      case 'PutItemCommand':
      case 'UpdateItemCommand':
      case 'DeleteItemCommand':
        return this.#write(input as Write);
      default:
        throw new Error(`${command} is none of those that Wend sends`);
    }
  }

  /** A client of the SDK's kind in front of it. `around` may hold up, repeat or refuse what is asked. */
  client(around: (command: string, input: object, run: () => Promise<object>) => Promise<object>) {
    // Without the SDK's constructor and middleware, which cost more than all the rest of a request.
    const client: DynamoDBClient = Object.create(DynamoDBClient.prototype);
    const send = (command: { readonly constructor: { readonly name: string }; readonly input: object }) =>
      around(command.constructor.name, command.input, async () =>
        this.execute(command.constructor.name, command.input),
      );
    Reflect.set(client, 'send', send);
    return client;
  }

  /** Every item of a table. */
  all(table: string): Iterable<Item> {
    return this.#table(table).all();
  }

  #table(name = ''): MemoryTable {
    const table = this.#tables.get(name) ?? new MemoryTable();
    this.#tables.set(name, table);
    return table;
  }

  #read(table: string | undefined, key: Item): Item | undefined {
    return this.#table(table).get(...addressOf(key));
  }

  #get({ TableName, Key = {} }: GetItemCommandInput): object {
    const item = this.#read(TableName, Key);
    return { $metadata, ...(item === undefined ? {} : { Item: item }) };
  }

  #batchGet({ RequestItems = {} }: BatchGetItemCommandInput): object {
    const Responses = Object.fromEntries(
      Object.entries(RequestItems).map(([table, { Keys = [] }]) => [
        table,
        Keys.map((key) => this.#read(table, key)).filter((item) => item !== undefined),
      ]),
    );
    return { $metadata, Responses, UnprocessedKeys: {} };
  }

  #query(input: QueryCommandInput): object {
    const { TableName = '', IndexName, KeyConditionExpression: text = '', Limit, ExclusiveStartKey } = input;
    const scope = scopeOf(input);
    const isKey = conditionOf(text);
    const partition = scope.values[partitionValueOf(text)]?.S ?? '';
    const indexed = IndexName === undefined ? undefined : this.#indexes.get(TableName);
    const source = IndexName === undefined ? this.#table(TableName) : indexed?.entries;
    const sortKeyName = indexed?.index.sortKey ?? 'sk';
    const all = source?.inOrder(partition).filter(([, item]) => isKey(item, scope)) ?? [];
    const inOrder = input.ScanIndexForward === false ? all.toReversed() : all;
    const { [sortKeyName]: sort, pk, sk } = ExclusiveStartKey ?? {};
    const after =
      IndexName === undefined ? (sk?.S ?? '') : [sort?.S ?? '', pk?.S ?? '', sk?.S ?? ''].join('\n');
    const rest =
      ExclusiveStartKey === undefined
        ? inOrder
        : inOrder.filter(([place]) => (input.ScanIndexForward === false ? place < after : place > after));
    const page = rest.slice(0, Limit);
    const last = page.at(-1)?.[1];
    const Items = page.map(([, item]) => projected(item, input.ProjectionExpression, scope.names));
    const isCut = Limit !== undefined && page.length === Limit && last !== undefined;
    return {
      $metadata,
      Items,
      Count: Items.length,
      ScannedCount: Items.length,
      ...(isCut ? { LastEvaluatedKey: keyOf(last) } : {}),
    };
  }

  #scan({ TableName }: ScanCommandInput): object {
    const Items = [...this.all(TableName ?? '')];
    return { $metadata, Items, Count: Items.length, ScannedCount: Items.length };
  }

  #batchWrite({ RequestItems = {} }: BatchWriteItemCommandInput): object {
    for (const [table, requests] of Object.entries(RequestItems)) {
      for (const { PutRequest, DeleteRequest } of requests) {
        if (PutRequest?.Item !== undefined) this.#put(table, PutRequest.Item);
        if (DeleteRequest?.Key !== undefined) this.#delete(table, DeleteRequest.Key);
      }
    }
    return { $metadata, UnprocessedItems: {} };
  }

  #isAllowed(write: Write): boolean {
    const { ConditionExpression: text, TableName, Item: item, Key: key = item ?? {} } = write;
    return text === undefined || conditionOf(text)(this.#read(TableName, key) ?? {}, scopeOf(write));
  }

  #write(write: Write): object {
    if (!this.#isAllowed(write)) {
      const Item = this.#read(write.TableName, write.Key ?? write.Item ?? {});
      throw new ConditionalCheckFailedException({
        $metadata,
        message: FAILED,
        ...(write.ReturnValuesOnConditionCheckFailure === 'ALL_OLD' && Item !== undefined ? { Item } : {}),
      });
    }
    const before = this.#read(write.TableName, write.Key ?? write.Item ?? {}) ?? {};
    const after = this.#apply(write);
    if (write.ReturnValues !== 'UPDATED_NEW') return { $metadata };
    const Attributes = Object.fromEntries(
      Object.entries(after).filter(([name, value]) => !['pk', 'sk'].includes(name) && value !== before[name]),
    );
    return { $metadata, Attributes };
  }

  #apply(write: Write): Item {
    const { TableName, Item: item, Key: key = {}, UpdateExpression: text } = write;
    if (item !== undefined) return this.#put(TableName, item);
    if (text === undefined) return this.#delete(TableName, key);
    return this.#put(TableName, updateOf(text)({ ...(this.#read(TableName, key) ?? key) }, scopeOf(write)));
  }

  #transact({ TransactItems = [] }: TransactWriteItemsCommandInput): object {
    const writes = TransactItems.map(
      ({ Put, Update, Delete, ConditionCheck }): Write => Put ?? Update ?? Delete ?? ConditionCheck ?? {},
    );
    const addresses = writes.map(({ TableName, Item: item, Key: key = item ?? {} }) =>
      [TableName, ...addressOf(key)].join('\n'),
    );
    if (new Set(addresses).size < addresses.length) {
      const error = new Error('Transaction request cannot include multiple operations on one item');
      throw Object.assign(error, { name: 'ValidationException' });
    }
    const allowed = writes.map((write) => this.#isAllowed(write));
    if (allowed.includes(false)) {
      throw new TransactionCanceledException({
        $metadata,
        message: 'Transaction cancelled',
        CancellationReasons: allowed.map((isAllowed) =>
          isAllowed ? { Code: 'None' } : { Code: 'ConditionalCheckFailed', Message: FAILED },
        ),
      });
    }
    for (const [index, write] of writes.entries()) {
      if (TransactItems[index]?.ConditionCheck === undefined) this.#apply(write);
    }
    return { $metadata };
  }

  #put(table: string | undefined, item: Item): Item {
    const [pk, sk] = addressOf(item);
    this.#reindex(table, this.#table(table).get(pk, sk), item);
    this.#table(table).put(pk, sk, item);
    return item;
  }

  #delete(table: string | undefined, key: Item): Item {
    const [pk, sk] = addressOf(key);
    this.#reindex(table, this.#table(table).get(pk, sk), undefined);
    this.#table(table).delete(pk, sk);
    return {};
  }

  #reindex(table: string | undefined, before: Item | undefined, after: Item | undefined): void {
    const indexed = this.#indexes.get(table ?? '');
    if (indexed === undefined) return;
    const { index, entries } = indexed;
    const placeOf = (item: Item | undefined) => {
      const partition = item?.[index.partitionKey]?.S;
      const sort = item?.[index.sortKey]?.S;
      if (item === undefined || partition === undefined || sort === undefined) return null;
      return { partition, sort: [sort, ...addressOf(item)].join('\n'), item };
    };
    const old = placeOf(before);
    if (old !== null) entries.delete(old.partition, old.sort);
    const now = placeOf(after);
    if (now === null) return;
    const { pk, sk, [index.partitionKey]: partition, [index.sortKey]: sort } = now.item;
    entries.put(now.partition, now.sort, {
      ...(pk === undefined ? {} : { pk }),
      ...(sk === undefined ? {} : { sk }),
      ...(partition === undefined ? {} : { [index.partitionKey]: partition }),
      ...(sort === undefined ? {} : { [index.sortKey]: sort }),
    });
  }
}
