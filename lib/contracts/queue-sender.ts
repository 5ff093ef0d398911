import type { SentQueue } from './queues.ts';

/** A port: the queues of the service, as functions put messages into them. */
export interface QueueSender {
  /**
   * Puts messages, each as JSON, in as many requests as they need; returns once every one of them is durable. None
   * may be larger than 256 KB.
   *
   * @param delaySeconds - until they can be taken, at most 900; absent: at once
   * @throws QueueUnavailable where that could not be had; some messages may be durable all the same
   */
  readonly send: (queue: SentQueue, messages: readonly object[], delaySeconds?: number) => Promise<void>;
}

/** A queue did not take everything: whoever sent it should send it again. */
export class QueueUnavailable extends Error {
  readonly queue: SentQueue;

  constructor(queue: SentQueue, options?: ErrorOptions) {
    super(`the queue ${queue} did not take every message`, options);
    this.name = 'QueueUnavailable';
    this.queue = queue;
  }
}

/** The longest delay of a message, in seconds: SQS keeps none back longer. */
export const MAX_DELAY_SECONDS = 900;
