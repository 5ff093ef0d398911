import type { OrderDueMessage } from '../../contracts/orders.ts';
import type { QueueSender } from '../../contracts/queue-sender.ts';
import type { RedemptionStore } from '../../domain/redemption/redemption-store.ts';

/** How late a release may be before it counts as lost. */
const PATIENCE_MS = 2 * 60_000;

export interface OrderSweepDeps {
  readonly findOverdue: RedemptionStore['findOverdue'];
  readonly queues: QueueSender;
  /** The service's clock, milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * Looks for orders whose hold should long have been released, or whose visitor was not told what they redeemed: each
 * has its place in a list until nobody has to come back to it.
 */
export const createOrderSweep =
  ({ findOverdue, queues, now }: OrderSweepDeps) =>
  async (): Promise<void> => {
    for await (const orderIds of findOverdue(now() - PATIENCE_MS)) {
      const messages = orderIds.map((orderId): OrderDueMessage => ({ order: { orderId } }));
      await queues.send('order-effects', messages);
    }
  };
