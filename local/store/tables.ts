import {
  CreateTableCommand,
  DeleteTableCommand,
  DynamoDBClient,
  ResourceInUseException,
  ResourceNotFoundException,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { TABLES } from '../../lib/contracts/tables.ts';

/** Names of the tables in the local store, as the functions' environment gives them. */
export const TABLE_NAMES = { visitors: 'wend-visitors', log: 'wend-log' } as const;

const TABLE_LIST = [
  { name: TABLE_NAMES.visitors, shape: TABLES.visitors },
  { name: TABLE_NAMES.log, shape: TABLES.log },
];

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

  const create = async ({ name, shape }: (typeof TABLE_LIST)[number]): Promise<void> => {
    try {
      await client.send(
        new CreateTableCommand({
          TableName: name,
          BillingMode: 'PAY_PER_REQUEST',
          KeySchema: [
            { AttributeName: shape.partitionKey, KeyType: 'HASH' },
            { AttributeName: shape.sortKey, KeyType: 'RANGE' },
          ],
          AttributeDefinitions: [
            { AttributeName: shape.partitionKey, AttributeType: 'S' },
            { AttributeName: shape.sortKey, AttributeType: 'S' },
          ],
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
