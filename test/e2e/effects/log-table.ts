import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { startEmbeddedStore } from '../../embedded-store.ts';

/** A real store with its tables, and a client whose answers can be lost. */
export const startStore = async () => {
  const embedded = await startEmbeddedStore();
  const client = new DynamoDBClient({ endpoint: embedded.endpoint });
  let answersToLose = 0;
  let sent = 0;
  client.middlewareStack.add(
    (next) => async (request) => {
      sent += 1;
      const answer = await next(request);
      if (answersToLose === 0) return answer;
      answersToLose -= 1;
      throw new Error('the answer was lost');
    },
    { step: 'initialize' },
  );
  return {
    client,
    /** How many requests were sent so far. */
    sent: (): number => sent,
    /** The next requests are carried out, and whoever sent them never learns of it. */
    loseAnswers: (count: number): void => {
      answersToLose = count;
    },
    stop: async () => {
      client.destroy();
      await embedded.stop();
    },
  };
};

export type Store = Awaited<ReturnType<typeof startStore>>;

/** Waits that take no time. */
export const NO_PAUSES = { pause: async () => {}, random: () => 0.5 };
