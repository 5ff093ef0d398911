import type { QueueSender } from '../contracts/queue-sender.ts';
import type { VisitorEvent } from '../domain/visitor/event.ts';

/** Puts an event of Wend's own making into a visitor's mailbox; returns once it is durable. */
export type SendMail = (visitorId: string, event: VisitorEvent) => Promise<void>;

/** Mail by visitor id, straight into the queue that react takes from. */
export const createMail =
  (queues: QueueSender): SendMail =>
  (visitorId, event) =>
    queues.send('events-received', [{ mail: { visitorIds: [visitorId], events: [event] } }]);
