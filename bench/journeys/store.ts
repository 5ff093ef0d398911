import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { startDynoxide } from '../../local/store/dynoxide.ts';
import { createTables } from '../../local/store/tables.ts';

/** What was asked of the store, and what DynamoDB would bill for it. */
interface Used {
  readonly requests: ReadonlyMap<string, number>;
  readonly readUnits: number;
  readonly writeUnits: number;
}

const READS: ReadonlySet<string> = new Set(['GetItem', 'BatchGetItem', 'Query', 'TransactGetItems']);

/** Units of an answer: one figure, or one for each table. */
const unitsOf = (consumed: unknown): number => {
  if (Array.isArray(consumed)) return consumed.reduce<number>((sum, each) => sum + unitsOf(each), 0);
  if (typeof consumed !== 'object' || consumed === null || !('CapacityUnits' in consumed)) return 0;
  return typeof consumed.CapacityUnits === 'number' ? consumed.CapacityUnits : 0;
};

/** The embedded store in memory, with its tables, and a client that counts. */
export const startStore = async () => {
  process.env['AWS_REGION'] ??= 'us-east-1';
  process.env['AWS_ACCESS_KEY_ID'] ??= 'bench';
  process.env['AWS_SECRET_ACCESS_KEY'] ??= 'bench';
  const dynoxide = await startDynoxide(undefined);
  const tables = createTables(dynoxide.endpoint);
  await tables.ensure();
  const client = new DynamoDBClient({ endpoint: dynoxide.endpoint });
  let requests = new Map<string, number>();
  let readUnits = 0;
  let writeUnits = 0;
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const name = String(context.commandName).replace('Command', '');
      requests.set(name, (requests.get(name) ?? 0) + 1);
      const answer = await next({ ...args, input: { ...args.input, ReturnConsumedCapacity: 'TOTAL' } });
      const units = 'ConsumedCapacity' in answer.output ? unitsOf(answer.output.ConsumedCapacity) : 0;
      if (READS.has(name)) readUnits += units;
      else writeUnits += units;
      return answer;
    },
    { step: 'initialize', name: 'countCapacity' },
  );
  return {
    client,
    /** What was used since the last call. */
    take: (): Used => {
      const used = { requests, readUnits, writeUnits };
      requests = new Map();
      readUnits = 0;
      writeUnits = 0;
      return used;
    },
    stop: async (): Promise<void> => {
      client.destroy();
      tables.close();
      await dynoxide.stop();
    },
  };
};

export type Store = Awaited<ReturnType<typeof startStore>>;
