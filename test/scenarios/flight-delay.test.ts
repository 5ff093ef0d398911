import { describe, expect, it } from 'vitest';
import { runReadme, scenario } from './scenario.ts';

const wend = scenario('flight-delay');

const DEPARTURE = '2027-01-20T17:00:00Z';
const BOARDING = '2027-01-20T16:00:00Z';

const flightOf = (flight: string): string => `flight/${flight}/2027-01-20`;

/** Passengers of a flight, each of whom paid a dollar more than the one before, and checked its status in the app. */
const passengers = async (flight: string, count: number, checked = count): Promise<readonly string[]> => {
  const ids = Array.from({ length: count }, (_, index) => `${flight}-p${String(index).padStart(3, '0')}`);
  const booked = ids.map((userId, index) => ({
    type: 'track',
    event: 'Order Completed',
    userId,
    properties: {
      order_id: `${userId}-order`,
      kind: 'flight',
      flight,
      date: '2027-01-20',
      newsUntil: '2027-01-22T06:00:00Z',
      // In an order that has nothing to do with that of the ids.
      revenue: 300 + ((index * 7) % count),
      currency: 'USD',
    },
  }));
  const looked = ids.slice(0, checked).map((userId) => ({
    type: 'track',
    event: 'Flight Status Viewed',
    userId,
    properties: { flight },
  }));
  await wend.setClock(BOARDING);
  await wend.batch([...booked, ...looked]);
  await wend.settle();
  return ids;
};

const delayed = (flight: string, delayMinutes: number, time?: string) =>
  wend.happens('flight.delayed', flightOf(flight), { flight, delayMinutes }, time);

/** Who of them holds a seat. */
const seated = (ids: readonly string[]): Promise<readonly string[]> => wend.holders(ids, 'upgrade-apology');

const bestOf = async (ids: readonly string[], from: number, to: number): Promise<readonly string[]> => {
  const ranked: { readonly id: string; readonly revenue: number }[] = [];
  for (const id of ids) ranked.push({ id, revenue: (await wend.visitor(`user:${id}`)).stats.revenue });
  return ranked
    .sort((a, b) => b.revenue - a.revenue)
    .slice(from, to)
    .map(({ id }) => id)
    .sort();
};

const status = (userId: string) => wend.sees(userId, 'app.flight-status', { channel: 'app' });

describe('a flight that is late', () => {
  it('by 40 minutes changes nothing', async () => {
    const ids = await passengers('BA117', 8);
    await delayed('BA117', 40);
    await wend.advance('PT10M');
    expect(await seated(ids)).toEqual([]);
    expect((await wend.person('BA117-p001')).problems).toEqual([]);
    expect(await status('BA117-p001')).toMatchObject({ headline: 'Wait in the lounge' });
    expect(await wend.messagesTo('BA117-p001')).toEqual([]);
  });

  it('by 40 minutes and then 180 is offered six seats once, to the best customers', async () => {
    const ids = await passengers('BA117', 30);
    await delayed('BA117', 40);
    await wend.advance('PT10M');
    await delayed('BA117', 180);
    // They gather for two minutes.
    expect(await seated(ids)).toEqual([]);
    await wend.advance('PT3M');
    const best = await bestOf(ids, 0, 6);
    expect(await seated(ids)).toEqual(best);
    await delayed('BA117', 200);
    await wend.advance('PT5M');
    expect(await seated(ids)).toEqual(best);
    for (const userId of best) {
      expect(await wend.messagesTo(userId)).toMatchObject([
        { channel: 'push', topic: 'service', content: { title: 'A better seat, with our apology' } },
      ]);
      expect(await status(userId)).toMatchObject({ action: { claim: 'upgrade-apology' } });
      const { offers } = await wend.decide({ userId, channel: 'app' });
      expect(offers.map(({ offerId }) => offerId)).toEqual(['upgrade-apology']);
    }
    const others = ids.filter((id) => !best.includes(id));
    for (const userId of others) {
      expect(await wend.messagesTo(userId)).toEqual([]);
      expect(await status(userId)).toMatchObject({ headline: 'We are sorry' });
    }
  });

  it('passes a seat that nobody claims on to the next, and offers it to nobody twice', async () => {
    const ids = await passengers('BA118', 10);
    await delayed('BA118', 60);
    await wend.advance('PT3M');
    expect(await seated(ids)).toEqual(await bestOf(ids, 0, 6));
    await wend.advance('PT35M');
    expect(await seated(ids)).toEqual(await bestOf(ids, 6, 10));
    await wend.advance('PT35M');
    expect(await seated(ids)).toEqual([]);
    for (const userId of ids) expect(await wend.grantsOf(userId)).toHaveLength(1);
  });

  it('keeps a seat that is claimed for whoever claimed it, and sells to them again', async () => {
    const ids = await passengers('BA125', 8);
    await delayed('BA125', 60);
    await wend.advance('PT3M');
    const [winner = ''] = await bestOf(ids, 0, 1);
    const [grant] = await wend.heldGrants(winner);
    await wend.track(winner, 'Offer Redeemed', { offerId: 'upgrade-apology', grantId: grant?.grantId });
    await wend.settle();
    expect(await wend.grantsOf(winner)).toMatchObject([{ status: 'redeemed' }]);
    expect((await wend.decide({ userId: winner })).serviceFirst).toBe(false);
    expect(await wend.story(winner)).toEqual([
      'problem opened: flight-delay',
      'journey entered: delay-upgrade',
      'grant gathered: upgrade-apology',
      'grant granted: upgrade-apology',
      'journey entered: seat-offered',
      'message requested: tell',
      'grant redeemed: upgrade-apology',
      'problem closed: flight-delay',
      'journey goal: delay-upgrade',
      'journey goal: seat-offered',
      'journey exited: seat-offered',
    ]);
    // Five seats lapse and one is taken: the seventh and the eighth get one of the five each.
    await wend.advance('PT31M');
    expect(await seated(ids)).toEqual(await bestOf(ids, 6, 8));
  });

  /** Claims the seat that somebody was offered, as the app does. */
  const claim = async (userId: string, orderId = `seat-of-${userId}`) => {
    const [grant] = await wend.heldGrants(userId);
    return wend.hold(orderId, userId, {
      channel: 'app',
      claims: [{ offerId: 'upgrade-apology', grantId: grant?.grantId ?? 'none' }],
    });
  };

  it('gives the seat through an order of claims alone, and tells the journey when it is committed', async () => {
    const ids = await passengers('BA126', 8);
    await delayed('BA126', 60);
    await wend.advance('PT3M');
    const [winner = '', second = ''] = await bestOf(ids, 0, 6);
    const held = await claim(winner);
    expect(held).toMatchObject({
      status: 201,
      body: { status: 'held', cart: null, holds: [{ offerId: 'upgrade-apology', amount: 0, state: 'held' }] },
    });
    // Held is not taken yet, and nobody has a grant twice.
    expect(await wend.grantsOf(winner)).toMatchObject([{ status: 'held' }]);
    expect((await claim(winner, 'again')).body).toMatchObject({
      claims: [{ offerId: 'upgrade-apology', status: 'CAPPED' }],
    });
    expect((await wend.commit(`seat-of-${winner}`)).body).toMatchObject({ status: 'committed' });
    expect(await wend.grantsOf(winner)).toMatchObject([{ status: 'redeemed' }]);
    expect((await wend.decide({ userId: winner })).serviceFirst).toBe(false);
    // Whoever thinks better of it gives the seat back, and may take it again.
    await claim(second);
    expect((await wend.cancel(`seat-of-${second}`)).body).toMatchObject({ status: 'cancelled' });
    expect((await claim(second, 'once more')).status).toBe(201);
  });

  it('has six seats in the ledger too, for each flight by itself', async () => {
    const ids = await passengers('BA127', 8);
    const others = await passengers('BA128', 1);
    await delayed('BA127', 60);
    await delayed('BA128', 60);
    await wend.advance('PT3M');
    const best = await seated(ids);
    for (const userId of best) {
      expect((await claim(userId)).status).toBe(201);
      await wend.commit(`seat-of-${userId}`);
    }
    // What nobody claimed has lapsed: nothing is left to be passed on.
    await wend.advance('PT35M');
    expect(await seated(ids)).toEqual([]);
    expect((await claim(others[0] ?? '')).body).toMatchObject({
      claims: [{ offerId: 'upgrade-apology', status: 'NOT_GRANTED' }],
    });
    await delayed('BA127', 300);
    await wend.advance('PT3M');
    expect(await seated(ids)).toEqual([]);
  });

  it('has nothing to claim any more once it is cancelled', async () => {
    const [first = ''] = await passengers('BA129', 1);
    await delayed('BA129', 60);
    await wend.advance('PT3M');
    const [grant] = await wend.heldGrants(first);
    await wend.happens('flight.cancelled', flightOf('BA129'), { flight: 'BA129' });
    const claims = [{ offerId: 'upgrade-apology', grantId: grant?.grantId }];
    expect(await wend.hold('too-late', first, { claims })).toMatchObject({
      status: 409,
      body: { claims: [{ offerId: 'upgrade-apology', status: 'NOT_GRANTED' }] },
    });
    // The voucher is used once, by the next order that is paid.
    const cart = {
      currency: 'USD',
      lines: [{ id: 'l', sku: 'FLIGHT', quantity: 1, unitPrice: 40000 }],
    };
    expect((await wend.hold('rebooked', first, { cart })).body).toMatchObject({
      cart: { total: 15000 },
      holds: [{ offerId: 'cancellation-voucher', amount: 25000 }],
    });
    expect((await wend.hold('another', first, { cart })).body).toMatchObject({ holds: [] });
    await wend.commit('rebooked');
    expect(await wend.grantsOf(first)).toContainEqual(
      expect.objectContaining({ offerId: 'cancellation-voucher', status: 'redeemed' }),
    );
    expect((await wend.decide({ userId: first, cart })).cart?.applied).toEqual([]);
  });

  it('has six seats for 180 passengers, each given once', async () => {
    const ids = await passengers('BA119', 180);
    await delayed('BA119', 45);
    await wend.advance('PT3M');
    expect(await seated(ids)).toEqual(await bestOf(ids, 0, 6));
  }, 120_000);

  it('asks only those who checked its status in the app', async () => {
    const ids = await passengers('BA120', 8, 4);
    await delayed('BA120', 90);
    await wend.advance('PT3M');
    expect(await seated(ids)).toEqual(ids.slice(0, 4));
    // The others are not sold to either while they wait.
    expect(await status('BA120-p007')).toMatchObject({ headline: 'Your flight' });
  });

  it('has seats of its own: another late flight takes none of them', async () => {
    const one = await passengers('BA121', 8);
    const other = await passengers('BA122', 3);
    await delayed('BA121', 60);
    await delayed('BA122', 60);
    await wend.advance('PT3M');
    expect(await seated(one)).toHaveLength(6);
    expect(await seated(other)).toEqual(other);
  });

  it('takes back what it offered when it is not late after all, and ignores news that is older', async () => {
    const ids = await passengers('BA123', 3);
    await delayed('BA123', 180, '2027-01-20T16:05:00Z');
    await wend.advance('PT10M');
    expect(await seated(ids)).toEqual(ids);
    await delayed('BA123', 30, '2027-01-20T16:10:00Z');
    await delayed('BA123', 240, '2027-01-20T16:07:00Z');
    await wend.advance('PT10M');
    expect(await seated(ids)).toEqual([]);
    for (const userId of ids) {
      const { problems } = await wend.person(userId);
      expect(problems.every(({ closedAt }) => closedAt !== null)).toBe(true);
      expect(await status(userId)).toMatchObject({ headline: 'Wait in the lounge' });
    }
  });

  it('is over when it departs', async () => {
    const [first = ''] = await passengers('BA124', 1);
    await delayed('BA124', 60);
    await wend.advance('PT3M');
    expect(await status(first)).toMatchObject({ action: { claim: 'upgrade-apology' } });
    await wend.happens('flight.departed', flightOf('BA124'), { flight: 'BA124' });
    expect(await status(first)).toMatchObject({ headline: 'Wait in the lounge' });
    expect(await wend.heldGrants(first)).toEqual([]);
  });
});

describe('a flight that is cancelled', () => {
  it('takes the seats back and compensates everybody, once', async () => {
    const ids = await passengers('BA130', 8);
    await delayed('BA130', 180);
    await wend.advance('PT3M');
    expect(await seated(ids)).toHaveLength(6);
    await wend.happens('flight.cancelled', flightOf('BA130'), { flight: 'BA130' });
    await wend.happens('flight.cancelled', flightOf('BA130'), { flight: 'BA130', reason: 'crew' });
    await wend.advance('PT10M');
    expect(await seated(ids)).toEqual([]);
    for (const userId of ids) {
      expect((await wend.heldGrants(userId)).map(({ offerId }) => offerId)).toEqual(['cancellation-voucher']);
      const told = (await wend.messagesTo(userId)).filter(({ journeyId }) => journeyId === 'cancellation');
      expect(told).toHaveLength(1);
      expect(await status(userId)).toMatchObject({ headline: 'Your flight is cancelled' });
    }
    // The voucher is money, and applies to what is bought next.
    const { cart } = await wend.decide({
      userId: ids[0],
      cart: { currency: 'USD', lines: [{ id: 'l', sku: 'FLIGHT', quantity: 1, unitPrice: 40000 }] },
    });
    expect(cart?.applied).toMatchObject([{ offerId: 'cancellation-voucher', amount: 25000 }]);
  });

  it('compensates whoever was never late, and sells nothing until they are rebooked', async () => {
    const [first = ''] = await passengers('BA131', 1, 0);
    await wend.happens('flight.cancelled', flightOf('BA131'), { flight: 'BA131' });
    expect((await wend.heldGrants(first)).map(({ offerId }) => offerId)).toEqual(['cancellation-voucher']);
    const before = await wend.decide({ userId: first, placements: ['app.home'] });
    expect(before.serviceFirst).toBe(true);
    await wend.happens('flight.rebooked', flightOf('BA131'), { flight: 'BA131', to: 'BA135' });
    const after = await wend.decide({ userId: first, placements: ['app.home'] });
    expect(after.serviceFirst).toBe(false);
    expect((await wend.heldGrants(first)).map(({ offerId }) => offerId)).toEqual(['cancellation-voucher']);
  });
});

describe('a passenger with an open complaint', () => {
  it('gets recovery and a person, and no offer', async () => {
    const ids = await passengers('BA140', 3);
    await wend.track('BA140-p001', 'Complaint Made', { complaintId: 'c-1' });
    await wend.settle();
    await delayed('BA140', 180);
    await wend.advance('PT3M');
    expect(await seated(ids)).toEqual(['BA140-p000', 'BA140-p002']);
    expect(await status('BA140-p001')).toMatchObject({ headline: 'This is not how it should go' });
    expect(await wend.openTasks()).toMatchObject([{ queue: 'gate' }]);
    const cart = {
      currency: 'USD',
      lines: [{ id: 'l', sku: 'LOUNGE', category: 'lounge', quantity: 1, unitPrice: 5000 }],
    };
    const complaining = await wend.decide({ userId: 'BA140-p001', placements: ['app.home'], cart });
    expect(complaining.cart?.applied).toEqual([]);
    expect(complaining.placements['app.home']?.items.map(({ experienceId }) => experienceId)).toEqual([
      'home',
    ]);
  });

  it('made after a seat was offered keeps that seat, whatever is told of the flight then', async () => {
    const [first = ''] = await passengers('BA142', 1);
    await delayed('BA142', 60);
    await wend.advance('PT3M');
    await wend.track(first, 'Complaint Made', { complaintId: 'c-3' });
    await wend.settle();
    await delayed('BA142', 120);
    await wend.advance('PT3M');
    expect(await seated([first])).toEqual([first]);
    expect((await wend.openTasks()).map(({ queue }) => queue)).toEqual(['gate']);
  });

  it('is sold to again once it is solved', async () => {
    const [first = ''] = await passengers('BA141', 1);
    await wend.track(first, 'Complaint Made', { complaintId: 'c-2' });
    await wend.settle();
    expect(await status(first)).toMatchObject({ headline: 'Your flight' });
    await wend.track(first, 'Complaint Resolved', { complaintId: 'c-2' });
    await wend.settle();
    expect(await status(first)).toMatchObject({ headline: 'Wait in the lounge' });
  });
});

it('somebody on two flights that are late is asked about each of them', async () => {
  const both = ['BA152', 'BA153'];
  await wend.setClock(BOARDING);
  for (const flight of both) {
    const booked = { kind: 'flight', flight, date: '2027-01-20', newsUntil: '2027-01-22T06:00:00Z' };
    await wend.track('kit', 'Order Completed', {
      ...booked,
      order_id: flight,
      revenue: 300,
      currency: 'USD',
    });
    await wend.track('kit', 'Flight Status Viewed', { flight });
  }
  for (const flight of both) await delayed(flight, 60);
  await wend.advance('PT3M');
  const reasons = (await wend.heldGrants('kit')).map(({ because }) => because);
  expect(reasons.sort()).toEqual(both.map((flight) => `Your flight ${flight} is 60 minutes late`));
  expect(await wend.messagesTo('kit')).toHaveLength(2);
  await wend.happens('flight.departed', flightOf('BA152'), { flight: 'BA152' });
  expect((await wend.heldGrants('kit')).map(({ because }) => because)).toEqual([
    'Your flight BA153 is 60 minutes late',
  ]);
  expect(await status('kit')).toMatchObject({ action: { claim: 'upgrade-apology' } });
});

it('somebody who booked another flight hears nothing of it', async () => {
  await passengers('BA150', 1);
  await passengers('BA151', 1);
  await wend.setClock(DEPARTURE);
  await delayed('BA150', 180);
  await wend.advance('PT3M');
  expect((await wend.person('BA151-p000')).problems).toEqual([]);
  expect(await wend.heldGrants('BA151-p000')).toEqual([]);
});

it('the README’s examples do what they say', async () => {
  const printed = await runReadme('flight-delay', wend.url());
  expect(printed).toContain('"offerId":"upgrade-apology"');
  expect(printed).toContain('"offerId":"cancellation-voucher"');
});
