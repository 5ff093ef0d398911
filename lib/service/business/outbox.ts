import type { QueueName } from '../../contracts/queues.ts';
import type { VisitorEvent } from '../../domain/visitor/event.ts';

/** A message for a queue: its body becomes JSON. */
export interface OutgoingMessage {
  readonly body: object;
  /** Seconds until it may be taken, at most {@link MAX_DELAY_SECONDS}. */
  readonly delaySeconds?: number;
}

/** Puts messages into a queue; returns once every one of them is durable, and throws where that could not be had. */
export type SendMessages = (queue: QueueName, messages: readonly OutgoingMessage[]) => Promise<void>;

/** SQS holds a message back for a quarter of an hour at most; a longer wait is made of several. */
const MAX_DELAY_SECONDS = 900;

/** Visitors of one message: it fails, and comes again, as a whole. */
const MAX_VISITORS_PER_MAIL = 25;

/**
 * How long a message must still wait, in whole seconds and as far as a queue can hold it back.
 *
 * @param moment - milliseconds since 1970, as `now`
 */
export const delayUntil = (moment: number, now: number): number =>
  Math.min(MAX_DELAY_SECONDS, Math.max(0, Math.ceil((moment - now) / 1000)));

/** The mail that tells visitors of events, in as many messages as it takes. */
export const mailFor = (
  visitorIds: readonly string[],
  events: readonly VisitorEvent[],
): readonly OutgoingMessage[] => {
  const messages: OutgoingMessage[] = [];
  for (let start = 0; start < visitorIds.length; start += MAX_VISITORS_PER_MAIL) {
    const some = visitorIds.slice(start, start + MAX_VISITORS_PER_MAIL);
    messages.push({ body: { mail: { visitorIds: some, events } } });
  }
  return messages;
};
