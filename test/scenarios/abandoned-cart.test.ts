import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { oneOfEach, runReadme, scenario } from './scenario.ts';

const wend = scenario('abandoned-cart');

const EVENING = '2027-01-12T19:00:00Z';
const NEXT_MORNING = '2027-01-13T06:30:00Z';

const add = async (userId: string, price: number, rest: object = {}): Promise<void> => {
  await wend.track(userId, 'Product Added', {
    cart_id: `cart-of-${userId}`,
    product_id: 'LAMP',
    name: 'Desk lamp',
    category: 'lamps',
    price,
    quantity: 1,
    currency: 'EUR',
    ...rest,
  });
};

const order = (userId: string) =>
  wend.track(userId, 'Order Completed', {
    order_id: `order-of-${userId}`,
    cart_id: `cart-of-${userId}`,
    revenue: 89,
    currency: 'EUR',
  });

/** A publishable key of the news site: it may ask for its sidebar and knows its own readers only. */
const partnerKey = async (): Promise<string> => {
  const answer = await wend.post(
    '/v1/keys',
    { kind: 'publishable', partner: 'news', placements: ['partner.news.sidebar'] },
    { key: 'ak_local' },
  );
  return z.object({ key: z.string() }).parse(answer.body).key;
};

/** The shop's server joins the partner's reader to its customer, who agreed to that. */
const joinReader = async (userId: string, reader: string, agreed = true): Promise<void> => {
  const context = { consent: { categoryPreferences: { partner: agreed } } };
  await wend.batch([
    { type: 'identify', userId, context },
    { type: 'alias', previousId: `news:${reader}`, userId },
  ]);
  await wend.settle();
};

/** What a reader sees beside the news. */
const sidebar = async (key: string, reader: string): Promise<unknown> => {
  const answer = await wend.post(
    '/v1/decide',
    { anonymousId: reader, placements: ['partner.news.sidebar'] },
    { key },
  );
  const { placements } = z
    .strictObject({
      placements: z.record(z.string(), z.object({ items: z.array(z.looseObject({ content: z.unknown() })) })),
    })
    .parse(answer.body);
  return placements['partner.news.sidebar']?.items[0]?.content;
};

const REMINDER = { headline: 'Your Desk lamp is still here', body: 'It waits in your cart.', link: '/cart' };
const SWEETENER = { headline: 'Your Desk lamp is still here, for 10% less' };
const NOTHING = { headline: 'New this week', link: '/new' };

/** Somebody whom the holdout leaves in, and somebody whom it holds, who left a cart of this price. */
const leaveCarts = (price: number) =>
  oneOfEach(wend, 'abandoned-cart', 'reader', (userId) => add(userId, price));

describe('a cart that was left', () => {
  it('is remembered the next day, as its owner opens the news on a partner’s site', async () => {
    await wend.setClock(EVENING);
    const key = await partnerKey();
    const { treated, heldOut } = await leaveCarts(39);
    await joinReader(treated, 'n-1');
    await joinReader(heldOut, 'n-2');
    await wend.advance('PT3H');
    expect(await sidebar(key, 'n-1')).toEqual(NOTHING);
    await wend.setClock(NEXT_MORNING);
    expect(await sidebar(key, 'n-1')).toEqual(REMINDER);
    expect(await wend.sees(treated, 'home.hero')).toEqual(REMINDER);
    // The holdout is counted, and sees neither.
    expect(await sidebar(key, 'n-2')).toEqual(NOTHING);
    // A reader whom nobody joined is a stranger.
    expect(await sidebar(key, 'n-3')).toEqual(NOTHING);
    expect(await wend.heldGrants(treated)).toEqual([]);
  });

  it('gets a sweetener where it is worth it, which is in the cart by itself', async () => {
    await wend.setClock(EVENING);
    const key = await partnerKey();
    const { treated, heldOut } = await leaveCarts(89);
    await joinReader(treated, 'n-1');
    await joinReader(heldOut, 'n-2');
    await wend.setClock(NEXT_MORNING);
    expect(await sidebar(key, 'n-1')).toMatchObject(SWEETENER);
    expect(await wend.heldGrants(treated)).toMatchObject([{ offerId: 'comeback-10' }]);
    const { cart } = await wend.decide({ userId: treated });
    expect(cart?.applied).toMatchObject([{ offerId: 'comeback-10', amount: 890 }]);
    expect(cart?.total).toBe(8010);
    expect(await wend.heldGrants(heldOut)).toEqual([]);
    expect((await wend.decide({ userId: heldOut })).cart?.applied).toEqual([]);
    // After two days the discount is gone; the reminder went with it.
    await wend.advance('P2D');
    expect((await wend.decide({ userId: treated })).cart?.applied).toEqual([]);
    expect(await sidebar(key, 'n-1')).toEqual(NOTHING);
  });

  it('gives the sweetener to one order, and takes it back with the goal of another', async () => {
    await wend.setClock(EVENING);
    const { treated } = await leaveCarts(89);
    await wend.setClock(NEXT_MORNING);
    const cart = {
      currency: 'EUR',
      lines: [{ id: 'l', sku: 'LAMP', quantity: 1, unitPrice: 8900 }],
    };
    expect((await wend.hold('first', treated, { cart })).body).toMatchObject({
      cart: { total: 8010 },
      holds: [{ offerId: 'comeback-10', amount: 890, state: 'held' }],
    });
    // It is held by that order: another one of theirs has to do without.
    expect((await wend.hold('second', treated, { cart })).body).toMatchObject({ holds: [] });
    await wend.cancel('first');
    expect((await wend.hold('third', treated, { cart })).body).toMatchObject({
      holds: [{ offerId: 'comeback-10' }],
    });
    // Whoever pays by telling of the order has it committed.
    await wend.track(treated, 'Order Completed', { order_id: 'third', revenue: 80.1, currency: 'EUR' });
    await wend.settle();
    expect((await wend.get('/v1/redemptions/third')).body).toMatchObject({ status: 'committed' });
    expect(await wend.heldGrants(treated)).toEqual([]);
    expect((await wend.hold('fourth', treated, { cart })).body).toMatchObject({ holds: [] });
    expect((await wend.decide({ userId: treated, cart })).cart?.applied).toEqual([]);
  });

  it('is worth it or not by what is in it in the morning', async () => {
    await wend.setClock(EVENING);
    const { treated } = await leaveCarts(39);
    await add(treated, 79, { product_id: 'LAMP-2', name: 'Floor lamp' });
    await wend.setClock(NEXT_MORNING);
    expect(await wend.sees(treated, 'home.hero')).toMatchObject(SWEETENER);
    expect(await wend.heldGrants(treated)).toMatchObject([{ offerId: 'comeback-10' }]);
  });

  it('starts its wait anew when something is put into it', async () => {
    await wend.setClock('2027-01-12T04:40:00Z');
    const { treated } = await leaveCarts(39);
    for (let times = 0; times < 4; times += 1) {
      await wend.advance('PT40M');
      await wend.track(treated, 'Cart Updated', {
        cart_id: `cart-of-${treated}`,
        products: [{ product_id: 'LAMP', name: 'Desk lamp', price: 39, quantity: 1 }],
      });
      await wend.settle();
      expect(await wend.journeysOf(treated)).toMatchObject([{ stepId: 'quiet' }]);
    }
    await wend.advance('PT46M');
    expect(await wend.journeysOf(treated)).toMatchObject([{ stepId: 'next-day' }]);
  });
});

describe('whoever ordered meanwhile', () => {
  it('sees neither reminder nor sweetener', async () => {
    await wend.setClock(EVENING);
    const key = await partnerKey();
    const { treated } = await leaveCarts(89);
    await joinReader(treated, 'n-1');
    await wend.advance('PT2H');
    await order(treated);
    await wend.setClock(NEXT_MORNING);
    expect(await sidebar(key, 'n-1')).toEqual(NOTHING);
    expect(await wend.sees(treated, 'home.hero')).toMatchObject({ link: '/new' });
    expect(await wend.grantsOf(treated)).toEqual([]);
  });

  it('sees them no more, from the order on', async () => {
    await wend.setClock(EVENING);
    const key = await partnerKey();
    const { treated } = await leaveCarts(89);
    await joinReader(treated, 'n-1');
    await wend.setClock(NEXT_MORNING);
    expect(await sidebar(key, 'n-1')).toMatchObject(SWEETENER);
    await order(treated);
    await wend.settle();
    expect(await sidebar(key, 'n-1')).toEqual(NOTHING);
    expect(await wend.heldGrants(treated)).toEqual([]);
    expect(await wend.story(treated)).toEqual([
      'journey entered: abandoned-cart',
      'grant granted: comeback-10',
      'journey goal: abandoned-cart',
      'grant withdrawn: comeback-10',
      'journey exited: abandoned-cart',
    ]);
  });

  it('or emptied the cart sees neither', async () => {
    await wend.setClock(EVENING);
    const { treated } = await leaveCarts(89);
    await wend.track(treated, 'Product Removed', {
      cart_id: `cart-of-${treated}`,
      product_id: 'LAMP',
      price: 89,
      quantity: 1,
    });
    await wend.setClock(NEXT_MORNING);
    expect(await wend.sees(treated, 'home.hero')).toMatchObject({ link: '/new' });
    expect(await wend.grantsOf(treated)).toEqual([]);
  });
});

describe('on the partner’s site', () => {
  it('nothing of the person is shown without their consent, and nothing any more once it is withdrawn', async () => {
    await wend.setClock(EVENING);
    const key = await partnerKey();
    const { treated } = await leaveCarts(39);
    await joinReader(treated, 'n-1', false);
    await wend.setClock(NEXT_MORNING);
    expect(await sidebar(key, 'n-1')).toEqual(NOTHING);
    await joinReader(treated, 'n-1', true);
    expect(await sidebar(key, 'n-1')).toEqual(REMINDER);
    await joinReader(treated, 'n-1', false);
    expect(await sidebar(key, 'n-1')).toEqual(NOTHING);
  });

  it('the key may ask for its own place only', async () => {
    const key = await partnerKey();
    const answer = await wend.post('/v1/decide', { anonymousId: 'n-1', placements: ['home.hero'] }, { key });
    expect(answer.status).toBe(403);
  });
});

it('a cart filled before the log-in is the person’s, who is reminded wherever they are', async () => {
  await wend.setClock(EVENING);
  const properties = { cart_id: 'c-9', product_id: 'LAMP', name: 'Desk lamp', price: 39, currency: 'EUR' };
  for (let number = 1; number <= 8; number += 1) {
    const anonymousId = `phone-${number}`;
    await wend.post('/v1/track', {
      anonymousId,
      event: 'Product Added',
      properties: { ...properties, cart_id: `c-${number}` },
    });
    await wend.post('/v1/identify', { anonymousId, userId: `owner-${number}` });
  }
  await wend.setClock(NEXT_MORNING);
  const seen: unknown[] = [];
  for (let number = 1; number <= 8; number += 1) {
    const [journey] = await wend.journeysOf(`owner-${number}`);
    const content = await wend.sees(`owner-${number}`, 'home.hero');
    if (journey?.holdout === false) {
      expect(content).toEqual(REMINDER);
      seen.push(content);
    } else expect(content).toMatchObject({ link: '/new' });
  }
  expect(seen.length).toBeGreaterThan(0);
});

it('the README’s examples do what they say', async () => {
  const printed = await runReadme('abandoned-cart', wend.url());
  expect(printed).toContain('Your Desk lamp is still here, for 10% less');
});
