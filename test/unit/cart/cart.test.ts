import { describe, expect, it } from 'vitest';
import { cartOf } from '../../../lib/domain/cart/cart-log.ts';
import type { JsonObject } from '../../../lib/domain/json.ts';
import { event, START, visitorOf } from '../visitor/people.ts';

/** A cart after these events, a second apart. */
const cartAfter = (...steps: readonly (readonly [name: string, properties: JsonObject])[]) => {
  const events = steps.map(([name, properties], index) => {
    return event({ messageId: `m-${index}`, at: START + index * 1000, name, properties });
  });
  return cartOf(visitorOf(events).state.cart);
};

const shoe = { product_id: 'shoe', price: 49.9, variant: 'red' };
const quantities = (cart: ReturnType<typeof cartAfter>) => cart?.lines.map(({ quantity }) => quantity);

describe('a cart', () => {
  it('that nobody named takes its id from its first message', () => {
    expect(cartAfter(['Product Added', shoe], ['Product Added', shoe])?.id).toBe('m-0');
    expect(cartAfter(['Product Added', shoe], ['Order Completed', {}], ['Product Added', shoe])?.id).toBe(
      'm-2',
    );
  });

  it('keeps a long messageId whole as its id', () => {
    const messageId = 'm'.repeat(255);
    const { cart } = visitorOf([event({ messageId, name: 'Product Added', properties: shoe })]).state;
    expect(cartOf(cart)?.id).toBe(messageId);
  });

  it('keeps its id when its lines are replaced without naming it', () => {
    expect(
      cartAfter(['Product Added', { ...shoe, cart_id: 'c' }], ['Cart Updated', { products: [shoe] }])?.id,
    ).toBe('c');
  });

  it('adds up a product of the same variant and price, in minor units', () => {
    const cart = cartAfter(['Product Added', { ...shoe, quantity: 2 }], ['Product Added', shoe]);
    expect(cart?.lines).toMatchObject([{ sku: 'shoe', quantity: 3, unitPrice: 4990 }]);
  });

  it('has a line of its own for another price, variant or cart_line_id', () => {
    const cart = cartAfter(
      ['Product Added', shoe],
      ['Product Added', { ...shoe, price: 40 }],
      ['Product Added', { ...shoe, variant: 'blue' }],
      ['Product Added', { ...shoe, cart_line_id: 'gift' }],
    );
    expect(quantities(cart)).toEqual([1, 1, 1, 1]);
  });

  it('loses what is taken off, and the line when nothing is left of it', () => {
    const two = ['Product Added', { ...shoe, quantity: 2 }] as const;
    expect(quantities(cartAfter(two, ['Product Removed', shoe]))).toEqual([1]);
    expect(quantities(cartAfter(two, ['Product Removed', { ...shoe, quantity: 5 }]))).toEqual([]);
    expect(quantities(cartAfter(two, ['Product Removed', { product_id: 'shoe', variant: 'red' }]))).toEqual([
      1,
    ]);
  });

  it('is not made by taking something off one that nobody named', () => {
    expect(cartAfter(['Product Removed', shoe])).toBeNull();
  });

  it('gives way to one of another id', () => {
    const cart = cartAfter(
      ['Product Added', { ...shoe, cart_id: 'c' }],
      ['Product Added', { ...shoe, cart_id: 'd' }],
    );
    expect(cart).toMatchObject({ id: 'd', lines: [{ quantity: 1 }] });
    const emptied = cartAfter(
      ['Product Added', { ...shoe, cart_id: 'c' }],
      ['Product Removed', { ...shoe, cart_id: 'd' }],
    );
    expect(emptied).toMatchObject({ id: 'd', lines: [] });
  });

  it.each(['Cart Updated', 'Cart Viewed', 'Checkout Started'])('is what %s says', (name) => {
    const cart = cartAfter(
      ['Product Added', shoe],
      [name, { products: [{ product_id: 'hat', price: '12' }] }],
    );
    expect(cart?.lines).toMatchObject([{ sku: 'hat', unitPrice: 1200, quantity: 1 }]);
    expect(quantities(cartAfter(['Product Added', shoe], [name, {}]))).toEqual([1]);
  });

  it('is emptied by an order that names it or none, and by no other', () => {
    const added = ['Product Added', { ...shoe, cart_id: 'c' }] as const;
    expect(cartAfter(added, ['Order Completed', { cart_id: 'c' }])).toBeNull();
    expect(cartAfter(added, ['Order Completed', {}])).toBeNull();
    expect(cartAfter(added, ['Order Completed', { cart_id: 'other' }])?.id).toBe('c');
  });

  it('ignores a price, a quantity or a product that can not be read', () => {
    const odd = [{ price: 'free' }, { price: Number.NaN }, { price: -1 }, { price: 1e308 }, { quantity: -1 }];
    for (const broken of odd) expect(cartAfter(['Product Added', { ...shoe, ...broken }])).toBeNull();
    expect(cartAfter(['Product Added', { price: 5 }])).toBeNull();
  });

  it('takes a price of null for one that was not told', () => {
    expect(cartAfter(['Product Added', { ...shoe, price: null }])?.lines).toMatchObject([{ unitPrice: 0 }]);
  });

  it('starts anew in another currency, with its decimals', () => {
    const cart = cartAfter(
      ['Product Added', shoe],
      ['Product Added', { ...shoe, price: 500, currency: 'JPY' }],
    );
    expect(cart).toMatchObject({ currency: 'JPY', lines: [{ unitPrice: 500, quantity: 1 }] });
  });
});

describe('an order', () => {
  const ordersAfter = (...steps: readonly (readonly [name: string, properties: JsonObject])[]) => {
    const events = steps.map(([name, properties], index) =>
      event({ messageId: `o-${index}`, at: START + index, name, properties }),
    );
    return visitorOf(events).state.orders;
  };

  it('counts once per order_id, else once per message', () => {
    expect(
      ordersAfter(
        ['Order Completed', { order_id: '1', revenue: 5 }],
        ['Order Completed', { order_id: '1', revenue: 7 }],
      ),
    ).toMatchObject({
      count: 1,
      revenue: 700,
    });
    expect(
      ordersAfter(['Order Completed', { revenue: 5 }], ['Order Completed', { revenue: 7 }]),
    ).toMatchObject({
      count: 2,
      revenue: 1200,
    });
  });

  it('is worth its revenue, else its total, else the sum of its products', () => {
    const products = [{ product_id: 'a', price: 1.005, quantity: 2 }];
    expect(ordersAfter(['Order Completed', { revenue: 5, total: 6, products }]).revenue).toBe(500);
    expect(ordersAfter(['Order Completed', { total: 6, products }]).revenue).toBe(600);
    expect(ordersAfter(['Order Completed', { products }]).revenue).toBe(202);
  });

  it('is worth less after a refund, and no less than nothing', () => {
    const order = ['Order Completed', { order_id: '1', revenue: 50 }] as const;
    const refund = (properties: JsonObject) =>
      ordersAfter(order, ['Order Refunded', { order_id: '1', ...properties }]);
    expect(refund({ total: 20 })).toMatchObject({ count: 1, revenue: 3000 });
    expect(refund({ total: 80 })).toMatchObject({ count: 1, revenue: 0 });
    expect(refund({})).toMatchObject({ count: 1, revenue: 0 });
    expect(refund({ products: [{ product_id: 'a', price: 10 }] })).toMatchObject({ revenue: 4000 });
  });

  it('is not refunded in full by an amount that can not be read', () => {
    const order = ['Order Completed', { order_id: '1', revenue: 50 }] as const;
    expect(ordersAfter(order, ['Order Refunded', { order_id: '1', total: 'some' }]).revenue).toBe(5000);
    expect(ordersAfter(order, ['Order Refunded', { order_id: '1', total: -20 }]).revenue).toBe(5000);
  });

  it('does not count once cancelled, even where the cancellation came first', () => {
    const order = ['Order Completed', { order_id: '1', revenue: 50 }] as const;
    const cancel = ['Order Cancelled', { order_id: '1' }] as const;
    expect(ordersAfter(order, cancel)).toMatchObject({ count: 0, revenue: 0 });
    expect(ordersAfter(cancel, order)).toMatchObject({ count: 0, revenue: 0 });
  });

  it('in another currency is kept and counted, not summed', () => {
    expect(
      ordersAfter(
        ['Order Completed', { order_id: '1', revenue: 50, currency: 'USD' }],
        ['Order Completed', { revenue: 5 }],
      ),
    ).toMatchObject({ count: 2, summed: 1, revenue: 500 });
  });
});
