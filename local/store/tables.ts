import {
  type CreateGlobalSecondaryIndexAction,
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ResourceInUseException,
  ResourceNotFoundException,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { TABLES } from '../../lib/contracts/tables.ts';

/** Names of the tables in the local store, as the functions' environment gives them. */
export const TABLE_NAMES = { visitors: 'wend-visitors', log: 'wend-log' } as const;

const TABLE_LIST = [
  { name: TABLE_NAMES.visitors, shape: TABLES.visitors },
  { name: TABLE_NAMES.log, shape: TABLES.log },
];

type Table = (typeof TABLE_LIST)[number];

const stringAttributes = (names: readonly string[]) =>
  names.map((AttributeName) => ({ AttributeName, AttributeType: 'S' as const }));

const keySchemaOf = (keys: { readonly partitionKey: string; readonly sortKey: string }) => [
  { AttributeName: keys.partitionKey, KeyType: 'HASH' as const },
  { AttributeName: keys.sortKey, KeyType: 'RANGE' as const },
];

/** The sparse index of a table; none where it has none. */
const indexesOf = ({ shape }: Table): CreateGlobalSecondaryIndexAction[] =>
  shape.dueIndex === null
    ? []
    : [
        {
          IndexName: shape.dueIndex.name,
          KeySchema: keySchemaOf(shape.dueIndex),
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ];

const attributesOf = ({ shape }: Table) =>
  stringAttributes(
    [shape, ...(shape.dueIndex === null ? [] : [shape.dueIndex])].flatMap((keys) => [
      keys.partitionKey,
      keys.sortKey,
    ]),
  );

/** The store's administration: tables are made and wiped, never read. */
export interface Tables {
  /** Creates those that are absent. */
  readonly ensure: () => Promise<void>;
  /** Empties all by creating them anew. */
  readonly wipe: () => Promise<void>;
  readonly close: () => void;
}

/** Over a DynamoDB endpoint; Region and credentials come from the environment, as for the functions. */
export const createTables = (endpoint: string): Tables => {
  const client = new DynamoDBClient({ endpoint });

  const create = async (table: Table): Promise<void> => {
    const { name, shape } = table;
    const indexes = indexesOf(table);
    try {
      await client.send(
        new CreateTableCommand({
          TableName: name,
          BillingMode: 'PAY_PER_REQUEST',
          KeySchema: keySchemaOf(shape),
          AttributeDefinitions: attributesOf(table),
          ...(indexes.length === 0 ? {} : { GlobalSecondaryIndexes: indexes }),
          ...(shape.stream === null
            ? {}
            : { StreamSpecification: { StreamEnabled: true, StreamViewType: shape.stream } }),
        }),
      );
      await client.send(
        new UpdateTimeToLiveCommand({
          TableName: name,
          TimeToLiveSpecification: { AttributeName: shape.timeToLive, Enabled: true },
        }),
      );
    } catch (error) {
      if (!(error instanceof ResourceInUseException)) {
        throw error;
      }
      await addIndexes(table);
    }
  };

  /** A table of an earlier version gets the index that it lacks. */
  const addIndexes = async (table: Table): Promise<void> => {
    const indexes = indexesOf(table);
    if (indexes.length === 0) {
      return;
    }
    const described = await client.send(new DescribeTableCommand({ TableName: table.name }));
    const present = new Set(described.Table?.GlobalSecondaryIndexes?.map((index) => index.IndexName));
    for (const index of indexes.filter(({ IndexName }) => !present.has(IndexName))) {
      await client.send(
        new UpdateTableCommand({
          TableName: table.name,
          AttributeDefinitions: attributesOf(table),
          GlobalSecondaryIndexUpdates: [{ Create: index }],
        }),
      );
    }
  };

  const remove = async (name: string): Promise<void> => {
    try {
      await client.send(new DeleteTableCommand({ TableName: name }));
    } catch (error) {
      if (!(error instanceof ResourceNotFoundException)) {
        throw error;
      }
    }
  };

  return {
    ensure: async () => {
      await Promise.all(TABLE_LIST.map(create));
    },
    wipe: async () => {
      await Promise.all(TABLE_LIST.map(({ name }) => remove(name)));
      await Promise.all(TABLE_LIST.map(create));
    },
    close: () => client.destroy(),
  };
};
