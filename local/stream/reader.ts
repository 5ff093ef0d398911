import { LOCAL_REGION } from '../bus/event.ts';
import type { Handler } from '../functions.ts';
import { messageOf } from '../start-failure.ts';
import type { Checkpoint } from './checkpoints.ts';
import { createCursor } from './cursor.ts';
import { createDelivery } from './deliver.ts';
import type { StreamClient } from './stream-client.ts';

/** Reads the visitors table's stream and hands its records to `on-visitors-changed`. */
export interface StreamReader {
  /** To be called when something may have been written: the next look is now. */
  readonly wake: () => void;
  /** Reads until nothing is left; the number of records that were handed on. Rejects where the store does not answer. */
  readonly catchUp: () => Promise<number>;
  /** Has the table emptied, which nobody reads meanwhile, and goes behind everything that is there, unread. */
  readonly skip: (empty: () => Promise<void>) => Promise<void>;
  /** Reads no more; resolves when the batch under way has ended. */
  readonly stop: () => Promise<void>;
}

/** What a reader needs. */
export interface StreamReaderOptions {
  readonly client: StreamClient;
  readonly table: string;
  readonly checkpoint: Checkpoint;
  readonly handler: () => Handler;
}

/** Whatever writes to the table wakes the reader; this is for what does not, a program of the user's perhaps. */
const IDLE_POLL_MS = 200;
const RETRY_MS = 1_000;

/** Starts behind the checkpoint, so that a kill loses nothing. */
export const startStreamReader = ({
  client,
  table,
  checkpoint,
  handler,
}: StreamReaderOptions): StreamReader => {
  let stopped = false;
  let alarm: NodeJS.Timeout | undefined;
  let queued = false;
  let cursor = createCursor(client, table, checkpoint.read);
  const { deliver, stop } = createDelivery(handler, checkpoint);

  const readAll = async (): Promise<number> => {
    let total = 0;
    while (!stopped) {
      const { streamArn, shard, records } = await cursor.next();
      if (records.length === 0) {
        break;
      }
      await deliver(
        shard,
        records.map((record) => ({ ...record, awsRegion: LOCAL_REGION, eventSourceARN: streamArn })),
      );
      total += records.length;
    }
    return total;
  };

  let turn: Promise<unknown> = Promise.resolve();
  /** One look at a time. What a look has fetched and not handed on, the next one fetches again. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = turn.then(work).catch((error: unknown) => {
      cursor = createCursor(client, table, checkpoint.read);
      throw error;
    });
    turn = mine.catch(() => undefined);
    return mine;
  };

  const sleep = (ms: number): void => {
    clearTimeout(alarm);
    if (!stopped) {
      alarm = setTimeout(wake, ms);
    }
  };

  const wake = (): void => {
    if (queued || stopped) {
      return;
    }
    queued = true;
    inTurn(() => {
      queued = false;
      return readAll();
    })
      .then(() => sleep(IDLE_POLL_MS))
      .catch((error: unknown) => {
        if (!stopped) {
          console.error(`The stream of ${table} could not be read: ${messageOf(error)}`);
        }
        sleep(RETRY_MS);
      });
  };

  wake();
  return {
    wake,
    catchUp: () => inTurn(readAll),
    skip: (empty) =>
      inTurn(async () => {
        await empty();
        cursor = createCursor(client, table, checkpoint.read);
        for (;;) {
          const { shard, records } = await cursor.next();
          const last = records.at(-1);
          if (last === undefined) {
            return;
          }
          await checkpoint.write({ shard, sequence: last.dynamodb.SequenceNumber });
        }
      }),
    stop: async () => {
      stopped = true;
      clearTimeout(alarm);
      stop();
      await turn;
    },
  };
};
