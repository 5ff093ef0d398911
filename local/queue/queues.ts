import { QUEUES, type QueueName, type SentQueue } from '../../lib/contracts/queues.ts';
import type { Functions } from '../functions.ts';
import type { DurableLog } from '../log/durable-log.ts';
import { QUEUE_NAMES } from './address.ts';
import { type Consumer, startConsumer } from './consumer.ts';
import { type NewMessage, openQueue, type Queue } from './queue.ts';

/** All queues of the service, and what takes from them. */
export interface Queues {
  /** Adds a message; to be called inside a commit of the same log, and `notify` after it. */
  readonly enqueue: (queue: SentQueue, message: NewMessage) => void;
  /** Tells the consumers of these queues that something may be there. */
  readonly notify: (queues: Iterable<SentQueue>) => void;
  /** Begins to feed each queue to its function. */
  readonly start: (functions: () => Functions, onBatchEnded: (queue: QueueName) => void) => void;
  readonly areEmpty: () => boolean;
  /** Forgets every message and dead letter; to be called inside a commit of the same log. */
  readonly wipe: () => void;
  /** Waits until every message of every queue has been handled; false when that took longer than the limit. */
  readonly drain: (limitMs: number) => Promise<boolean>;
  /** Takes no more messages; resolves when the running batches have ended, or after the limit. */
  readonly stop: (limitMs: number) => Promise<void>;
}

/** Opens every queue of `QUEUES`; consumers come with `start`. */
export const openQueues = (log: DurableLog): Queues => {
  const queues = new Map<SentQueue, Queue>(QUEUE_NAMES.map((name) => [name, openQueue(log, name)]));
  const consumers = new Map<SentQueue, Consumer>();
  const layAside = log.prepare(
    'INSERT INTO dead_letters (queue, message_id, body, received, sent_at, failed_at, reason) VALUES (?, ?, ?, 0, ?, ?, ?)',
  );

  const areEmpty = (): boolean => [...queues.values()].every((queue) => queue.isEmpty());

  return {
    enqueue: (name, message) => {
      const queue = queues.get(name);
      if (queue !== undefined) {
        queue.enqueue(message);
      } else if ('body' in message) {
        // Nobody takes from this one: what is in it waits for a person, as dead letters do.
        const at = Date.now();
        layAside.run(name, message.id, message.body, at, at, 'could not be routed');
      }
    },
    notify: (names) => {
      for (const name of names) {
        consumers.get(name)?.notify();
      }
    },
    start: (functions, onBatchEnded) => {
      for (const queue of queues.values()) {
        const { name } = queue;
        const functionName = QUEUES[name];
        const consumer = startConsumer({
          queue,
          functionName,
          handler: (event, context) => functions().on(functionName)(event, context),
          onBatchEnded: () => onBatchEnded(name),
        });
        consumers.set(name, consumer);
      }
    },
    areEmpty,
    wipe: () => {
      log.prepare('DELETE FROM messages').run();
      log.prepare('DELETE FROM dead_letters').run();
    },
    drain: async (limitMs) => {
      const end = Date.now() + limitMs;
      do {
        for (const consumer of consumers.values()) {
          if (!(await consumer.drain(end - Date.now()))) {
            return false;
          }
        }
        // One function's batch may have filled the queue of another that was empty before.
      } while (!areEmpty());
      return true;
    },
    stop: async (limitMs) => {
      await Promise.all([...consumers.values()].map((consumer) => consumer.stop(limitMs)));
    },
  };
};
