import * as z from 'zod';
import { deliveryEffectsSchema } from '../../contracts/effects.ts';
import type { QueueSender } from '../../contracts/queue-sender.ts';
import type { DeliveryEffect } from '../../domain/effect/effect.ts';

/** A body of the queue `delivery-effects`: as publish puts it, or as it was put back. */
export const deliveriesSchema = deliveryEffectsSchema.extend({
  /** How often it was put back. */
  retries: z.number().exactOptional(),
});

type Deliveries = z.infer<typeof deliveriesSchema>;

/** What the taking of deliveries needs of the world. */
export interface TakeDeps {
  /** Sends messages; answers those that are to come again. */
  readonly deliver: (effects: readonly DeliveryEffect[]) => Promise<readonly DeliveryEffect[]>;
  readonly queues: QueueSender;
  /** A number in [0, 1): what failed together must not come again together. */
  readonly random: () => number;
}

const SECOND = 1;
const MINUTE = 60 * SECOND;

/**
 * Until the next try, in seconds: an outage of two hours and a half is waited out. SQS delays nothing longer than 15 minutes,
 * and a tenth is for chance.
 */
const DELAYS: readonly number[] = [
  5 * SECOND,
  30 * SECOND,
  2 * MINUTE,
  5 * MINUTE,
  ...Array.from({ length: 12 }, () => 13 * MINUTE),
];

/** Messages could not be sent for hours; they go the way of what can't be done: the queue's last tries, and aside. */
export class Undeliverable extends Error {
  constructor() {
    super('messages could not be sent for hours');
    this.name = 'Undeliverable';
  }
}

/**
 * Sends the messages of one commit, and puts back with a delay those that could not be sent now.
 *
 * @throws Undeliverable after the last delay, and whatever delivering or the queue throws
 */
export const createDeliveryTaker =
  ({ deliver, queues, random }: TakeDeps) =>
  async (deliveries: Deliveries): Promise<void> => {
    const left = await deliver(deliveries.effects);
    if (left.length === 0) return;
    const retries = deliveries.retries ?? 0;
    const delay = DELAYS[retries];
    if (delay === undefined) throw new Undeliverable();
    const again: Deliveries = { ...deliveries, effects: [...left], retries: retries + 1 };
    await queues.send('delivery-effects', [again], delay * (1 + random() * 0.1));
  };
