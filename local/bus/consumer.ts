import { createHash } from 'node:crypto';
import * as z from 'zod';
import { messageOf } from '../start-failure.ts';
import { LOCAL_ACCOUNT, LOCAL_REGION } from './event.ts';
import type { Queue, ReceivedMessage } from './queue.ts';

/** A Lambda function that an SQS queue invokes: it takes an SQS event, and may answer which messages failed. */
export type QueueHandler = (event: unknown, context: unknown) => Promise<unknown>;

/** Feeds a queue's messages to a function. */
export interface Consumer {
  /** To be called when something was put into the queue. */
  readonly notify: () => void;
  /** Waits until every message has been handled, with back-offs cut short; false when that took longer than the limit. */
  readonly drain: (limitMs: number) => Promise<boolean>;
  /** Takes no more messages; resolves when the running batches have ended, or after the limit. */
  readonly stop: (limitMs: number) => Promise<void>;
}

/**
 * Messages of a batch. The cloud hands over ten and runs more copies when they pile up; here there is one process,
 * so a backlog is worked off in larger batches, in which more events of a visitor share a commit.
 */
const BATCH_SIZE = 100;
/** Batches handled side by side. */
const CONCURRENCY = 4;
/** A batch that takes longer has failed, as in the cloud where the function's timeout ends it. */
const HANDLER_TIMEOUT_MS = 30_000;

/** Until what could not be written (a full disk) is tried again. */
const SETTLE_RETRY_MS = 1_000;

const answerSchema = z.union([
  z.undefined(),
  z.null(),
  z.object({
    batchItemFailures: z.array(z.object({ itemIdentifier: z.string().nullish() })).nullish(),
  }),
]);

const recordOf = (queue: string, message: ReceivedMessage): unknown => ({
  messageId: message.messageId,
  receiptHandle: `${message.messageId}#${message.received}`,
  body: message.body,
  attributes: {
    ApproximateReceiveCount: String(message.received),
    SentTimestamp: String(message.sentAt),
    SenderId: 'events.amazonaws.com',
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
  },
  messageAttributes: {},
  md5OfBody: createHash('md5').update(message.body).digest('hex'),
  eventSource: 'aws:sqs',
  eventSourceARN: `arn:aws:sqs:${LOCAL_REGION}:${LOCAL_ACCOUNT}:${queue}`,
  awsRegion: LOCAL_REGION,
});

/**
 * Which messages a function's answer declares failed. As Lambda does, an answer that can't be understood, or that
 * names a message which isn't in the batch, fails the whole batch.
 */
const failuresIn = (answer: unknown, batch: readonly ReceivedMessage[]): ReadonlySet<string> => {
  const parsed = answerSchema.safeParse(answer);
  const all = new Set(batch.map((message) => message.messageId));
  if (!parsed.success) {
    return all;
  }
  const named = (parsed.data?.batchItemFailures ?? []).map((failure) => failure.itemIdentifier ?? '');
  return named.every((id) => all.has(id)) ? new Set(named) : all;
};

const withTimeout = async (work: Promise<unknown>): Promise<unknown> => {
  let timer: NodeJS.Timeout | undefined;
  try {
    return await Promise.race([
      work,
      new Promise((_, reject) => {
        timer = setTimeout(
          () => reject(new Error(`no answer within ${HANDLER_TIMEOUT_MS / 1000} s`)),
          HANDLER_TIMEOUT_MS,
        );
      }),
    ]);
  } finally {
    clearTimeout(timer);
  }
};

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Starts to feed the queue's messages to the handler, several batches side by side, the oldest first. */
export const startConsumer = (queue: Queue, name: string, handler: QueueHandler): Consumer => {
  let stopped = false;
  let active = 0;
  let receiving = false;
  let again = false;
  let alarm: NodeJS.Timeout | undefined;

  const invoke = async (
    batch: readonly ReceivedMessage[],
  ): Promise<{ readonly failed: ReadonlySet<string>; readonly reason: string }> => {
    try {
      const event = { Records: batch.map((message) => recordOf(name, message)) };
      const answer = await withTimeout(handler(event, { functionName: 'on-events-received' }));
      const failed = failuresIn(answer, batch);
      return { failed, reason: 'named in batchItemFailures' };
    } catch (error) {
      console.error(`on-events-received failed a batch of ${batch.length}: ${messageOf(error)}`);
      return { failed: new Set(batch.map((message) => message.messageId)), reason: messageOf(error) };
    }
  };

  const handle = async (batch: readonly ReceivedMessage[]): Promise<void> => {
    const { failed, reason } = await invoke(batch);
    const done = batch.filter((message) => !failed.has(message.messageId));
    const left = batch.filter((message) => failed.has(message.messageId));
    for (let settled = false; !settled; ) {
      try {
        await queue.settle(done, left, reason);
        settled = true;
      } catch (error) {
        // Unsettled, they would stay in flight until the next start; after a stop that is just right.
        if (stopped) {
          throw error;
        }
        console.error(`A batch could not be settled, and is tried again: ${messageOf(error)}`);
        await pause(SETTLE_RETRY_MS);
      }
    }
  };

  const wakeAtNextVisible = (lookedAt: number): void => {
    clearTimeout(alarm);
    const at = queue.nextVisibleAt(lookedAt);
    if (at !== undefined) {
      alarm = setTimeout(() => void pump(), Math.max(1, at - Date.now()));
    }
  };

  const startBatch = (batch: readonly ReceivedMessage[]): void => {
    active += 1;
    handle(batch)
      .catch((error: unknown) => console.error(`A batch could not be settled: ${messageOf(error)}`))
      .finally(() => {
        active -= 1;
        void pump();
      });
  };

  /** One receive at a time; a notice that comes meanwhile is not lost, it makes another round. */
  const pump = async (): Promise<void> => {
    again = true;
    if (receiving) {
      return;
    }
    receiving = true;
    try {
      while (again && !stopped && active < CONCURRENCY) {
        again = false;
        const lookedAt = Date.now();
        const batch = await queue.receive(BATCH_SIZE);
        if (batch.length > 0) {
          startBatch(batch);
          again = true;
        } else {
          wakeAtNextVisible(lookedAt);
        }
      }
    } catch (error) {
      console.error(`The queue could not be read: ${messageOf(error)}`);
      alarm = setTimeout(() => void pump(), 1_000);
    } finally {
      receiving = false;
    }
  };

  void pump();

  const waitFor = async (reached: () => boolean, limitMs: number): Promise<boolean> => {
    const end = Date.now() + limitMs;
    while (!reached()) {
      if (Date.now() > end) {
        return false;
      }
      await pause(5);
    }
    return true;
  };

  return {
    notify: () => void pump(),
    drain: async (limitMs) => {
      const end = Date.now() + limitMs;
      while (queue.length() > 0) {
        if (Date.now() > end) {
          return false;
        }
        if (active === 0) {
          await queue.hurry();
          void pump();
        }
        await pause(5);
      }
      return await waitFor(() => active === 0, Math.max(0, end - Date.now()));
    },
    stop: async (limitMs) => {
      stopped = true;
      clearTimeout(alarm);
      await waitFor(() => active === 0 && !receiving, limitMs);
      clearTimeout(alarm);
    },
  };
};
