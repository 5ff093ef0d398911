import { describe, expect, it } from 'vitest';
import { redemptionAnswerSchema, refundAnswerSchema } from '../../lib/contracts/http/redemptions.ts';
import { fresh, percentOff, serviceForFile } from './client.ts';

/** Takes ten per cent off carts of 50.00 and more, of members. */
const forMembers = percentOff('members', 10, {
  onPartialRefund: 'recompute',
  where: { 'cart.total': { $gte: 5000 }, 'traits.member': true, 'context.attributes.store': 'north' },
});

const service = serviceForFile([forMembers]);

const line = (id: string, unitPrice: number, quantity = 1) => ({ id, sku: id, quantity, unitPrice });

/** An order of a member that is paid; what was paid. */
const paid = async (orderId: string, userId: string, lines: readonly object[], shipping = 0) => {
  await service.post('/v1/identify', { userId, traits: { member: true } });
  await service.settle();
  const context = { attributes: { store: 'north' } };
  const cart = { currency: 'EUR', shipping, lines };
  const held = await service.post('/v1/redemptions', { orderId, userId, cart, context });
  await service.post(`/v1/redemptions/${orderId}/commit`, {});
  return redemptionAnswerSchema.parse(held.body).cart?.total ?? 0;
};

const refund = async (orderId: string, body: object, key = fresh('key')) =>
  refundAnswerSchema.parse(
    (await service.post(`/v1/redemptions/${orderId}/refund`, body, { headers: { 'idempotency-key': key } }))
      .body,
  );

const unit = (lineId: string, quantity = 1) => ({ units: [{ lineId, quantity }] });

describe('a refund of an order whose offer is computed anew', () => {
  it('takes the offer back where the rest does not reach it, and in the end pays back what was paid', async () => {
    const orderId = fresh('order');
    const total = await paid(orderId, fresh('user'), [line('a', 4000), line('b', 1000, 2)], 499);
    expect(total).toBe(5400 + 499);
    const first = await refund(orderId, unit('b'), 'again');
    expect(first).toEqual({ amount: 900, currency: 'EUR', refunded: 900, remaining: total - 900 });
    expect(await refund(orderId, unit('b'), 'again')).toEqual(first);
    expect(await refund(orderId, unit('b'))).toMatchObject({ amount: 500, refunded: 1400 });
    const last = await refund(orderId, { ...unit('a'), shipping: true });
    expect(last).toMatchObject({ amount: 4499, refunded: total, remaining: 0 });
  });

  it('goes by the offer, the visitor and the request of then, whatever they became', async () => {
    const orderId = fresh('order');
    const userId = fresh('user');
    await paid(orderId, userId, [line('a', 4000), line('b', 1000, 3)]);
    await service.post('/v1/identify', { userId, traits: { member: false } });
    await service.settle();
    await service.publish([{ ...forMembers, reward: { type: 'percentage', value: 50, on: 'order' } }]);
    expect(await refund(orderId, unit('b'))).toMatchObject({ amount: 900 });
    await service.publish([percentOff('another', 5)]);
    expect(await refund(orderId, unit('b'))).toMatchObject({ amount: 900 });
    expect(await refund(orderId, unit('b'))).toMatchObject({ amount: 500, remaining: 4000 });
  });
});
