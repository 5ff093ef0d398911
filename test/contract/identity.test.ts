import { describe, expect, it } from 'vitest';
import { fresh, minutesAgo, serviceForFile } from './client.ts';

const experiment = (weights: readonly [number, number], [one, two] = ['red', 'blue']) => [
  { kind: 'settings', id: 'settings', currency: 'EUR' },
  {
    kind: 'experience',
    id: 'test',
    placement: 'page',
    intent: 'inform',
    variants: [
      { id: one, weight: weights[0], content: one },
      { id: two, weight: weights[1], content: two },
    ],
  },
];

const wend = serviceForFile(experiment([50, 50]));

const variantOf = async (who: object): Promise<string | undefined> =>
  (await wend.decide({ ...who, placements: ['page'] })).placements['page']?.items[0]?.variant;

/** An anonymous visitor who draws this variant. */
const whoDraws = async (variant: string): Promise<string> => {
  for (let attempt = 0; attempt < 60; attempt++) {
    const anonymousId = fresh(`draw-${variant}`);
    if ((await variantOf({ anonymousId })) === variant) return anonymousId;
  }
  throw new Error(`nobody draws ${variant}`);
};
const userWhoDraws = async (variant: string): Promise<string> => {
  for (let attempt = 0; attempt < 60; attempt++) {
    const userId = fresh(`user-${variant}`);
    if ((await variantOf({ userId })) === variant) return userId;
  }
  throw new Error(`nobody draws ${variant}`);
};

const page = (who: object, minutes: number, rest: object = {}) => ({
  type: 'page',
  ...who,
  timestamp: minutesAgo(minutes),
  ...rest,
});
const identify = (who: object, minutes: number, traits: object = {}) => ({
  type: 'identify',
  ...who,
  traits,
  timestamp: minutesAgo(minutes),
});

describe('a log-in', () => {
  it('joins traits, statistics and cart of the anonymous visitor and the person', async () => {
    const [anonymousId, userId] = [fresh('a'), fresh('u')];
    const added = { product_id: 'hat', price: 10, cart_id: 'c1' };
    await wend.batch([
      page({ anonymousId }, 10),
      { ...page({ anonymousId }, 9), type: 'track', event: 'Product Added', properties: added },
      identify({ anonymousId }, 8, { city: 'Gent', age: 30 }),
      page({ userId }, 100),
      {
        ...page({ userId }, 99),
        type: 'track',
        event: 'Order Completed',
        properties: { order_id: fresh('o'), revenue: 7 },
      },
      identify({ userId }, 98, { city: 'Delft', plan: 'gold' }),
    ]);
    await wend.settle();
    await wend.batch([identify({ anonymousId, userId }, 1)]);
    const person = await wend.settled(`user:${userId}`);
    expect(person).toMatchObject({
      known: true,
      userIds: [userId],
      anonymousIds: [anonymousId],
      traits: { city: 'Gent', age: 30, plan: 'gold' },
      cart: { id: 'c1', total: 1000 },
      stats: { orders: 1, revenue: 700, sessions: 2, events: { 'Page Viewed': { count: 2 } } },
    });
    expect((await wend.visitor(`anon:${anonymousId}`)).visitorId).toBe(person.visitorId);
    expect((await wend.decide({ anonymousId })).visitorId).toBe(person.visitorId);
  });

  it.each([
    ['the device', 2, 1, 'shoe'],
    ['the person', 1, 2, 'hat'],
  ])('keeps the newest of two carts that nobody named, here that of %s', async (_, known, device, stays) => {
    const [anonymousId, userId] = [fresh('a'), fresh('u')];
    const added = (who: object, minutes: number, product: string) => ({
      ...page(who, minutes),
      type: 'track',
      event: 'Product Added',
      properties: { product_id: product, price: 10 },
    });
    await wend.batch([added({ userId }, 10 * known, 'hat'), added({ anonymousId }, 10 * device, 'shoe')]);
    await wend.settle();
    const seen = await wend.decide({ anonymousId, userId, placements: ['page'] });
    expect(seen.cart).toMatchObject({ lines: [{ sku: stays }] });
    await wend.batch([identify({ anonymousId, userId }, 5)]);
    const person = await wend.settled(`user:${userId}`);
    expect(person.cart).toMatchObject({ total: 1000, lines: [{ sku: stays }] });
    expect(person.stats).toMatchObject({ carts: 2 });
    await wend.batch([added({ userId }, 4, 'sock'), added({ anonymousId }, 3, 'bag')]);
    expect((await wend.settled(`user:${userId}`)).cart).toMatchObject({
      lines: [{ sku: stays }, { sku: 'sock' }, { sku: 'bag' }],
    });
    const ordered = { order_id: fresh('o'), revenue: 30 };
    await wend.batch([
      { ...page({ anonymousId }, 2), type: 'track', event: 'Order Completed', properties: ordered },
    ]);
    const after = await wend.settled(`user:${userId}`);
    expect([after.cart, after.stats.revenue]).toEqual([null, 3000]);
  });

  it('ends in the same person whatever order the events arrive in', async () => {
    const histories = [false, true].map((reverse) => {
      const [anonymousId, userId] = [fresh('a'), fresh('u')];
      const events = [
        page({ anonymousId }, 50),
        identify({ anonymousId, userId }, 40, { n: 1 }),
        page({ anonymousId }, 30),
        identify({ userId }, 20, { n: 2 }),
        page({ userId }, 10),
      ];
      return { userId, events: reverse ? events.toReversed() : events };
    });
    for (const { userId, events } of histories) {
      for (const event of events) {
        await wend.batch([event]);
        await wend.settle();
      }
      const person = await wend.visitor(`user:${userId}`);
      expect(person.traits).toEqual({ n: 2 });
      expect(person.stats.events['Page Viewed']?.count).toBe(3);
    }
  });

  it('may be an alias, whose previousId joins the person', async () => {
    const [anonymousId, userId] = [fresh('a'), fresh('u')];
    await wend.batch([
      page({ anonymousId }, 5),
      { type: 'alias', previousId: anonymousId, userId, timestamp: minutesAgo(4) },
    ]);
    const person = await wend.settled(`user:${userId}`);
    expect([person.anonymousIds, person.stats.events['Page Viewed']?.count]).toEqual([[anonymousId], 1]);
  });

  it('of two people by an alias with a secret key makes them one', async () => {
    const [one, two] = [fresh('u'), fresh('u')];
    await wend.batch([
      identify({ userId: one }, 10, { a: 1 }),
      identify({ userId: two }, 9, { b: 2 }),
      page({ userId: two }, 8),
    ]);
    await wend.settle();
    await wend.batch([{ type: 'alias', previousId: two, userId: one, timestamp: minutesAgo(5) }]);
    const person = await wend.settled(`user:${one}`);
    expect(person.userIds.toSorted()).toEqual([one, two].toSorted());
    expect(person.traits).toEqual({ a: 1, b: 2 });
    expect((await wend.visitor(`user:${two}`)).visitorId).toBe(person.visitorId);
    await wend.batch([page({ userId: two }, 1)]);
    expect((await wend.settled(`user:${one}`)).stats.events['Page Viewed']?.count).toBe(2);
  });

  it('by two users who only identify does not merge them', async () => {
    const [one, two, device] = [fresh('u'), fresh('u'), fresh('a')];
    await wend.batch([
      page({ anonymousId: device }, 10),
      identify({ anonymousId: device, userId: one }, 9, { name: 'one' }),
      page({ anonymousId: device }, 8),
      identify({ anonymousId: device, userId: two }, 7, { name: 'two' }),
      page({ anonymousId: device }, 6),
    ]);
    const first = await wend.settled(`user:${one}`);
    const second = await wend.visitor(`user:${two}`);
    // The device moved on to the second person; its past stays with the first.
    expect([first.userIds, first.stats.events['Page Viewed']?.count]).toEqual([[one], 2]);
    expect([second.userIds, second.stats.events['Page Viewed']?.count]).toEqual([[two], 1]);
    expect((await wend.visitor(`anon:${device}`)).visitorId).toBe(second.visitorId);
  });
});

describe('a device that several people use', () => {
  it('gives each what was done while it was theirs, what is told late too', async () => {
    const [one, two, device] = [fresh('u'), fresh('u'), fresh('a')];
    const pagesOf = async (userId: string) =>
      (await wend.settled(`user:${userId}`)).stats.events['Page Viewed']?.count ?? 0;
    for (const event of [
      page({ anonymousId: device }, 10),
      identify({ anonymousId: device, userId: one }, 9),
      page({ anonymousId: device }, 8),
      identify({ anonymousId: device, userId: two }, 5),
      page({ anonymousId: device }, 4),
    ]) {
      await wend.batch([event]);
      await wend.settle();
    }
    expect([await pagesOf(one), await pagesOf(two)]).toEqual([2, 1]);
    await wend.batch([page({ anonymousId: device }, 6), page({ anonymousId: device }, 3)]);
    expect([await pagesOf(one), await pagesOf(two)]).toEqual([3, 2]);
    expect((await wend.decide({ anonymousId: device })).visitorId).toBe(
      (await wend.visitor(`user:${two}`)).visitorId,
    );
  });
});

describe('aliases that go round in circles', () => {
  it('make one person, who can still be read and decided for', async () => {
    const ids = [fresh('u'), fresh('u'), fresh('u')];
    const [first = '', second = '', third = ''] = ids;
    await wend.batch([
      { type: 'alias', userId: first, previousId: second },
      { type: 'alias', userId: second, previousId: third },
      { type: 'alias', userId: third, previousId: first },
      { type: 'alias', userId: first, previousId: first },
      ...ids.map((userId) => page({ userId }, 1)),
    ]);
    await wend.settle();
    const people = await Promise.all(ids.map((userId) => wend.visitor(`user:${userId}`)));
    expect(new Set(people.map(({ visitorId }) => visitorId)).size).toBe(1);
    expect(people[0]?.userIds.toSorted()).toEqual(ids.toSorted());
    expect(people[0]?.stats.events['Page Viewed']?.count).toBe(3);
    for (const userId of ids) {
      expect((await wend.decide({ userId, anonymousId: fresh('a') })).visitorId).toBe(people[0]?.visitorId);
    }
  });
});

describe('a variant', () => {
  it('is the same each time', async () => {
    const anonymousId = fresh('a');
    const drawn = await variantOf({ anonymousId });
    for (let time = 0; time < 5; time++) expect(await variantOf({ anonymousId })).toBe(drawn);
  });

  it.each(['red', 'blue'])('%s that was drawn anonymously stays after the log-in', async (variant) => {
    const [anonymousId, userId] = [await whoDraws(variant), fresh('u')];
    await wend.settle();
    expect(await variantOf({ anonymousId, userId })).toBe(variant);
    await wend.post('/v1/identify', { anonymousId, userId });
    expect(await variantOf({ anonymousId, userId })).toBe(variant);
    await wend.settle();
    expect(await variantOf({ anonymousId, userId })).toBe(variant);
    expect(await variantOf({ userId })).toBe(variant);
    expect(await variantOf({ anonymousId: fresh('other-device'), userId })).toBe(variant);
  });

  it('of a person who is known already stands, whatever the new device drew', async () => {
    const userId = await userWhoDraws('red');
    await wend.post('/v1/identify', { userId });
    const anonymousId = await whoDraws('blue');
    await wend.settle();
    await wend.post('/v1/identify', { anonymousId, userId });
    await wend.settle();
    expect(await variantOf({ userId })).toBe('red');
    expect(await variantOf({ anonymousId })).toBe('red');
  });

  it('is drawn from the first id where nothing was shown before the log-in', async () => {
    const anonymousId = fresh('a');
    const before = (await wend.decide({ anonymousId, placements: ['page'], options: { dryRun: true } }))
      .placements;
    const userId = fresh('u');
    await wend.batch([identify({ anonymousId, userId }, 1)]);
    await wend.settle();
    const after = (await wend.decide({ userId, placements: ['page'] })).placements;
    expect(after).toEqual(before);
  });

  it('once drawn stays under new weights, and new weights rule who comes after', async () => {
    const people = Array.from({ length: 12 }, () => fresh('a'));
    const before = await Promise.all(people.map((anonymousId) => variantOf({ anonymousId })));
    expect(new Set(before).size).toBe(2);
    await wend.settle();
    await wend.publish(experiment([0, 100]));
    expect(await Promise.all(people.map((anonymousId) => variantOf({ anonymousId })))).toEqual(before);
    const others = Array.from({ length: 12 }, () => fresh('a'));
    const after = await Promise.all(others.map((anonymousId) => variantOf({ anonymousId })));
    expect(new Set(after)).toEqual(new Set(['blue']));
    await wend.publish(experiment([50, 50]));
  });

  it('drawn in place of one that was removed stays as well, and is drawn and recorded once', async () => {
    const people = await Promise.all(Array.from({ length: 6 }, () => whoDraws('red')));
    await wend.settle();
    const without = (weights: readonly [number, number]) => experiment(weights, ['blue', 'green']);
    await wend.publish(without([50, 50]));
    const drawn = await Promise.all(people.map((anonymousId) => variantOf({ anonymousId })));
    await wend.settle();
    await wend.publish(without(drawn[0] === 'blue' ? [0, 100] : [100, 0]));
    expect(await Promise.all(people.map((anonymousId) => variantOf({ anonymousId })))).toEqual(drawn);
    await wend.publish(experiment([50, 50]));
    // The one that was removed is back, and so are its people.
    expect(await Promise.all(people.map((anonymousId) => variantOf({ anonymousId })))).toEqual(
      people.map(() => 'red'),
    );
  });
});
