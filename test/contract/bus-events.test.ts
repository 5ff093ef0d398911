import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { fresh, serviceForFile } from './client.ts';

/* What a shop's own rules can match on the bus. */

const wend = serviceForFile([
  { kind: 'settings', id: 'settings', currency: 'EUR', publish: ['Order Completed'] },
]);

const schema = z.object({
  events: z.array(
    z.looseObject({ 'detail-type': z.string(), detail: z.looseObject({ userId: z.string().nullish() }) }),
  ),
});

/** Events of one name about one person, oldest first. */
const onBus = async (name: string, userId: string) => {
  await wend.settle();
  const { events } = schema.parse((await wend.get('/_local/bus')).body);
  return events
    .filter((event) => event['detail-type'] === name && event.detail.userId === userId)
    .map(({ detail }) => detail)
    .reverse();
};

const item = { product_id: 'p', price: 10, cart_id: 'c' };

describe('the bus', () => {
  it('is told when the last line of a cart goes, once', async () => {
    const userId = fresh('u');
    await wend.track('Product Added', { userId }, { ...item, quantity: 2 });
    await wend.track('Product Removed', { userId }, item);
    expect(await onBus('Cart Emptied', userId)).toEqual([]);
    await wend.track('Product Removed', { userId }, item, { messageId: `${userId}-last` });
    await wend.track('Product Removed', { userId }, item, { messageId: `${userId}-last` });
    await wend.track('Product Removed', { userId }, item);
    expect(await onBus('Cart Emptied', userId)).toEqual([expect.objectContaining({ userId, cart_id: 'c' })]);
  });

  it('has one by one the events that the settings publish, with what they said, and no others', async () => {
    const userId = fresh('u');
    await wend.track('Product Added', { userId }, item);
    await wend.track('Order Completed', { userId }, { order_id: fresh('o'), revenue: 20 });
    const [order, ...more] = await onBus('Order Completed', userId);
    expect(order).toMatchObject({ userId, properties: { revenue: 20 } });
    expect(more).toEqual([]);
    expect(await onBus('Product Added', userId)).toEqual([]);
  });
});
