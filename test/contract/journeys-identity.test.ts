import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { fresh, serviceForFile } from './client.ts';

/* Journeys, timers and grants of an anonymous visitor who turns out to be somebody, over HTTP and the local clock. */

const wend = serviceForFile([
  { kind: 'settings', id: 'settings', currency: 'EUR', timezone: 'Europe/Amsterdam' },
  { kind: 'offer', id: 'comeback', reward: { type: 'percentage', value: 10 }, requiresGrant: true },
  {
    kind: 'journey',
    id: 'left-cart',
    enter: { on: 'Product Added', key: 'cart.id', again: 'P7D' },
    exit: [{ on: 'Order Completed', as: 'goal' }],
    goal: { on: 'Order Completed', within: 'P7D' },
    holdout: 0,
    steps: [
      { id: 'gift', grant: { offer: 'comeback', for: 'P5D' } },
      { id: 'quiet', wait: { for: 'PT45M' } },
      { id: 'remind', message: { channel: 'push', topic: 'cart', content: 'Your cart' } },
      { id: 'day', wait: { for: 'P1D' } },
    ],
  },
]);

const lipstick = { product_id: 'LIP', price: 12.5 };

const messagesOf = async (userId: string) => {
  await wend.settle();
  const { body } = await wend.get('/_local/messages');
  const schema = z.object({
    messages: z.array(z.object({ userId: z.string().nullable(), stepId: z.string() })),
  });
  return schema.parse(body).messages.filter((message) => message.userId === userId);
};

const identify = (userId: string, anonymousId: string, rest: object = {}) =>
  wend.post('/v1/identify', { userId, anonymousId, ...rest });

const running = async (name: string) =>
  (await wend.settled(name)).journeys.filter(({ status }) => status === 'running');

describe('a visitor who logs in while a journey runs', () => {
  it('goes on with it, timer and grant included, and hears of it once', async () => {
    const [userId, phone] = [fresh('u'), fresh('phone')];
    await wend.track('Product Added', { anonymousId: phone }, { ...lipstick, cart_id: phone });
    await wend.settle();
    await identify(userId, phone);
    expect((await running(`user:${userId}`)).map(({ stepId }) => stepId)).toEqual(['quiet']);
    expect((await wend.visitor(`user:${userId}`)).grants.map(({ status }) => status)).toEqual(['held']);
    await wend.advance('PT46M');
    expect(await messagesOf(userId)).toHaveLength(1);
    expect((await wend.visitor(`anon:${phone}`)).userIds).toEqual([userId]);
  });

  it('ends the same where the log-in arrives twice, and twice at once', async () => {
    const [userId, phone] = [fresh('u'), fresh('phone')];
    await wend.track('Product Added', { anonymousId: phone }, { ...lipstick, cart_id: phone });
    const messageId = fresh('m');
    await Promise.all(Array.from({ length: 6 }, () => identify(userId, phone, { messageId })));
    await Promise.all([identify(userId, phone), identify(userId, phone, { messageId })]);
    const person = await wend.settled(`user:${userId}`);
    expect(person.journeys.map(({ status }) => status)).toEqual(['running']);
    expect(person.grants).toHaveLength(1);
    await wend.advance('PT46M');
    expect(await messagesOf(userId)).toHaveLength(1);
  });

  it('from a second device goes on with the farther of two, and holds the offer once', async () => {
    const [userId, phone, cart] = [fresh('u'), fresh('phone'), fresh('cart')];
    await wend.track('Product Added', { userId }, { ...lipstick, cart_id: cart });
    await wend.advance('PT50M');
    await wend.track('Product Added', { anonymousId: phone }, { ...lipstick, cart_id: cart });
    await wend.settle();
    await identify(userId, phone);
    const person = await wend.settled(`user:${userId}`);
    expect(person.journeys.map(({ status, stepId, reason }) => [status, reason ?? stepId])).toEqual([
      ['running', 'day'],
      ['ended', 'merged'],
    ]);
    expect(person.grants.map(({ status }) => status).sort()).toEqual(['held', 'withdrawn']);
    await wend.advance('PT50M');
    expect(await messagesOf(userId)).toHaveLength(1);
  });
});

describe('a shared device', () => {
  it('leaves with its first owner what they did, and gives the next one a journey of their own', async () => {
    const [first, second, tablet] = [fresh('first'), fresh('second'), fresh('tablet')];
    await wend.track('Product Added', { anonymousId: tablet }, { ...lipstick, cart_id: 'first-cart' });
    await identify(first, tablet);
    await wend.settle();
    await identify(second, tablet);
    await wend.track('Product Added', { anonymousId: tablet }, { ...lipstick, cart_id: 'second-cart' });
    expect((await running(`user:${first}`)).map(({ key }) => key)).toEqual(['first-cart']);
    expect((await running(`user:${second}`)).map(({ key }) => key)).toEqual(['second-cart']);
    await wend.track('Order Completed', { userId: second }, { order_id: fresh('o'), revenue: 12.5 });
    expect(await running(`user:${second}`)).toEqual([]);
    expect(await running(`user:${first}`)).toHaveLength(1);
  });

  it('that was logged out goes on as somebody whom nobody knows', async () => {
    const [userId, before, after] = [fresh('u'), fresh('before'), fresh('after')];
    await identify(userId, before);
    // Segment's SDKs make a new anonymousId at `reset()`, which is a log-out.
    await wend.track('Product Added', { anonymousId: after }, { ...lipstick, cart_id: after });
    expect(await running(`user:${userId}`)).toEqual([]);
    expect(await running(`anon:${after}`)).toHaveLength(1);
  });
});
