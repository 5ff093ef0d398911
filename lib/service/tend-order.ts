import type { OrderDueMessage } from '../contracts/orders.ts';
import type { QueueSender } from '../contracts/queue-sender.ts';

/** Has the offer ledger look at an order; returns once that is sure to happen. */
export const createOrderTender =
  (queues: QueueSender) =>
  (orderId: string): Promise<void> => {
    const message: OrderDueMessage = { order: { orderId } };
    return queues.send('order-effects', [message]);
  };
