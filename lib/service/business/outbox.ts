import { MAX_DELAY_SECONDS } from '../../contracts/queue-sender.ts';
import type { VisitorEvent } from '../../domain/visitor/event.ts';

/** Visitors of one message: it fails, and comes again, as a whole. */
const MAX_VISITORS_PER_MAIL = 25;

/**
 * How long a message must still wait, in whole seconds and as far as a queue can hold it back: a longer wait is made
 * of several.
 *
 * @param moment - milliseconds since 1970, as `now`
 */
export const delayUntil = (moment: number, now: number): number =>
  Math.min(MAX_DELAY_SECONDS, Math.max(0, Math.ceil((moment - now) / 1000)));

/** The mail that tells visitors of events, in as many messages of the queue `events-received` as it takes. */
export const mailFor = (
  visitorIds: readonly string[],
  events: readonly VisitorEvent[],
): readonly object[] => {
  const messages: object[] = [];
  for (let start = 0; start < visitorIds.length; start += MAX_VISITORS_PER_MAIL) {
    messages.push({ mail: { visitorIds: visitorIds.slice(start, start + MAX_VISITORS_PER_MAIL), events } });
  }
  return messages;
};
