import type * as z from 'zod';
import type { orderMessageSchema } from '../../contracts/orders.ts';
import type { QueueSender } from '../../contracts/queue-sender.ts';
import type { VisitorStore } from '../../domain/visitor/visitor-store.ts';
import { Conflict, NotFound } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/logger.ts';
import { delayUntil } from '../business/outbox.ts';
import type { Settler } from './settle.ts';
import { readIds } from './whom.ts';

export interface OrderDeps {
  readonly settle: Settler;
  readonly readVisitors: VisitorStore['read'];
  readonly queues: QueueSender;
  /** The service's clock, milliseconds since 1970. */
  readonly now: () => number;
  readonly logger: Logger;
}

/**
 * Takes messages of the queue `order-effects`: orders that visitors completed, and orders whose hold may be over. Most
 * orders hold nothing, and an order that is somebody else's is left alone: anybody may send an event that names it.
 */
export const createOrderTaker = ({ settle, readVisitors, queues, now, logger }: OrderDeps) => {
  const isTheirs = async (visitorId: string, holder: string): Promise<boolean> => {
    if (visitorId === holder) return true;
    const [[one], [other]] = await Promise.all([
      readIds(readVisitors, visitorId),
      readIds(readVisitors, holder),
    ]);
    return one === other;
  };

  const complete = async (visitorId: string, orderId: string): Promise<void> => {
    try {
      const { visitorId: holder } = await settle.find(orderId);
      if (await isTheirs(visitorId, holder)) await settle.commit(orderId);
      else logger.warn('An order was completed by somebody whose it is not.', { reason: 'foreign-order' });
    } catch (error) {
      if (error instanceof NotFound) return;
      if (!(error instanceof Conflict)) throw error;
      logger.warn('An order that was completed could not be committed.', { reason: 'order-conflict' });
    }
  };

  return async (message: z.infer<typeof orderMessageSchema>): Promise<void> => {
    if ('effects' in message) {
      for (const { orderId } of message.effects) await complete(message.visitorId, orderId);
      return;
    }
    const redemption = await settle.tend(message.order.orderId);
    // The end of what awaits an approval is days away: the sweep finds it.
    if (redemption?.status !== 'held') return;
    // A queue's clock and the service's differ, and a hold may be longer than a queue keeps a message back.
    await queues.send('order-effects', [message], delayUntil(redemption.expiresAt, now()));
  };
};
