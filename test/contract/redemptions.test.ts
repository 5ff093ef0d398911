import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { redemptionAnswerSchema, refundAnswerSchema } from '../../lib/contracts/http/redemptions.ts';
import { type Answer, fresh, PK, pathsOf, percentOff, problemOf, serviceForFile } from './client.ts';

/** An offer that applies where the cart has its sku: tests of one service do not meet. */
const offerFor = (id: string, rest: object = {}) =>
  percentOff(id, 10, { where: { 'cart.lines.sku': id.toUpperCase() }, ...rest });

const service = serviceForFile([
  offerFor('three', { limits: { total: 3 } }),
  offerFor('one-each', { limits: { total: 1000, perVisitor: 1 } }),
  offerFor('purse', { limits: { budget: 500 } }),
  offerFor('honoured', { limits: { total: 1 }, late: 'honour' }),
  offerFor('refused', { limits: { total: 1 }, late: 'refuse' }),
  offerFor('shared', { limits: { total: 2 } }),
  offerFor('free'),
  offerFor('scarce', { limits: { total: 2 } }),
  {
    kind: 'offer',
    id: 'seat',
    reward: { type: 'upgrade', to: 'business' },
    requiresGrant: true,
    intent: 'recover',
    limits: { total: 1, per: 'event.properties.flight' },
  },
  {
    kind: 'journey',
    id: 'late-flight',
    enter: { on: 'Flight Late', key: 'event.properties.flight', again: 'always' },
    goal: { on: 'Offer Redeemed', within: 'P2D' },
    holdout: 0,
    exit: [{ on: 'Offer Redeemed', as: 'goal' }],
    steps: [{ id: 'seat', grant: { offer: 'seat', for: 'PT6H', because: 'Your flight is late' } }],
  },
]);

const cart = (sku: string, quantity = 1, unitPrice = 1000, shipping = 0) => ({
  currency: 'EUR',
  shipping,
  lines: [{ id: 'l1', sku: sku.toUpperCase(), quantity, unitPrice }],
});

const of = (answer: Answer) => redemptionAnswerSchema.parse(answer.body);

const hold = (sku: string, orderId = fresh('order'), userId = fresh('user'), rest: object = {}) =>
  service.post('/v1/redemptions', { orderId, userId, cart: cart(sku), ...rest });

const move = (orderId: string, what: string) =>
  service.post(`/v1/redemptions/${encodeURIComponent(orderId)}/${what}`, {});

const statusOf = async (orderId: string) =>
  of(await service.get(`/v1/redemptions/${encodeURIComponent(orderId)}`)).status;

const appliedIn = (answer: Answer): readonly string[] =>
  of(answer).cart?.applied.map(({ offerId }) => offerId) ?? [];

describe('POST /v1/redemptions', () => {
  it('prices the cart, holds every offer for 15 minutes, and answers the same again', async () => {
    const answer = await hold('free', 'o-free', 'u-free');
    expect(answer.status).toBe(201);
    expect(of(answer)).toMatchObject({
      orderId: 'o-free',
      status: 'held',
      cart: { total: 900, discountTotal: 100 },
      holds: [{ offerId: 'free', amount: 100, state: 'held' }],
    });
    const minutes = (Date.parse(of(answer).expiresAt) - Date.now()) / 60_000;
    expect(minutes).toBeGreaterThan(14.5);
    expect(minutes).toBeLessThanOrEqual(15);
    const again = await hold('three', 'o-free', 'somebody-else');
    expect(again.status).toBe(200);
    expect(of(again).cart).toEqual(of(answer).cart);
  });

  it('holds no more than a cap allows, and leaves a used-up offer out of later orders', async () => {
    const answers = [];
    for (let n = 0; n < 5; n++) answers.push(await hold('three'));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201]);
    expect(answers.map((answer) => appliedIn(answer).length)).toEqual([1, 1, 1, 0, 0]);
  });

  it('counts a person over their ids, whichever they come with', async () => {
    const anonymousId = fresh('device');
    const userId = fresh('user');
    const ask = (who: object) =>
      service.post('/v1/redemptions', { orderId: fresh('order'), ...who, cart: cart('one-each') });
    expect(appliedIn(await ask({ anonymousId }))).toEqual(['one-each']);
    expect(appliedIn(await ask({ anonymousId }))).toEqual([]);
    await service.post('/v1/identify', { anonymousId, userId });
    await service.settle();
    expect(appliedIn(await ask({ userId }))).toEqual([]);
    expect(appliedIn(await ask({ anonymousId }))).toEqual([]);
    const second = fresh('device');
    await service.post('/v1/identify', { anonymousId: second, userId });
    await service.settle();
    expect(appliedIn(await ask({ anonymousId: second }))).toEqual([]);
    expect(appliedIn(await ask({ userId: fresh('user') }))).toEqual(['one-each']);
  });

  it('reserves of a budget what the cart would use', async () => {
    const ask = (unitPrice: number) =>
      hold('purse', undefined, undefined, { cart: cart('purse', 1, unitPrice) });
    expect(of(await ask(3000)).holds).toMatchObject([{ offerId: 'purse', amount: 300 }]);
    expect(of(await ask(3000)).holds).toEqual([]);
    expect(of(await ask(2000)).holds).toMatchObject([{ offerId: 'purse', amount: 200 }]);
    expect(of(await ask(1000)).holds).toEqual([]);
  });

  it('lets exactly as many win as there are, however many come at once', async () => {
    const answers = await Promise.all(Array.from({ length: 30 }, () => hold('shared')));
    const won = answers.filter((answer) => answer.status === 201 && appliedIn(answer).length === 1);
    expect(won).toHaveLength(2);
    const lost = answers.filter(({ status }) => status === 409);
    for (const answer of lost) {
      expect(problemOf(answer)).toMatchObject({ lost: ['shared'], cart: { total: 1000 } });
    }
    expect(answers.every(({ status }) => status === 201 || status === 409)).toBe(true);
  });

  it('takes a secret key only, and refuses what it does not take', async () => {
    const body = { orderId: 'o', userId: 'u', cart: cart('free') };
    expect((await service.post('/v1/redemptions', body, { key: PK })).status).toBe(403);
    expect(pathsOf(await service.post('/v1/redemptions', { ...body, price: 1 }))).toEqual(['price']);
    expect(pathsOf(await service.post('/v1/redemptions', { orderId: 'o', cart: body.cart }))).toEqual([
      'userId',
    ]);
    const nothing = { orderId: fresh('order'), userId: fresh('user') };
    expect(pathsOf(await service.post('/v1/redemptions', nothing))).toEqual(['cart']);
  });

  it('warns of a code that nobody knows', async () => {
    const answer = await hold('free', undefined, undefined, {
      cart: { ...cart('free'), codes: ['NO-SUCH'] },
    });
    expect(of(answer).warnings).toMatchObject([{ code: 'CODE_UNKNOWN' }]);
  });
});

describe('a held order', () => {
  it('is committed once, cancelled once, and gives its offer back', async () => {
    const ids = [fresh('order'), fresh('order')];
    const [first = '', second = ''] = ids;
    for (const id of ids)
      expect(appliedIn(await hold('honoured', id))).toEqual(id === first ? ['honoured'] : []);
    expect(of(await move(first, 'commit'))).toMatchObject({
      status: 'committed',
      holds: [{ state: 'committed' }],
    });
    expect(of(await move(first, 'commit')).status).toBe('committed');
    expect(of(await move(first, 'cancel'))).toMatchObject({
      status: 'cancelled',
      holds: [{ state: 'released' }],
    });
    expect(of(await move(first, 'cancel')).status).toBe('cancelled');
    expect((await move(first, 'commit')).status).toBe(409);
    expect((await move(second, 'commit')).status).toBe(200);
    const third = fresh('order');
    expect(appliedIn(await hold('honoured', third))).toEqual(['honoured']);
    expect(of(await move(third, 'cancel')).status).toBe('cancelled');
  });

  it('is 404 where nobody held it', async () => {
    expect((await service.get('/v1/redemptions/none')).status).toBe(404);
    for (const what of ['commit', 'cancel']) expect((await move('none', what)).status).toBe(404);
  });

  it('is over after 15 minutes, and what it held is free for others', async () => {
    const [mine, other, late] = [fresh('order'), fresh('order'), fresh('order')];
    expect(appliedIn(await hold('honoured', mine))).toEqual(['honoured']);
    await service.advance('PT14M');
    expect(await statusOf(mine)).toBe('held');
    await service.advance('PT2M');
    expect(await statusOf(mine)).toBe('expired');
    expect(appliedIn(await hold('honoured', other))).toEqual(['honoured']);
    // Paid too late, and somebody else has it: this offer says that it is honoured all the same.
    expect(of(await move(mine, 'commit'))).toMatchObject({
      status: 'committed',
      holds: [{ state: 'honoured' }],
    });
    expect(of(await move(other, 'cancel')).status).toBe('cancelled');
    // Nobody else has it: the next one that is late takes it again.
    expect(appliedIn(await hold('honoured', late))).toEqual(['honoured']);
    await service.advance('PT16M');
    expect(of(await move(late, 'commit'))).toMatchObject({
      status: 'committed',
      holds: [{ state: 'committed' }],
    });
    expect(appliedIn(await hold('honoured'))).toEqual([]);
  });

  it('may be held anew under its id after it expired, for what is left then', async () => {
    const orderId = fresh('order');
    expect((await hold('shared', orderId)).status).toBe(201);
    await service.advance('PT16M');
    const again = await hold('free', orderId);
    expect(again.status).toBe(201);
    expect(of(again)).toMatchObject({ status: 'held', holds: [{ offerId: 'free', state: 'held' }] });
    expect((await hold('free', orderId)).status).toBe(200);
  });

  it('is refused where it is paid too late for an offer that says so', async () => {
    const [mine, other] = [fresh('order'), fresh('order')];
    expect(appliedIn(await hold('refused', mine))).toEqual(['refused']);
    await service.advance('PT16M');
    expect(appliedIn(await hold('refused', other))).toEqual(['refused']);
    const answer = await move(mine, 'commit');
    expect(answer.status).toBe(409);
    expect(problemOf(answer)).toMatchObject({ refused: ['refused'] });
    expect(await statusOf(mine)).toBe('expired');
    expect(of(await move(other, 'cancel')).status).toBe('cancelled');
    expect(of(await move(mine, 'commit')).status).toBe('committed');
  });

  it('is committed by Order Completed of the same person, and of nobody else', async () => {
    const userId = fresh('user');
    const orderId = fresh('order');
    expect((await hold('free', orderId, userId)).status).toBe(201);
    await service.track('Order Completed', { userId: fresh('thief') }, { order_id: orderId });
    await service.settle();
    expect(await statusOf(orderId)).toBe('held');
    await service.track('Order Completed', { userId }, { order_id: orderId });
    await service.settle();
    expect(await statusOf(orderId)).toBe('committed');
  });
});

describe('a decision', () => {
  const decided = async (sku: string) => {
    const body = { userId: fresh('user'), cart: cart(sku), options: { explain: true, dryRun: true } };
    const { cart: priced, explanation } = await service.decide(body);
    const offer = explanation?.offers.find(({ offerId }) => offerId === sku);
    return { applied: priced?.applied.map(({ offerId }) => offerId), offer };
  };

  it('does not promise what is used up, and does again once it was given back', async () => {
    const ids = [fresh('order'), fresh('order')];
    expect((await decided('scarce')).applied).toEqual(['scarce']);
    for (const id of ids) await hold('scarce', id);
    await expect
      .poll(() => decided('scarce'), { timeout: 8000 })
      .toMatchObject({
        applied: [],
        offer: { status: 'CAPPED', limit: 'total' },
      });
    await move(ids[0] ?? '', 'cancel');
    await expect.poll(async () => (await decided('scarce')).applied, { timeout: 8000 }).toEqual(['scarce']);
  });
});

describe('a person who has had an offer as often as one may', () => {
  const decided = async (who: object) => {
    const { cart: priced, explanation } = await service.decide({
      ...who,
      cart: cart('one-each'),
      options: { explain: true, dryRun: true },
    });
    const offer = explanation?.offers.find(({ offerId }) => offerId === 'one-each');
    return [priced?.applied.map(({ offerId }) => offerId), offer?.status];
  };

  it('is told so by decisions too, also after a log-in, and no more once it was given back', async () => {
    const [anonymousId, userId, orderId] = [fresh('device'), fresh('user'), fresh('order')];
    await service.post('/v1/redemptions', { orderId, anonymousId, cart: cart('one-each') });
    await service.settle();
    // An order that is not paid yet may be looked at again.
    expect(await decided({ anonymousId })).toEqual([['one-each'], 'APPLIED']);
    await move(orderId, 'commit');
    await service.settle();
    expect(await decided({ anonymousId })).toEqual([[], 'CAPPED']);
    expect(await decided({ userId, anonymousId })).toEqual([[], 'CAPPED']);
    await service.post('/v1/identify', { anonymousId, userId });
    await service.settle();
    expect(await decided({ userId })).toEqual([[], 'CAPPED']);
    expect(await decided({ userId: fresh('user') })).toEqual([['one-each'], 'APPLIED']);
    await move(orderId, 'cancel');
    await service.settle();
    expect(await decided({ userId })).toEqual([['one-each'], 'APPLIED']);
  });
});

describe('a claim', () => {
  const granted = async (userId: string) => {
    await service.settle();
    const { grants } = z
      .looseObject({ grants: z.array(z.looseObject({ grantId: z.string(), status: z.string() })) })
      .parse(await service.visitor(`user:${userId}`));
    return grants;
  };

  it('redeems the seat that a journey granted, within the cap of its flight, and tells the journey', async () => {
    const people = [fresh('user'), fresh('user'), fresh('user')];
    const flights = ['BA1', 'BA1', 'BA2'];
    for (const [index, userId] of people.entries()) {
      await service.track('Flight Late', { userId }, { flight: flights[index] });
    }
    const claims = await Promise.all(
      people.map(async (userId) => [{ offerId: 'seat', grantId: (await granted(userId))[0]?.grantId }]),
    );
    const ask = (index: number) =>
      service.post('/v1/redemptions', {
        orderId: `seat-${index}`,
        userId: people[index],
        claims: claims[index],
      });
    const first = await ask(0);
    expect(first.status).toBe(201);
    expect(of(first)).toMatchObject({ cart: null, holds: [{ offerId: 'seat', amount: 0, state: 'held' }] });
    const second = await ask(1);
    expect(second.status).toBe(409);
    expect(problemOf(second)).toMatchObject({ claims: [{ offerId: 'seat', status: 'CAPPED' }] });
    expect((await ask(2)).status).toBe(201);
    expect((await move('seat-0', 'commit')).status).toBe(200);
    expect(await granted(people[0] ?? '')).toMatchObject([{ status: 'redeemed' }]);
  });

  it('of a grant that is not theirs is refused', async () => {
    const claims = [{ offerId: 'seat', grantId: 'made-up' }];
    const answer = await service.post('/v1/redemptions', {
      orderId: fresh('order'),
      userId: fresh('user'),
      claims,
    });
    expect(answer.status).toBe(409);
    expect(problemOf(answer)).toMatchObject({ claims: [{ offerId: 'seat', status: 'NOT_GRANTED' }] });
  });
});

describe('a refund', () => {
  const refund = (orderId: string, body: object, key: string | null = fresh('key')) =>
    service.post(`/v1/redemptions/${orderId}/refund`, body, {
      headers: key === null ? {} : { 'idempotency-key': key },
    });

  it('gives back exactly what was paid, in whatever parts, and each key once', async () => {
    const orderId = fresh('order');
    const body = { orderId, userId: fresh('user'), cart: cart('free', 3, 333, 499) };
    const total = of(await service.post('/v1/redemptions', body)).cart?.total ?? 0;
    expect((await refund(orderId, { shipping: true })).status).toBe(409);
    await move(orderId, 'commit');
    const one = { units: [{ lineId: 'l1', quantity: 1 }] };
    const first = refundAnswerSchema.parse((await refund(orderId, one, 'again')).body);
    expect(refundAnswerSchema.parse((await refund(orderId, one, 'again')).body)).toEqual(first);
    const rest = { units: [{ lineId: 'l1', quantity: 2 }], shipping: true };
    const second = refundAnswerSchema.parse((await refund(orderId, rest)).body);
    expect(first.amount + second.amount).toBe(total);
    expect(second).toMatchObject({ refunded: total, remaining: 0, currency: 'EUR' });
    expect(await statusOf(orderId)).toBe('refunded');
    expect((await refund(orderId, one)).status).toBe(409);
  });

  it('needs a key, and a line that the order has', async () => {
    const orderId = fresh('order');
    await hold('free', orderId);
    await move(orderId, 'commit');
    expect(pathsOf(await refund(orderId, { shipping: true }, null))).toEqual(['idempotency-key']);
    expect(pathsOf(await refund(orderId, { units: [{ lineId: 'x', quantity: 1 }] }))).toEqual(['units']);
    expect(pathsOf(await refund(orderId, {}))).toEqual(['units']);
  });
});
