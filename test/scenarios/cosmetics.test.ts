import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { redemptionAnswerSchema } from '../../lib/contracts/http/redemptions.ts';
import { oneOfEach, oneTreated, runReadme, scenario } from './scenario.ts';

const wend = scenario('cosmetics');

const line = (sku: string, category: string, unitPrice: number, quantity = 1) => ({
  id: sku.toLowerCase(),
  sku,
  category,
  unitPrice,
  quantity,
});
const LIPSTICK = line('LIP-01', 'makeup', 1299);
const BLUSH = line('BLUSH-02', 'makeup', 1982);
const FOUNDATION = line('BASE-03', 'foundation', 3200);
const PERFUME = line('PERFUME-7', 'fragrance', 9000);
const cartOf = (...lines: readonly object[]) => ({ currency: 'EUR', shipping: 499, lines });

/** Looks at things of a category three times, as a browser that nobody knows. */
const looks = async (anonymousId: string, category: string): Promise<void> => {
  const properties = { product_id: 'P', category };
  await wend.batch(
    [1, 2, 3].map(() => ({ type: 'track', event: 'Product Viewed', anonymousId, properties })),
  );
  await wend.settle();
};

const heroOf = async (who: object): Promise<unknown> => {
  const { placements } = await wend.decide({ ...who, placements: ['home.hero'] });
  return placements['home.hero']?.items[0]?.experienceId;
};

/** Applied by themselves, with what each takes off. */
const appliedTo = async (who: object, cart: object) => {
  const { cart: priced } = await wend.decide({ ...who, cart });
  return { ...priced, applied: priced?.applied.map(({ offerId, amount }) => [offerId, amount]).sort() };
};

/** Why each offer did or did not apply, by its id. */
const whyNot = async (who: object, cart: object): Promise<Record<string, unknown>> => {
  const { explanation } = await wend.decide({ ...who, cart, options: { explain: true } });
  const { offers } = z
    .looseObject({ offers: z.array(z.looseObject({ offerId: z.string() })) })
    .parse(explanation);
  return Object.fromEntries(offers.map((offer) => [offer.offerId, offer]));
};

const hold = async (orderId: string, who: object, cart: object) =>
  redemptionAnswerSchema.parse((await wend.post('/v1/redemptions', { orderId, ...who, cart })).body);

const ordered = (userId: string, orderId: string, category: string) =>
  wend.track(userId, 'Order Completed', {
    order_id: orderId,
    revenue: 32,
    currency: 'EUR',
    products: [{ product_id: 'F-1', category, price: 32, quantity: 1 }],
  });

describe('when the site opens', () => {
  it('a visitor is shown the offer that goes with what they look at', async () => {
    await looks('browser-1', 'makeup');
    await looks('browser-2', 'skincare');
    expect(await heroOf({ anonymousId: 'browser-1' })).toBe('makeup-hero');
    expect(await heroOf({ anonymousId: 'browser-2' })).toBe('skincare-hero');
    expect(await heroOf({ anonymousId: 'browser-3' })).toBe('welcome-hero');
  });

  it('it is theirs on every device once they log in', async () => {
    await looks('browser-1', 'skincare');
    await wend.post('/v1/identify', { anonymousId: 'browser-1', userId: 'mia' });
    await wend.settle();
    expect(await heroOf({ userId: 'mia' })).toBe('skincare-hero');
    const routine = cartOf(line('CREAM', 'skincare', 2000), line('SERUM', 'skincare', 3000));
    expect((await appliedTo({ userId: 'mia' }, routine)).applied).toContainEqual(['skincare-routine', 750]);
  });

  it('the very look that makes it theirs may travel in the request', async () => {
    const event = { type: 'track', event: 'Product Viewed', properties: { category: 'makeup' } };
    const events = [1, 2, 3].map((n) => ({ ...event, messageId: `look-${n}` }));
    expect(await heroOf({ anonymousId: 'browser-1', events })).toBe('makeup-hero');
  });

  it('nothing is sold while a complaint is open', async () => {
    await wend.track('mia', 'Complaint Made', { complaintId: 'c-1' });
    await wend.settle();
    expect(await heroOf({ userId: 'mia' })).toBe('home');
    const cart = await appliedTo({ userId: 'mia' }, cartOf(LIPSTICK, BLUSH, FOUNDATION));
    expect(cart.applied).toEqual([]);
    await wend.track('mia', 'Complaint Resolved', { complaintId: 'c-1' });
    await wend.settle();
    expect((await appliedTo({ userId: 'mia' }, cartOf(LIPSTICK, BLUSH, FOUNDATION))).applied).not.toEqual([]);
  });
});

describe('coupons are in the cart already', () => {
  const lover = { anonymousId: 'browser-1' };
  const lips = { ...LIPSTICK, quantity: 2 };

  it('the best one, with what goes with it, and no code typed', async () => {
    await looks('browser-1', 'makeup');
    expect(await appliedTo(lover, cartOf(lips, BLUSH))).toMatchObject({
      applied: [
        ['makeup-duo', 650],
        ['mini-mascara', 0],
      ],
      gifts: [{ sku: 'MASCARA-MINI', quantity: 1 }],
      total: 4580 - 650 + 499,
    });
    expect(await appliedTo(lover, cartOf(lips, BLUSH, FOUNDATION))).toMatchObject({
      // Ten per cent of the whole are more by now.
      applied: [
        ['free-shipping', 499],
        ['mini-mascara', 0],
        ['welcome-10', 778],
      ],
      total: 7780 - 778,
    });
  });

  it('says why each other one did not apply, and what is missing', async () => {
    await looks('browser-1', 'makeup');
    const why = await whyNot(lover, cartOf(lips, BLUSH));
    expect(why).toMatchObject({
      'makeup-duo': { status: 'APPLIED', amount: 650 },
      'welcome-10': { status: 'BEATEN', by: 'makeup-duo', difference: 192 },
      'five-from-forty': { status: 'BEATEN', by: 'makeup-duo', difference: 150 },
      // 4.20 more unlock free shipping.
      'free-shipping': { status: 'INELIGIBLE', fact: 'cart.total', needed: 5000, actual: 4580, gap: 420 },
      'skincare-routine': { status: 'INELIGIBLE' },
      'refill-15': { status: 'NOT_GRANTED' },
      'perfume-of-the-week': { status: 'INELIGIBLE', fact: 'cart.lines.sku' },
    });
  });

  it('but for the perfume of the week, which goes with nothing, where that is the better deal', async () => {
    const withPerfume = cartOf(lips, PERFUME);
    expect((await appliedTo(lover, withPerfume)).applied).toEqual([['perfume-of-the-week', 2700]]);
    const why = await whyNot(lover, withPerfume);
    expect(why).toMatchObject({
      'free-shipping': { status: 'EXCLUDED' },
      'welcome-10': { status: 'EXCLUDED' },
    });
  });

  it('in whatever order things were put into it', async () => {
    await looks('browser-1', 'makeup');
    const lines = [lips, BLUSH, FOUNDATION, line('SERUM', 'skincare', 4100)];
    const one = await appliedTo(lover, cartOf(...lines));
    const other = await appliedTo(lover, cartOf(...lines.toReversed()));
    expect(other.applied).toEqual(one.applied);
    expect(other.total).toBe(one.total);
  });
});

describe('an order', () => {
  it('costs what the cart said, and counts what it took', async () => {
    const who = { userId: 'mia' };
    const cart = cartOf(BLUSH, FOUNDATION);
    const said = await wend.decide({ ...who, cart });
    const held = await hold('o-1', who, cart);
    expect(held.cart).toEqual(said.cart);
    expect(held.holds.map(({ offerId }) => offerId).sort()).toEqual([
      'free-shipping',
      'mini-mascara',
      'welcome-10',
    ]);
    await wend.post('/v1/redemptions/o-1/commit', {});
    await wend.settle();
    expect(await wend.grantsOf('mia')).toEqual([]);
    // A sample for each person once, as the cart knows too; the shop has not told of the order itself yet.
    const why = await whyNot(who, cart);
    expect(why['mini-mascara']).toMatchObject({ status: 'CAPPED', limit: 'perVisitor' });
    expect(why['welcome-10']).toMatchObject({ status: 'CAPPED', limit: 'perVisitor' });
    const again = await hold('o-2', who, cart);
    expect(again.holds.map(({ offerId }) => offerId).sort()).toEqual(['five-from-forty', 'free-shipping']);
  });

  it('of somebody who has ordered before gets no welcome, and says so', async () => {
    await ordered('mia', 'o-0', 'makeup');
    await wend.settle();
    const why = await whyNot({ userId: 'mia' }, cartOf(FOUNDATION));
    expect(why['welcome-10']).toMatchObject({
      status: 'INELIGIBLE',
      fact: 'visitor.stats.orders',
      actual: 1,
    });
  });

  it('is told when the money for an offer is spent, and gets the next best', async () => {
    const cart = cartOf({ ...FOUNDATION, quantity: 2 });
    const taken: number[] = [];
    for (let n = 0; n < 21; n += 1) {
      await ordered(`buyer-${n}`, `before-${n}`, 'makeup');
    }
    await wend.settle();
    for (let n = 0; n < 21; n += 1) {
      const { holds } = await hold(`o-${n}`, { userId: `buyer-${n}` }, cart);
      taken.push(holds.filter(({ offerId }) => offerId === 'five-from-forty').length);
    }
    // 100 euros are twenty times five.
    expect(taken).toEqual([...Array.from({ length: 20 }, () => 1), 0]);
    await wend.advance('PT6S');
    const why = await whyNot({ userId: 'buyer-20' }, cart);
    expect(why['five-from-forty']).toMatchObject({ status: 'CAPPED', limit: 'budget' });
  }, 60_000);

  it('of which too much is sent back for its coupon gives the coupon back too', async () => {
    await ordered('mia', 'o-0', 'makeup');
    await wend.settle();
    const { cart } = await hold('o-1', { userId: 'mia' }, { ...cartOf(LIPSTICK, FOUNDATION), shipping: 0 });
    expect(cart?.applied.map(({ offerId }) => offerId)).toContain('five-from-forty');
    await wend.post('/v1/redemptions/o-1/commit', {});
    const refund = await wend.post(
      '/v1/redemptions/o-1/refund',
      { units: [{ lineId: 'lip-01', quantity: 1 }] },
      { headers: { 'idempotency-key': 'r-1' } },
    );
    // 44.99 less 5.00 were paid; a foundation by itself is 32.00.
    expect(refund.body).toMatchObject({ amount: 3999 - 3200, remaining: 3200 });
  });
});

describe('a foundation that runs low', () => {
  const AUTUMN = '2027-09-01T10:00:00Z';
  const LOW = '2027-10-13T10:00:00Z';

  it('is cheaper after six weeks, in the cart already, once', async () => {
    await wend.setClock(AUTUMN);
    const { treated, heldOut } = await oneOfEach(wend, 'running-low', 'face', (userId) =>
      ordered(userId, `order-of-${userId}`, 'foundation'),
    );
    expect((await appliedTo({ userId: treated }, cartOf(FOUNDATION))).applied).toEqual([]);
    await wend.setClock(LOW);
    expect(await wend.sees(treated, 'home.hero')).toMatchObject({
      headline: 'Is your foundation running low?',
    });
    expect((await appliedTo({ userId: treated }, cartOf(FOUNDATION))).applied).toEqual([['refill-15', 480]]);
    expect((await appliedTo({ userId: heldOut }, cartOf(FOUNDATION))).applied).toEqual([]);
    expect((await wend.decide({ userId: treated })).offers).toMatchObject([{ offerId: 'refill-15' }]);
    await hold('o-refill', { userId: treated }, cartOf(FOUNDATION));
    await wend.post('/v1/redemptions/o-refill/commit', {});
    await wend.settle();
    expect(await wend.grantsOf(treated)).toMatchObject([{ offerId: 'refill-15', status: 'redeemed' }]);
    expect(await heroOf({ userId: treated })).toBe('home');
    expect((await appliedTo({ userId: treated }, cartOf(FOUNDATION))).applied).toEqual([]);
  });

  it('is cheaper for two weeks, and no longer', async () => {
    await wend.setClock(AUTUMN);
    const treated = await oneTreated(wend, 'running-low', 'face', (userId) =>
      ordered(userId, `order-of-${userId}`, 'foundation'),
    );
    await wend.setClock('2027-10-28T10:00:00Z');
    expect((await appliedTo({ userId: treated }, cartOf(FOUNDATION))).applied).toEqual([]);
    expect(await wend.grantsOf(treated)).toMatchObject([{ offerId: 'refill-15', status: 'expired' }]);
  });
});

it('the README’s examples do what they say', async () => {
  const printed = await runReadme('cosmetics', wend.url());
  expect(printed).toContain('"experienceId":"makeup-hero"');
  expect(printed).toContain('"gap":420');
  expect(printed).toContain('"status":"committed"');
});
