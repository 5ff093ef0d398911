import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { failuresIn } from '../batch-answer.ts';
import { LOCAL_REGION } from '../bus/event.ts';
import type { Handler } from '../functions.ts';
import { invoke } from '../invoke.ts';
import { createSignal } from '../signal.ts';
import { messageOf } from '../start-failure.ts';
import { queueArn } from './address.ts';
import type { Queue, ReceivedMessage } from './queue.ts';

/** Feeds a queue's messages to a function. */
export interface Consumer {
  /** To be called when something was put into the queue. */
  readonly notify: () => void;
  /** Waits until every message has been handled, with back-offs cut short; false when that took longer than the limit. */
  readonly drain: (limitMs: number) => Promise<boolean>;
  /** Takes no more messages; resolves when the running batches have ended, or after the limit. */
  readonly stop: (limitMs: number) => Promise<void>;
}

/** What a consumer needs: the queue, and the function that takes from it. */
export interface ConsumerOptions {
  readonly queue: Queue;
  readonly functionName: string;
  readonly handler: Handler;
  /** Told after each batch, whatever became of it. */
  readonly onBatchEnded?: () => void;
}

/**
 * Messages of a batch. The cloud hands over ten and runs more copies when they pile up; here there is one process,
 * so a backlog is worked off in larger batches, in which more events of a visitor share a commit.
 */
const BATCH_SIZE = 100;
/** Batches handled side by side. */
const CONCURRENCY = 4;
/**
 * A batch that would not be full waits so long for the one before it, and takes along what comes meanwhile: many small
 * ones side by side cost far more than a few. Longer it does not wait, for the one before may be held up.
 */
const GATHER_MS = 25;
/** Until what could not be read or written (a full disk) is tried again. */
const LOG_RETRY_MS = 1_000;

const recordOf = (queue: Queue, message: ReceivedMessage): unknown => ({
  messageId: message.messageId,
  receiptHandle: `${message.messageId}#${message.received}`,
  body: message.body,
  attributes: {
    ApproximateReceiveCount: String(message.received),
    SentTimestamp: String(message.sentAt),
    SenderId: 'wend-local',
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
  },
  messageAttributes: {},
  md5OfBody: createHash('md5').update(message.body).digest('hex'),
  eventSource: 'aws:sqs',
  eventSourceARN: queueArn(queue.name),
  awsRegion: LOCAL_REGION,
});

/** Starts to feed the queue's messages to the function, several batches side by side, the oldest first. */
export const startConsumer = ({ queue, functionName, handler, onBatchEnded }: ConsumerOptions): Consumer => {
  let stopped = false;
  let active = 0;
  let receiving = false;
  let again = false;
  let alarm: NodeJS.Timeout | undefined;
  let gathersUntil = 0;
  const quiet = createSignal();

  const outcomeOf = async (
    batch: readonly ReceivedMessage[],
  ): Promise<{ readonly failed: ReadonlySet<string>; readonly reason: string }> => {
    const ids = batch.map((message) => message.messageId);
    try {
      const event = { Records: batch.map((message) => recordOf(queue, message)) };
      const answer = await invoke(handler, functionName, event);
      return { failed: failuresIn(answer, ids), reason: 'named in batchItemFailures' };
    } catch (error) {
      console.error(`${functionName} failed a batch of ${batch.length}: ${messageOf(error)}`);
      return { failed: new Set(ids), reason: messageOf(error) };
    }
  };

  const handle = async (batch: readonly ReceivedMessage[]): Promise<void> => {
    const { failed, reason } = await outcomeOf(batch);
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
        await pause(LOG_RETRY_MS);
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
    // After a full one there may be another at once.
    gathersUntil = batch.length < BATCH_SIZE ? Date.now() + GATHER_MS : 0;
    handle(batch)
      .catch((error: unknown) => console.error(`A batch could not be settled: ${messageOf(error)}`))
      .finally(() => {
        active -= 1;
        onBatchEnded?.();
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
        if (active > 0 && gathersUntil > lookedAt) {
          clearTimeout(alarm);
          alarm = setTimeout(() => void pump(), gathersUntil - lookedAt);
          break;
        }
        const batch = await queue.receive(BATCH_SIZE);
        if (batch.length > 0) {
          startBatch(batch);
          again = true;
        } else {
          wakeAtNextVisible(lookedAt);
        }
      }
    } catch (error) {
      console.error(`The queue ${queue.name} could not be read: ${messageOf(error)}`);
      alarm = setTimeout(() => void pump(), LOG_RETRY_MS);
    } finally {
      receiving = false;
      quiet.raise();
    }
  };

  void pump();

  const isQuiet = (): boolean => active === 0 && !receiving;

  const untilQuiet = async (end: number): Promise<boolean> => {
    while (!isQuiet()) {
      if (Date.now() >= end) {
        return false;
      }
      await quiet.next(end - Date.now());
    }
    return true;
  };

  return {
    notify: () => void pump(),
    drain: async (limitMs) => {
      const end = Date.now() + limitMs;
      while (!queue.isEmpty()) {
        if (stopped || Date.now() >= end || !(await untilQuiet(end))) {
          return false;
        }
        if (!queue.isEmpty()) {
          await queue.hurry();
          void pump();
        }
      }
      return await untilQuiet(end);
    },
    stop: async (limitMs) => {
      stopped = true;
      clearTimeout(alarm);
      await untilQuiet(Date.now() + limitMs);
      clearTimeout(alarm);
    },
  };
};
