import { describe, expect, it } from 'vitest';
import { fresh, minutesAgo, pathsOf, serviceForFile } from './client.ts';

const wend = serviceForFile([{ kind: 'settings', id: 'settings', currency: 'EUR' }]);

/** Plays events of one visitor, a minute apart in the order given, and answers the visitor. */
const play = async (events: readonly (readonly [event: string, properties: object])[], reverse = false) => {
  const userId = fresh('u');
  const batch = events.map(([event, properties], index) => ({
    type: 'track',
    event,
    properties,
    userId,
    messageId: `${userId}-${index}`,
    timestamp: minutesAgo(events.length - index),
  }));
  expect(await wend.batch(reverse ? batch.toReversed() : batch)).toEqual({ success: true });
  return wend.settled(`user:${userId}`);
};

const product = (id: string, price: number | string, rest: object = {}) => ({
  product_id: id,
  price,
  ...rest,
});

describe('a cart', () => {
  it('grows by Product Added, by one where no quantity is named, and shrinks by Product Removed', async () => {
    const visitor = await play([
      [
        'Product Added',
        product('hat', 19.99, { cart_id: 'c1', name: 'Hat', category: 'hats', sku: 'HAT-1' }),
      ],
      ['Product Added', product('hat', 19.99, { cart_id: 'c1', quantity: 2 })],
      ['Product Added', product('sock', '5.50', { cart_id: 'c1', quantity: '3' })],
      ['Product Removed', product('sock', 5.5, { cart_id: 'c1', quantity: 1 })],
    ]);
    expect(visitor.cart).toMatchObject({
      id: 'c1',
      currency: 'EUR',
      itemCount: 5,
      total: 3 * 1999 + 2 * 550,
      lines: [
        { quantity: 3, unitPrice: 1999, name: 'Hat', category: 'hats' },
        { sku: 'sock', quantity: 2, unitPrice: 550 },
      ],
    });
  });

  it('keeps what differs in variant or price, or has a line id of its own, apart', async () => {
    const visitor = await play([
      ['Product Added', product('hat', 20, { variant: 'red' })],
      ['Product Added', product('hat', 20, { variant: 'blue' })],
      ['Product Added', product('hat', 25, { variant: 'blue' })],
      ['Product Added', product('hat', 25, { variant: 'blue', cart_line_id: 'gift' })],
      ['Product Added', product('hat', 20, { variant: 'red' })],
    ]);
    expect(visitor.cart?.['lines']).toMatchObject([
      { variant: 'red', quantity: 2 },
      { variant: 'blue', unitPrice: 2000, quantity: 1 },
      { variant: 'blue', unitPrice: 2500, quantity: 1 },
      { id: 'gift', quantity: 1 },
    ]);
  });

  it.each(['Cart Updated', 'Cart Viewed', 'Checkout Started'])(
    'has all its lines replaced by %s',
    async (event) => {
      const visitor = await play([
        ['Product Added', product('hat', 20, { cart_id: 'c1' })],
        [event, { cart_id: 'c1', products: [product('sock', 5, { quantity: 4 })] }],
      ]);
      expect(visitor.cart).toMatchObject({ id: 'c1', total: 2000, itemCount: 4, lines: [{ sku: 'sock' }] });
    },
  );

  it('stays as it is where Cart Viewed or Checkout Started names no products', async () => {
    const visitor = await play([
      ['Product Added', product('hat', 20)],
      ['Cart Viewed', {}],
      ['Checkout Started', { value: 20 }],
    ]);
    expect(visitor.cart).toMatchObject({ total: 2000 });
  });

  it('has an id of its own without cart_id, and another cart_id starts a new one', async () => {
    const first = await play([
      ['Product Added', product('hat', 20)],
      ['Product Added', product('sock', 5)],
    ]);
    expect(first.cart?.['id']).toEqual(expect.stringMatching(/.+/));
    expect(first.cart).toMatchObject({ itemCount: 2 });
    const second = await play([
      ['Product Added', product('hat', 20, { cart_id: 'c1' })],
      ['Product Added', product('sock', 5, { cart_id: 'c2' })],
    ]);
    expect(second.cart).toMatchObject({ id: 'c2', itemCount: 1 });
  });

  it('is emptied by an order that names it or none, and by no other', async () => {
    const added = ['Product Added', product('hat', 20, { cart_id: 'c1' })] as const;
    expect(
      (await play([added, ['Order Completed', { order_id: fresh('o'), cart_id: 'c1' }]])).cart,
    ).toBeNull();
    expect((await play([added, ['Order Completed', { order_id: fresh('o') }]])).cart).toBeNull();
    const other = await play([added, ['Order Completed', { order_id: fresh('o'), cart_id: 'c0' }]]);
    expect(other.cart).toMatchObject({ id: 'c1', itemCount: 1 });
  });

  it('is the same in whatever order the events arrive', async () => {
    const events = [
      ['Product Added', product('hat', 20, { cart_id: 'c1' })],
      ['Product Added', product('sock', 5, { cart_id: 'c1', quantity: 2 })],
      ['Product Removed', product('hat', 20, { cart_id: 'c1' })],
      ['Order Completed', { order_id: fresh('o'), cart_id: 'c1', revenue: 10 }],
      ['Product Added', product('shoe', 80, { cart_id: 'c2' })],
    ] as const;
    const [forwards, backwards] = [await play(events), await play(events, true)];
    const cart = { id: 'c2', total: 8000, lines: [{ sku: 'shoe' }] };
    expect(forwards.cart).toMatchObject(cart);
    expect(backwards.cart).toMatchObject(cart);
    expect(backwards.stats.revenue).toBe(1000);
  });

  it('of another currency has its own minor units', async () => {
    const yen = await play([['Product Added', product('hat', 1999, { currency: 'JPY' })]]);
    expect(yen.cart).toMatchObject({ currency: 'JPY', total: 1999 });
    const dinar = await play([['Product Added', product('hat', 1.5, { currency: 'kwd' })]]);
    expect(dinar.cart).toMatchObject({ currency: 'KWD', total: 1500 });
  });
});

describe('an order', () => {
  it('counts once per order_id, however often it is told', async () => {
    const orderId = fresh('o');
    const visitor = await play([
      ['Order Completed', { order_id: orderId, revenue: 25.0, total: 30 }],
      ['Order Completed', { order_id: orderId, revenue: 25.0, total: 30 }],
      ['Order Completed', { order_id: fresh('o'), total: 30 }],
      [
        'Order Completed',
        { order_id: fresh('o'), products: [product('hat', 20, { quantity: 2 }), product('x', 1)] },
      ],
      ['Order Completed', {}],
    ]);
    expect(visitor.stats).toMatchObject({ orders: 4, revenue: 2500 + 3000 + 4100, averageOrder: 2400 });
    expect(visitor.orders).toHaveLength(4);
    expect(visitor.stats.lastOrderAt).not.toBeNull();
  });

  it('is lowered by refunds and taken off by a cancellation, whichever arrives first', async () => {
    const [kept, refunded, cancelled, gone] = [fresh('o'), fresh('o'), fresh('o'), fresh('o')];
    const events = [
      ['Order Completed', { order_id: kept, revenue: 100 }],
      ['Order Completed', { order_id: refunded, revenue: 100 }],
      ['Order Completed', { order_id: cancelled, revenue: 100 }],
      ['Order Completed', { order_id: gone, revenue: 100 }],
      ['Order Refunded', { order_id: refunded, total: 30 }],
      ['Order Refunded', { order_id: refunded, products: [product('hat', 5, { quantity: 2 })] }],
      ['Order Refunded', { order_id: gone }],
      ['Order Cancelled', { order_id: cancelled }],
    ] as const;
    for (const visitor of [await play(events), await play(events, true)]) {
      expect(visitor.stats).toMatchObject({ orders: 3, revenue: 10_000 + 6000 });
      const status = new Map(visitor.orders.map((order) => [order['orderId'], order['status']]));
      expect(status.get(kept)).toBe('completed');
      expect(status.get(refunded)).toBe('partly-refunded');
      expect(status.get(gone)).toBe('refunded');
      expect(status.get(cancelled)).toBe('cancelled');
    }
  });

  it('in another currency is kept, not summed', async () => {
    const visitor = await play([
      ['Order Completed', { order_id: fresh('o'), revenue: 10 }],
      ['Order Completed', { order_id: fresh('o'), revenue: 5000, currency: 'JPY' }],
    ]);
    expect(visitor.stats).toMatchObject({ orders: 2, revenue: 1000, averageOrder: 1000 });
    expect(visitor.orders.map((order) => [order['currency'], order['revenue']]).sort()).toEqual([
      ['EUR', 1000],
      ['JPY', 5000],
    ]);
  });

  it('has exact money: the shortest decimal, rounded half away from zero', async () => {
    const revenueOf = async (revenue: unknown): Promise<number> =>
      (await play([['Order Completed', { order_id: fresh('o'), revenue }]])).stats.revenue;
    expect(await revenueOf(1.005)).toBe(101);
    expect(await revenueOf(0.1 + 0.2)).toBe(30);
    expect(await revenueOf('19.99')).toBe(1999);
    expect(await revenueOf(1e-7)).toBe(0);
    expect(await revenueOf('9999999999.99')).toBe(999_999_999_999);
  });
});

describe('money that is none is rejected with its path, never silently ignored', () => {
  it.each<[string, object, string]>([
    ['Product Added', { product_id: 'p', price: 'ten' }, 'properties.price'],
    ['Product Added', { product_id: 'p', price: 1e308 }, 'properties.price'],
    ['Product Added', { product_id: 'p', price: 1e11 }, 'properties.price'],
    ['Product Added', { product_id: 'p', price: -1 }, 'properties.price'],
    ['Product Added', { product_id: 'p', price: true }, 'properties.price'],
    ['Product Added', { product_id: 'p', price: [] }, 'properties.price'],
    ['Product Added', { product_id: 'p', price: 1, quantity: 1e308 }, 'properties.quantity'],
    ['Product Added', { product_id: 'p', price: 1, quantity: 'many' }, 'properties.quantity'],
    ['Product Added', { product_id: 'p', price: 1, quantity: 1.5 }, 'properties.quantity'],
    ['Product Removed', { product_id: 'p', quantity: -3 }, 'properties.quantity'],
    ['Product Viewed', { product_id: 'p', price: 1e308 }, 'properties.price'],
    ['Product Added', { product_id: {}, price: 1 }, 'properties.product_id'],
    ['Order Completed', { order_id: ['o'], revenue: 1 }, 'properties.order_id'],
    ['Cart Updated', { products: Array.from({ length: 501 }, () => ({ sku: 's' })) }, 'properties.products'],
    ['Cart Updated', { products: [{ product_id: 'p', price: 'x' }] }, 'properties.products[0].price'],
    ['Cart Updated', { products: 'all' }, 'properties.products'],
    ['Cart Viewed', { products: [5] }, 'properties.products[0]'],
    [
      'Checkout Started',
      {
        products: [
          { sku: 'a', price: 1 },
          { sku: 'b', price: 1, quantity: {} },
        ],
      },
      'properties.products[1].quantity',
    ],
    ['Order Completed', { order_id: 'o', revenue: 'Infinity' }, 'properties.revenue'],
    ['Order Completed', { order_id: 'o', revenue: 1e308 }, 'properties.revenue'],
    ['Order Completed', { order_id: 'o', total: {} }, 'properties.total'],
    [
      'Order Completed',
      { order_id: 'o', products: [{ sku: 'a', price: 1e9, quantity: 1e6 }] },
      'properties.products',
    ],
    ['Order Refunded', { order_id: 'o', total: -5 }, 'properties.total'],
    ['Order Completed', { order_id: 'o', currency: 'XXX', revenue: 1 }, 'properties.currency'],
    ['Order Completed', { order_id: 'o', currency: 'Euro', revenue: 1 }, 'properties.currency'],
  ])('%s %.60j', async (event, properties, path) => {
    const userId = fresh('u');
    const answer = await wend.post('/v1/track', { event, properties, userId });
    expect([answer.status, pathsOf(answer)]).toEqual([400, [path]]);
    const { rejected } = await wend.batch([
      { type: 'track', event, properties, userId, messageId: 'bad' },
      { type: 'page', userId },
    ]);
    expect(rejected).toEqual([
      { index: 0, messageId: 'bad', errors: [{ path, message: expect.any(String) }] },
    ]);
    const inline = await wend.post('/v1/decide', { userId, events: [{ type: 'track', event, properties }] });
    expect([inline.status, pathsOf(inline)]).toEqual([400, [`events[0].${path}`]]);
  });

  it('absent or null, or in events that mean nothing to a cart, is nobody’s business', async () => {
    const userId = fresh('u');
    const { rejected } = await wend.batch([
      {
        type: 'track',
        event: 'Product Added',
        userId,
        properties: { sku: 's', price: null, quantity: null },
      },
      { type: 'track', event: 'Product Viewed', userId, properties: { price: 'on request', quantity: -1 } },
      { type: 'track', event: 'My Own', userId, properties: { revenue: 'a lot', products: 7 } },
      { type: 'page', userId, properties: { price: 'x' } },
      { type: 'track', event: 'Product Added', userId, properties: { price: 5 } },
      { type: 'track', event: 'Order Refunded', userId },
    ]);
    expect(rejected).toBeUndefined();
    expect((await wend.settled(`user:${userId}`)).cart).toMatchObject({ itemCount: 1, total: 0 });
  });
});
