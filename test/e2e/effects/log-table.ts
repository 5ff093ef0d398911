import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { startDynoxide } from '../../../local/store/dynoxide.ts';
import { createTables } from '../../../local/store/tables.ts';

/** A real store with its tables, and a client whose answers can be lost. */
export const startStore = async () => {
  process.env.AWS_REGION = 'us-east-1';
  process.env.AWS_ACCESS_KEY_ID = 'test';
  process.env.AWS_SECRET_ACCESS_KEY = 'test';
  const dynoxide = await startDynoxide(undefined);
  const tables = createTables(dynoxide.endpoint);
  await tables.ensure();
  const client = new DynamoDBClient({ endpoint: dynoxide.endpoint });
  let answersToLose = 0;
  client.middlewareStack.add(
    (next) => async (request) => {
      const answer = await next(request);
      if (answersToLose === 0) return answer;
      answersToLose -= 1;
      throw new Error('the answer was lost');
    },
    { step: 'initialize' },
  );
  return {
    client,
    /** The next requests are carried out, and whoever sent them never learns of it. */
    loseAnswers: (count: number): void => {
      answersToLose = count;
    },
    stop: async () => {
      client.destroy();
      tables.close();
      await dynoxide.stop();
    },
  };
};

export type Store = Awaited<ReturnType<typeof startStore>>;

/** Waits that take no time. */
export const NO_PAUSES = { pause: async () => {}, random: () => 0.5 };
