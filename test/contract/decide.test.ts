import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { DEFAULT_IDENTITY_SECRET } from '../../local/environment.ts';
import {
  experience,
  fresh,
  minutesAgo,
  PK,
  pathsOf,
  percentOff,
  problemOf,
  SK,
  serviceForFile,
} from './client.ts';

const settings = { kind: 'settings', id: 'settings', currency: 'EUR' };

const wend = serviceForFile([
  settings,
  experience('page-default', 'page', { default: true }),
  experience('page-looker', 'page', {
    priority: 30,
    where: { events: { name: 'Product Viewed', count: { $gte: 2 } } },
  }),
  experience('page-shoes', 'page', { priority: 50, where: { 'traits.interests': 'shoes' } }),
  experience('page-rich', 'page', { priority: 60, where: { 'cart.total': { $gte: 10_000 } } }),
  experience('page-app', 'page', { priority: 70, where: { channel: 'app' } }),
  experience('page-german', 'page', { priority: 80, where: { 'context.locale': { $regex: '^de' } } }),
  experience('page-known', 'page', { priority: 90, where: { 'visitor.known': true, 'traits.vip': true } }),
  experience('grid-a', 'grid', { priority: 30 }),
  experience('grid-b', 'grid', { priority: 20 }),
  experience('grid-c', 'grid', { priority: 10 }),
  experience('acme', 'account', { where: { 'account.plan': 'gold' } }),
  percentOff('ten', 10, {
    where: { 'cart.total': { $gte: 2000 } },
    combine: { group: 'order', with: ['ship'] },
  }),
  percentOff('five', 5, {
    where: { 'cart.total': { $gte: 2000 } },
    combine: { group: 'order', with: ['ship'] },
  }),
  {
    kind: 'offer',
    id: 'ship',
    label: 'Free shipping',
    reward: { type: 'freeShipping' },
    apply: 'automatic',
    where: { 'cart.total': { $gte: 5000 } },
    combine: { group: 'ship', with: ['order'] },
    until: '2099-12-31T00:00:00Z',
  },
]);

const line = { id: 'l1', sku: 'LIP-01', name: 'Lipstick', category: 'makeup', quantity: 2, unitPrice: 1299 };
const cart = { id: 'c-1', currency: 'EUR', shipping: 499, lines: [line] };
const shown = (
  answer: { placements: Record<string, { items: readonly { experienceId: string }[] }> },
  placement = 'page',
) => answer.placements[placement]?.items.map(({ experienceId }) => experienceId);
const viewed = { type: 'track', event: 'Product Viewed' };

const token = (claims: object, options: { secret?: string; expires?: string } = {}): Promise<string> =>
  new SignJWT({ ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime(options.expires ?? '1h')
    .sign(new TextEncoder().encode(options.secret ?? DEFAULT_IDENTITY_SECRET));

describe('decide answers', () => {
  it('with every field of the contract', async () => {
    const answer = await wend.post('/v1/decide', {
      anonymousId: fresh('a'),
      channel: 'web',
      placements: ['page', { id: 'grid', limit: 2 }, 'nowhere'],
      cart,
      context: { locale: 'en-GB', timezone: 'Europe/London', page: { path: '/' }, attributes: { any: 1 } },
    });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      decisionId: expect.stringMatching(/.+/),
      visitorId: expect.stringMatching(/^v[A-Za-z0-9_-]{22}$/),
      catalogVersion: 1,
      decidedAt: expect.stringMatching(/^\d{4}-.*Z$/),
      expiresAt: expect.stringMatching(/^\d{4}-.*Z$/),
      serviceFirst: false,
      placements: {
        page: {
          items: [{ experienceId: 'page-default', content: { id: 'page-default' }, reason: 'DEFAULT' }],
        },
        grid: {
          items: [
            { experienceId: 'grid-a', content: { id: 'grid-a' }, reason: 'TARGETING_MATCH' },
            { experienceId: 'grid-b', content: { id: 'grid-b' }, reason: 'TARGETING_MATCH' },
          ],
        },
        nowhere: { items: [] },
      },
      cart: {
        currency: 'EUR',
        lines: [
          {
            id: 'l1',
            sku: 'LIP-01',
            quantity: 2,
            unitPrice: 1299,
            subtotal: 2598,
            discounts: [{ offerId: 'ten', amount: 260 }],
            total: 2338,
            units: [1169, 1169],
          },
        ],
        gifts: [],
        subtotal: 2598,
        shipping: { amount: 499, discounts: [], total: 499 },
        discountTotal: 260,
        total: 2837,
        applied: [{ offerId: 'ten', amount: 260, label: '10% off' }],
      },
      offers: [],
      guards: [],
      questions: [],
      warnings: [],
      pending: [],
    });
    expect(answer.headers.get('cache-control')).toBe('private, no-store');
  });

  it('with a map of placements where none is asked for, and without a cart where there is none', async () => {
    const answer = await wend.decide({ anonymousId: fresh('a') });
    expect(answer.placements).toEqual({});
    expect('cart' in answer).toBe(false);
  });

  it('a placement named like an object’s own property with a key of its own', async () => {
    const names = ['constructor', 'toString', 'hasOwnProperty', 'page'];
    const { body } = await wend.post('/v1/decide', { anonymousId: fresh('a'), placements: names });
    expect(Object.keys(Object(Reflect.get(Object(body), 'placements'))).sort()).toEqual([...names].sort());
  });

  it('one item of a placement unless a limit says more, and the larger limit where it is asked for twice', async () => {
    const ask = async (placements: unknown[]) =>
      shown(await wend.decide({ anonymousId: fresh('a'), placements }), 'grid');
    expect(await ask(['grid'])).toEqual(['grid-a']);
    expect(await ask([{ id: 'grid' }])).toEqual(['grid-a']);
    expect(await ask([{ id: 'grid', limit: 2 }, 'grid'])).toEqual(['grid-a', 'grid-b']);
    expect(await ask([{ id: 'grid', limit: 100 }])).toEqual(['grid-a', 'grid-b', 'grid-c']);
  });

  it('differently for different customers', async () => {
    const anonymousId = fresh('a');
    const ask = async (rest: object = {}) =>
      shown(await wend.decide({ anonymousId, placements: ['page'], ...rest }));
    expect(await ask()).toEqual(['page-default']);
    expect(await ask({ cart: { ...cart, lines: [{ ...line, unitPrice: 9000 }] } })).toEqual(['page-rich']);
    expect(await ask({ channel: 'app' })).toEqual(['page-app']);
    expect(await ask({ context: { locale: 'de-AT' } })).toEqual(['page-german']);
  });

  it('by the traits of the account that the request names', async () => {
    await wend.post('/v1/group', { groupId: 'acme', userId: fresh('u'), traits: { plan: 'gold' } });
    await wend.settle();
    const ask = async (rest: object) =>
      shown(await wend.decide({ userId: fresh('u'), placements: ['account'], ...rest }), 'account');
    expect(await ask({ accountId: 'acme' })).toEqual(['acme']);
    expect(await ask({ accountId: 'other' })).toEqual([]);
    expect(await ask({})).toEqual([]);
    // Anybody holds a publishable key, and nothing proves that its visitor belongs to the account.
    const browser = await wend.decide(
      { anonymousId: fresh('a'), accountId: 'acme', placements: ['account'] },
      { key: 'pk_local' },
    );
    expect(shown(browser, 'account')).toEqual([]);
  });

  it('with offers of other groups together, and the best one of a group', async () => {
    const { cart: priced } = await wend.decide({
      anonymousId: fresh('a'),
      cart: { ...cart, lines: [{ ...line, quantity: 4 }] },
    });
    expect(priced?.applied.map(({ offerId }) => offerId).sort()).toEqual(['ship', 'ten']);
    expect(priced?.shipping).toEqual({
      amount: 499,
      discounts: [{ offerId: 'ship', amount: 499 }],
      total: 0,
    });
    expect(priced?.total).toBe(5196 - 520);
  });

  it('with exact units for a cart of any order of lines', async () => {
    const lines = [
      { id: 'x', sku: 'x', quantity: 3, unitPrice: 333 },
      { id: 'y', sku: 'y', quantity: 7, unitPrice: 199 },
      { id: 'z', sku: 'z', quantity: 1, unitPrice: 1 },
    ];
    const price = async (ordered: typeof lines) =>
      (await wend.decide({ anonymousId: fresh('a'), cart: { currency: 'EUR', lines: ordered } })).cart;
    const [one, two] = [await price(lines), await price(lines.toReversed())];
    expect(two?.lines.toReversed()).toEqual(one?.lines);
    for (const priced of one?.lines ?? []) {
      expect(priced.units.reduce((sum, unit) => sum + unit, 0)).toBe(priced.total);
      expect(priced.units).toHaveLength(priced.quantity);
    }
    expect(one?.lines.reduce((sum, { total }) => sum + total, 0)).toBe((one?.total ?? 0) - 0);
  });

  it('a cart without lines with nothing to pay', async () => {
    const { cart: priced } = await wend.decide({
      anonymousId: fresh('a'),
      cart: { currency: 'JPY', lines: [] },
    });
    expect(priced).toMatchObject({ currency: 'JPY', lines: [], subtotal: 0, total: 0, applied: [] });
  });
});

describe('the cart', () => {
  it('of the request replaces the remembered one for that decision, and no longer', async () => {
    const anonymousId = fresh('a');
    await wend.track(
      'Product Added',
      { anonymousId },
      { product_id: 'p', price: 25, quantity: 2, currency: 'EUR' },
    );
    await wend.settle();
    const remembered = await wend.decide({ anonymousId });
    expect(remembered.cart).toMatchObject({
      subtotal: 5000,
      applied: [{ offerId: 'ten' }],
    });
    expect((await wend.decide({ anonymousId, cart })).cart?.subtotal).toBe(2598);
    expect((await wend.decide({ anonymousId })).cart?.subtotal).toBe(5000);
    expect((await wend.visitor(`anon:${anonymousId}`)).cart).toMatchObject({ total: 5000, itemCount: 2 });
  });
});

describe('events inside decide', () => {
  it('are reflected in the answer and ingested once', async () => {
    const anonymousId = fresh('a');
    const events = [
      { ...viewed, messageId: fresh('m') },
      { ...viewed, messageId: fresh('m') },
    ];
    const first = await wend.decide({ anonymousId, placements: ['page'], events });
    expect(shown(first)).toEqual(['page-looker']);
    expect(first.pending).toEqual(events.map(({ messageId }) => messageId));
    // Sent again, as a client that repeats a request does.
    await wend.decide({ anonymousId, placements: ['page'], events });
    const visitor = await wend.settled(`anon:${anonymousId}`);
    expect(visitor.stats.events['Product Viewed']?.count).toBe(2);
    const later = await wend.decide({ anonymousId, placements: ['page'], events });
    expect([shown(later), later.pending]).toEqual([['page-looker'], []]);
    expect((await wend.settled(`anon:${anonymousId}`)).stats.events['Product Viewed']?.count).toBe(2);
  });

  it('inherit the request’s ids and time', async () => {
    const userId = fresh('u');
    const answer = await wend.decide({ userId, events: [{ type: 'track', event: 'Called' }] });
    const visitor = await wend.settled(`user:${userId}`);
    expect(visitor.visitorId).toBe(answer.visitorId);
    const at = Date.parse(visitor.stats.events['Called']?.firstAt ?? '');
    expect(Math.abs(at - Date.parse(answer.decidedAt))).toBeLessThan(50);
  });

  it('may be identify calls: the next placement knows', async () => {
    const anonymousId = fresh('a');
    const answer = await wend.decide({
      anonymousId,
      placements: ['page'],
      events: [{ type: 'identify', traits: { interests: ['shoes', 'hats'] } }],
    });
    expect(shown(answer)).toEqual(['page-shoes']);
  });

  it('may fill the cart that is priced', async () => {
    const properties = { product_id: 'p', price: '30.00', currency: 'EUR' };
    const answer = await wend.decide({
      anonymousId: fresh('a'),
      events: [{ type: 'track', event: 'Product Added', properties }],
    });
    expect(answer.cart).toMatchObject({ subtotal: 3000, total: 2700 });
  });

  it('refuse the request where one is invalid, and none is ingested', async () => {
    const anonymousId = fresh('a');
    const answer = await wend.post('/v1/decide', {
      anonymousId,
      events: [{ type: 'track', event: 'Fine' }, { type: 'track' }, { type: 'trick' }],
    });
    expect([answer.status, pathsOf(answer)]).toEqual([400, ['events[1].event', 'events[2].type']]);
    await wend.settle();
    expect((await wend.get(`/v1/visitors/anon:${anonymousId}`)).status).toBe(404);
  });

  it('as `recent` are applied and not ingested, and stay pending until the store shows them', async () => {
    const anonymousId = fresh('a');
    const recent = [
      { ...viewed, messageId: fresh('m') },
      { ...viewed, messageId: fresh('m') },
    ];
    const answer = await wend.decide({ anonymousId, placements: ['page'], recent });
    expect(shown(answer)).toEqual(['page-looker']);
    expect(answer.pending).toEqual(recent.map(({ messageId }) => messageId));
    await wend.settle();
    expect((await wend.get(`/v1/visitors/anon:${anonymousId}`)).status).toBe(404);
    await wend.batch(recent.map((event) => ({ ...event, anonymousId })));
    await wend.settle();
    const later = await wend.decide({ anonymousId, placements: ['page'], recent });
    expect([shown(later), later.pending]).toEqual([['page-looker'], []]);
  });

  it('take nothing from another person’s decision', async () => {
    const [mine, theirs] = [fresh('u'), fresh('u')];
    const answer = await wend.decide({
      userId: mine,
      placements: ['page'],
      events: [
        { ...viewed, userId: theirs },
        { ...viewed, userId: theirs },
      ],
    });
    expect(shown(answer)).toEqual(['page-default']);
    expect((await wend.settled(`user:${theirs}`)).stats.events['Product Viewed']?.count).toBe(2);
    expect((await wend.get(`/v1/visitors/user:${mine}`)).status).toBe(404);
  });
});

describe('a dry run', () => {
  it('ingests nothing and records nothing, and answers the same', async () => {
    const anonymousId = fresh('a');
    const events = [viewed, viewed].map((event) => ({ ...event, messageId: fresh('m') }));
    const answer = await wend.decide({
      anonymousId,
      placements: ['page'],
      events,
      options: { dryRun: true },
    });
    expect(shown(answer)).toEqual(['page-looker']);
    await wend.settle();
    expect((await wend.get(`/v1/visitors/anon:${anonymousId}`)).status).toBe(404);
  });
});

describe('an explanation', () => {
  it('names every candidate, with its evidence as data', async () => {
    const { explanation } = await wend.decide({
      anonymousId: fresh('a'),
      placements: ['page', 'grid'],
      cart,
      options: { explain: true },
    });
    const experiences = new Map(explanation?.experiences.map((one) => [one['experienceId'], one]));
    expect(experiences.get('page-default')).toMatchObject({ status: 'SHOWN', placement: 'page' });
    expect(experiences.get('page-rich')).toMatchObject({
      status: 'INELIGIBLE',
      fact: 'cart.total',
      operator: '$gte',
      needed: 10_000,
      actual: 2598,
      gap: 7402,
    });
    expect(experiences.get('page-app')).toMatchObject({
      status: 'INELIGIBLE',
      fact: 'channel',
      actual: null,
    });
    expect(experiences.get('page-looker')).toMatchObject({
      status: 'INELIGIBLE',
      needed: 2,
      actual: 0,
      gap: 2,
    });
    expect(experiences.get('grid-a')).toMatchObject({ status: 'SHOWN' });
    expect(experiences.get('grid-b')).toMatchObject({ status: 'BEATEN', by: 'grid-a', difference: 10 });
    expect(experiences.has('acme')).toBe(false);
    const offers = new Map(explanation?.offers.map((one) => [one['offerId'], one]));
    expect(offers.get('ten')).toMatchObject({ status: 'APPLIED', amount: 260 });
    expect(offers.get('five')).toMatchObject({ status: 'BEATEN', by: 'ten', difference: 130 });
    expect(offers.get('ship')).toMatchObject({
      status: 'INELIGIBLE',
      fact: 'cart.total',
      needed: 5000,
      gap: 2402,
    });
    expect(explanation?.journeys).toEqual([]);
  });

  it('is there only where it was asked for, and for servers and operators only', async () => {
    const body = { anonymousId: fresh('a'), placements: ['page'] };
    expect('explanation' in (await wend.decide(body))).toBe(false);
    const explained = { ...body, options: { explain: true } };
    expect((await wend.post('/v1/decide', explained, { key: PK })).status).toBe(403);
    expect((await wend.post('/v1/decide', explained, { key: 'ak_local' })).status).toBe(200);
    const not = { ...body, options: { explain: false } };
    expect((await wend.post('/v1/decide', not, { key: PK })).status).toBe(200);
  });
});

describe('a userId with a publishable key', () => {
  const ask = (body: object) => wend.post('/v1/decide', { placements: ['page'], ...body }, { key: PK });

  it('is refused without proof, even beside an anonymousId, and even where the rest is invalid', async () => {
    for (const body of [
      { userId: 'u-1' },
      { userId: 'u-1', anonymousId: 'a-1' },
      { userId: 'u-1', foo: 1 },
    ]) {
      const answer = await ask(body);
      expect(answer.status).toBe(403);
      problemOf(answer);
    }
  });

  it('is taken with an identity token of the shop', async () => {
    const userId = fresh('u');
    await wend.post('/v1/identify', { userId, traits: { vip: true } });
    await wend.settle();
    const answer = await ask({ userId, identityToken: await token({ sub: userId }) });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ placements: { page: { items: [{ experienceId: 'page-known' }] } } });
  });

  it('is refused with a token that proves nothing', async () => {
    const userId = fresh('u');
    const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const ahead = Math.floor(Date.now() / 1000) + 3600;
    const good = await token({ sub: userId });
    const [header = '', payload = '', signature = ''] = good.split('.');
    const tokens: Readonly<Record<string, string>> = {
      'of somebody else': await token({ sub: 'somebody-else' }),
      'of another secret': await token({ sub: userId }, { secret: 'another-secret-of-32-characters-!!' }),
      expired: await token({ sub: userId }, { expires: '-1m' }),
      'without exp': await new SignJWT({ sub: userId })
        .setProtectedHeader({ alg: 'HS256' })
        .sign(new TextEncoder().encode(DEFAULT_IDENTITY_SECRET)),
      'without sub': await token({}),
      'not valid yet': await token({ sub: userId, nbf: ahead }),
      'alg none': `${encode({ alg: 'none' })}.${encode({ sub: userId, exp: ahead })}.`,
      'alg none with a signature': `${encode({ alg: 'none' })}.${payload}.${signature}`,
      'a payload that was changed': `${header}.${encode({ sub: userId, exp: ahead + 1 })}.${signature}`,
      nonsense: 'nonsense',
      long: 'x'.repeat(8000),
    };
    for (const [what, identityToken] of Object.entries(tokens)) {
      const answer = await ask({ userId, identityToken });
      expect([what, answer.status]).toEqual([what, 403]);
      problemOf(answer);
      expect(answer.text).not.toContain('somebody-else');
    }
  });

  it('is not needed with a secret key', async () => {
    expect((await wend.post('/v1/decide', { userId: fresh('u') }, { key: SK })).status).toBe(200);
  });

  it('in an inline event adds to the anonymous visitor only', async () => {
    const [anonymousId, userId] = [fresh('a'), fresh('u')];
    const answer = await wend.post(
      '/v1/decide',
      { anonymousId, events: [{ type: 'identify', userId, traits: { vip: true } }] },
      { key: PK },
    );
    expect(answer.status).toBe(200);
    await wend.settle();
    expect((await wend.get(`/v1/visitors/user:${userId}`)).status).toBe(404);
    const visitor = await wend.visitor(`anon:${anonymousId}`);
    expect([visitor.known, visitor.userIds]).toEqual([false, []]);
  });
});

describe('GET /v1/journey', () => {
  const path = (query: Record<string, string>): string => `/v1/journey?${new URLSearchParams(query)}`;

  it('answers as decide does', async () => {
    const anonymousId = fresh('a');
    const query = { anonymousId, placements: 'page, grid,', channel: 'app' };
    const answer = await wend.get(path(query), { key: PK });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      visitorId: expect.any(String),
      placements: { page: { items: [{ experienceId: 'page-app' }] }, grid: { items: [{}] } },
      warnings: [],
    });
    expect(answer.headers.get('cache-control')).not.toContain('no-store');
    expect(answer.headers.get('cache-control')).toContain('private');
  });

  it('has an ETag over what a person would see, and answers 304 while that is the same', async () => {
    const anonymousId = fresh('a');
    const ask = (etag?: string) =>
      wend.get(path({ anonymousId, placements: 'page' }), {
        key: PK,
        ...(etag === undefined ? {} : { headers: { 'if-none-match': etag } }),
      });
    const etag = (await ask()).headers.get('etag') ?? '';
    expect(etag).toMatch(/^(W\/)?"[^"]+"$/);
    const same = await ask(etag);
    expect([same.status, same.text, same.headers.get('etag')]).toEqual([304, '', etag]);
    expect((await ask(`"other", ${etag}`)).status).toBe(304);
    expect((await ask('"other"')).status).toBe(200);
    await wend.post('/v1/identify', { anonymousId, traits: { interests: 'shoes' } });
    await wend.settle();
    const changed = await ask(etag);
    expect(changed.status).toBe(200);
    expect(changed.headers.get('etag')).not.toBe(etag);
  });

  it('takes a userId with x-identity-token, and refuses it without', async () => {
    const userId = fresh('u');
    await wend.post('/v1/identify', { userId, traits: { vip: true } });
    await wend.settle();
    const query = path({ userId, placements: 'page' });
    expect((await wend.get(query, { key: PK })).status).toBe(403);
    // What is forbidden stands before what is invalid, as it does for decide.
    expect((await wend.get(`${query}&foo=1`, { key: PK })).status).toBe(403);
    expect((await wend.get(`${query}&foo=1`, { key: SK })).status).toBe(400);
    const headers = { 'x-identity-token': await token({ sub: userId }) };
    const answer = await wend.get(query, { key: PK, headers });
    expect(answer.body).toMatchObject({ placements: { page: { items: [{ experienceId: 'page-known' }] } } });
    expect((await wend.get(query, { key: SK })).status).toBe(200);
  });

  it.each([
    ['', 'anonymousId'],
    ['anonymousId=', 'anonymousId'],
    ['anonymousId=a&foo=1', 'foo'],
    [
      `anonymousId=a&placements=${Array.from({ length: 51 }, (_, index) => `p${index}`).join(',')}`,
      'placements',
    ],
  ])('refuses ?%s with the path %s', async (query, wrong) => {
    const answer = await wend.get(`/v1/journey?${query}`, { key: PK });
    expect([answer.status, pathsOf(answer)]).toEqual([400, [wrong]]);
  });
});

describe('a decision', () => {
  it('reflects the anonymous history right after the log-in, before its identify was applied', async () => {
    const [anonymousId, userId] = [fresh('a'), fresh('u')];
    await wend.batch([
      { ...viewed, anonymousId, timestamp: minutesAgo(3) },
      { ...viewed, anonymousId, timestamp: minutesAgo(2) },
    ]);
    await wend.settle();
    expect(shown(await wend.decide({ anonymousId, userId, placements: ['page'] }))).toEqual(['page-looker']);
  });

  describe('whose log-in travels with it', () => {
    const login = (userId: string) => ({ type: 'identify', userId, messageId: fresh('m') });
    const vip = async (): Promise<string> => {
      const userId = fresh('u');
      await wend.post('/v1/identify', { userId, traits: { vip: true } });
      await wend.settle();
      return userId;
    };

    it('is about the person who logged in, with all that is remembered of them', async () => {
      const userId = await vip();
      const ask = { anonymousId: fresh('a'), placements: ['page'], events: [login(userId)] };
      const answer = await wend.decide(ask);
      expect(shown(answer)).toEqual(['page-known']);
      expect(answer.visitorId).toBe((await wend.visitor(`user:${userId}`)).visitorId);
    });

    it('shows nothing of the person who used the device before', async () => {
      const [anonymousId, before, userId] = [fresh('a'), await vip(), fresh('u')];
      await wend.post('/v1/identify', { anonymousId, userId: before });
      await wend.settle();
      const answer = await wend.decide({ anonymousId, placements: ['page'], events: [login(userId)] });
      expect(shown(answer)).toEqual(['page-default']);
    });

    it('believes a publishable key that proves the person in the request or in the event', async () => {
      const userId = await vip();
      const ask = () => ({ anonymousId: fresh('a'), placements: ['page'] });
      const identityToken = await token({ sub: userId });
      const inRequest = { ...ask(), identityToken, events: [login(userId)] };
      const inEvent = { ...ask(), events: [{ ...login(userId), context: { identityToken } }] };
      for (const request of [inRequest, inEvent]) {
        const answer = await wend.post('/v1/decide', request, { key: PK });
        expect(answer.body).toMatchObject({
          placements: { page: { items: [{ experienceId: 'page-known' }] } },
        });
      }
      const unproven = await wend.post('/v1/decide', { ...ask(), events: [login(userId)] }, { key: PK });
      expect(unproven.body).toMatchObject({
        placements: { page: { items: [{ experienceId: 'page-default' }] } },
      });
    });

    it('is not moved by an event of somebody else on another device', async () => {
      const traits = { interests: 'shoes' };
      const events = [{ ...login(fresh('u')), anonymousId: fresh('a'), traits }];
      const answer = await wend.decide({ anonymousId: fresh('a'), placements: ['page'], events });
      expect([shown(answer), answer.pending]).toEqual([['page-default'], []]);
    });
  });

  it('is the same for the same person in parallel', async () => {
    const anonymousId = fresh('a');
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => wend.decide({ anonymousId, placements: ['page'], cart })),
    );
    expect(
      new Set(answers.map(({ placements, cart: priced }) => JSON.stringify([placements, priced]))).size,
    ).toBe(1);
    expect(new Set(answers.map(({ decisionId }) => decisionId)).size).toBe(20);
  });
});
