import { describe, expect, it } from 'vitest';
import { runReadme, scenario } from './scenario.ts';

const wend = scenario('unresolved');

const PLACES = { 'home.hero': 'web', 'app.home': 'app', 'call.script': 'call' } as const;

const cart = { currency: 'EUR', lines: [{ id: 'l', sku: 'SHOES', quantity: 1, unitPrice: 8000 }] };

const order = async (userId: string, orderId: string): Promise<void> => {
  await wend.track(userId, 'Order Completed', { order_id: orderId, revenue: 80, currency: 'EUR' });
  await wend.settle();
};

const carrier = (type: string, orderId: string, data: object = {}, time?: string) =>
  wend.happens(type, `order/${orderId}`, { orderId, ...data }, time);

/** What a person gets on every channel: what it says by placement, and whether anything is sold. */
const everywhere = async (userId: string) => {
  const says: Record<string, unknown> = {};
  let sold = 0;
  for (const [placement, channel] of Object.entries(PLACES)) {
    const answer = await wend.decide({ userId, channel, placements: [placement], cart });
    const [item] = answer.placements[placement]?.items ?? [];
    says[channel] = item?.content;
    sold += item?.experienceId === 'deals' || item?.experienceId === 'upsell' ? 1 : 0;
    sold += answer.cart?.applied.length ?? 0;
  }
  return { says, sold };
};

/** Deals on three channels and a discount in the cart on each of them. */
const ALL_SOLD = 6;

const promiseOf = (says: Record<string, unknown>): readonly unknown[] => [
  ...new Set(Object.values(says).map((content) => JSON.stringify(content))),
];

describe('an order that is late', () => {
  it('stops all selling on web, app and call, and all of them say the same as the mail', async () => {
    await wend.setClock('2027-01-12T10:00:00Z');
    await order('lee', 'o-1');
    expect((await everywhere('lee')).sold).toBe(ALL_SOLD);
    await carrier('order.late', 'o-1', { daysLate: 2 });
    const { says, sold } = await everywhere('lee');
    expect(sold).toBe(0);
    const promise = 'It is with you within two days, or you have your money back.';
    expect(promiseOf(says)).toEqual([JSON.stringify({ headline: 'Your order is late', promise })]);
    const [mail, ...others] = await wend.messagesTo('lee');
    expect(others).toEqual([]);
    expect(mail).toMatchObject({
      channel: 'email',
      topic: 'service',
      content: { subject: 'Your order is late' },
    });
    expect(mail?.content['body']).toContain(promise);
  });

  it('is made good at once when it arrives: selling is back the same moment', async () => {
    await wend.setClock('2027-01-12T10:00:00Z');
    await order('lee', 'o-2');
    await carrier('order.late', 'o-2', { daysLate: 2 });
    expect((await everywhere('lee')).sold).toBe(0);
    await carrier('order.delivered', 'o-2');
    const { says, sold } = await everywhere('lee');
    expect(sold).toBe(ALL_SOLD);
    expect(JSON.stringify(says)).not.toContain('late');
    expect(await wend.story('lee')).toEqual([
      'journey entered: delivery-watch',
      'problem opened: order-late',
      'journey entered: make-it-right',
      'message requested: mail',
      'problem closed: order-late',
      'journey goal: delivery-watch',
      'journey exited: delivery-watch',
      'journey goal: make-it-right',
      'journey exited: make-it-right',
    ]);
    expect((await wend.person('lee')).problems).toMatchObject([
      { problemId: 'order-late', closedAt: expect.any(String) },
    ]);
  });

  it('is none any more where the carrier takes it back, and older news changes nothing', async () => {
    await wend.setClock('2027-01-12T10:00:00Z');
    await order('lee', 'o-3');
    await wend.advance('PT2H');
    await carrier('order.late', 'o-3', { daysLate: 2 }, '2027-01-12T11:00:00Z');
    await carrier('order.late', 'o-3', { daysLate: 0 }, '2027-01-12T11:30:00Z');
    await carrier('order.late', 'o-3', { daysLate: 3 }, '2027-01-12T11:15:00Z');
    expect((await everywhere('lee')).sold).toBe(ALL_SOLD);
  });

  it('is noticed without anybody saying so, five days on', async () => {
    await wend.setClock('2027-01-12T10:00:00Z');
    await order('lee', 'o-4');
    await wend.advance('P4D');
    expect((await everywhere('lee')).sold).toBe(ALL_SOLD);
    await wend.advance('P2D');
    const { says, sold } = await everywhere('lee');
    expect(sold).toBe(0);
    expect(JSON.stringify(says)).toContain('We have asked the carrier');
    await carrier('order.delivered', 'o-4');
    expect((await everywhere('lee')).sold).toBe(ALL_SOLD);
  });

  it('is not overdue where it was delivered or cancelled', async () => {
    await wend.setClock('2027-01-12T10:00:00Z');
    await order('lee', 'o-5');
    await order('kai', 'o-6');
    await carrier('order.delivered', 'o-5');
    await wend.track('kai', 'Order Cancelled', { order_id: 'o-6' });
    await wend.advance('P10D');
    expect((await everywhere('lee')).sold).toBe(ALL_SOLD);
    expect((await everywhere('kai')).sold).toBe(ALL_SOLD);
    expect(await wend.messagesTo('lee')).toEqual([]);
  });

  it('concerns its own customer and no other', async () => {
    await order('lee', 'o-7');
    await order('kai', 'o-8');
    await carrier('order.late', 'o-7', { daysLate: 1 });
    expect((await everywhere('lee')).sold).toBe(0);
    expect((await everywhere('kai')).sold).toBe(ALL_SOLD);
  });
});

describe('a return that is stuck', () => {
  it('is noticed after ten days, and nothing is sold until the money is back', async () => {
    await wend.setClock('2027-01-12T10:00:00Z');
    await wend.track('lee', 'Return Sent', { returnId: 'r-1' });
    await wend.advance('P9D');
    expect((await everywhere('lee')).sold).toBe(ALL_SOLD);
    await wend.advance('P2D');
    const { says, sold } = await everywhere('lee');
    expect(sold).toBe(0);
    expect(promiseOf(says)).toHaveLength(1);
    expect(JSON.stringify(says)).toContain('Your return is taking too long');
    await wend.track('lee', 'Return Settled', { returnId: 'r-1' });
    await wend.settle();
    expect((await everywhere('lee')).sold).toBe(ALL_SOLD);
  });

  it('that was settled in time is no problem', async () => {
    await wend.track('lee', 'Return Sent', { returnId: 'r-2' });
    await wend.advance('P5D');
    await wend.track('lee', 'Return Settled', { returnId: 'r-2' });
    await wend.advance('P20D');
    expect((await wend.person('lee')).problems).toEqual([]);
    expect(await wend.messagesTo('lee')).toEqual([]);
  });

  it('beside a late order keeps selling off until both are solved', async () => {
    await wend.setClock('2027-01-12T10:00:00Z');
    await order('lee', 'o-9');
    await wend.track('lee', 'Return Sent', { returnId: 'r-3' });
    await carrier('order.late', 'o-9', { daysLate: 1 });
    await wend.advance('P11D');
    await carrier('order.delivered', 'o-9');
    const { says, sold } = await everywhere('lee');
    expect(sold).toBe(0);
    expect(JSON.stringify(says)).toContain('Your return is taking too long');
    await wend.track('lee', 'Return Settled', { returnId: 'r-3' });
    await wend.settle();
    expect((await everywhere('lee')).sold).toBe(ALL_SOLD);
  });
});

describe('the promise', () => {
  it('that is not kept within two days becomes somebody’s work, which ends with the problem', async () => {
    await wend.setClock('2027-01-12T10:00:00Z');
    await order('lee', 'o-10');
    await carrier('order.late', 'o-10', { daysLate: 2 });
    await wend.advance('P1D');
    expect(await wend.openTasks()).toEqual([]);
    await wend.advance('P1D');
    const tasks = await wend.openTasks();
    expect(tasks).toMatchObject([{ queue: 'service' }]);
    expect(tasks[0]?.summary).toContain('order-late o-10');
    await carrier('order.delivered', 'o-10');
    expect(await wend.openTasks()).toEqual([]);
  });

  it('is on the site at night, and in the mail in the morning, unless it is solved by then', async () => {
    await wend.setClock('2027-01-12T10:00:00Z');
    await order('lee', 'o-11');
    await order('kai', 'o-12');
    await wend.setClock('2027-01-12T22:30:00Z');
    await carrier('order.late', 'o-11', { daysLate: 2 });
    await carrier('order.late', 'o-12', { daysLate: 2 });
    expect((await everywhere('lee')).sold).toBe(0);
    expect(await wend.messagesTo('lee')).toEqual([]);
    await carrier('order.delivered', 'o-12');
    await wend.setClock('2027-01-13T08:00:00Z');
    expect(await wend.messagesTo('lee')).toHaveLength(1);
    expect(await wend.messagesTo('kai')).toEqual([]);
  });
});

describe('mail that sells', () => {
  /** Looks at something: two hours later there are deals in the mail of all but the holdout. */
  const look = async (people: readonly string[]): Promise<void> => {
    for (const userId of people) await wend.track(userId, 'Product Viewed', { product_id: 'SHOES' });
    await wend.advance('PT3H');
  };
  const dealsTo = async (userId: string) =>
    (await wend.messagesTo(userId)).filter(({ topic }) => topic === 'deals');

  it('is not sent while a problem is open, and is sent again once it is solved', async () => {
    await wend.setClock('2027-01-12T09:00:00Z');
    const people = ['m-1', 'm-2', 'm-3', 'm-4', 'm-5', 'm-6'];
    for (const userId of people) {
      await order(userId, `o-${userId}`);
      await carrier('order.late', `o-${userId}`, { daysLate: 1 });
    }
    await look(people);
    for (const userId of people) expect(await dealsTo(userId)).toEqual([]);
    for (const userId of people) await carrier('order.delivered', `o-${userId}`);
    await wend.setClock('2027-01-14T09:00:00Z');
    for (const userId of people) expect(await dealsTo(userId)).toEqual([]);
    await look(people);
    for (const userId of people) {
      const deals = (await wend.journeysOf(userId)).find(({ journeyId }) => journeyId === 'deals-by-mail');
      expect(await dealsTo(userId)).toHaveLength(deals?.holdout === true ? 0 : 1);
    }
    const sent = await Promise.all(people.map(dealsTo));
    expect(sent.flat().length).toBeGreaterThan(0);
  });

  it('that was on its way is stopped by a problem that opens meanwhile', async () => {
    await wend.setClock('2027-01-12T09:00:00Z');
    const people = ['m-1', 'm-2', 'm-3', 'm-4', 'm-5', 'm-6'];
    for (const userId of people) {
      await order(userId, `o-${userId}`);
      await wend.track(userId, 'Product Viewed', { product_id: 'SHOES' });
    }
    await wend.advance('PT1H');
    for (const userId of people) await carrier('order.late', `o-${userId}`, { daysLate: 1 });
    await wend.advance('PT4H');
    for (const userId of people) expect(await dealsTo(userId)).toEqual([]);
  });
});

it('the README’s examples do what they say', async () => {
  const printed = await runReadme('unresolved', wend.url());
  expect(printed).toContain('It is with you within two days');
  expect(printed).toContain('Deals of the week');
});
