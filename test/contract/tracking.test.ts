import { gzipSync } from 'node:zlib';
import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { DEFAULT_IDENTITY_SECRET } from '../../local/environment.ts';
import { experience, fresh, minutesAgo, PK, pathsOf, problemOf, SK, serviceForFile } from './client.ts';

const wend = serviceForFile([
  { kind: 'settings', id: 'settings', currency: 'EUR' },
  experience('for-consent', 'page', { consent: 'personalization' }),
  experience('fallback', 'page', { default: true }),
]);

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const ago = (milliseconds: number): string => new Date(Date.now() - milliseconds).toISOString();
const atOf = async (userId: string, event: string): Promise<number> =>
  Date.parse((await wend.settled(`user:${userId}`)).stats.events[event]?.firstAt ?? '');

describe('the calls and their short forms', () => {
  it.each([
    ['track', 't', { event: 'Bought A Hat' }],
    ['identify', 'i', { traits: { hat: true } }],
    ['page', 'p', { name: 'Home' }],
    ['screen', 's', { name: 'Home' }],
    ['group', 'g', { groupId: 'acme' }],
    ['alias', 'a', { previousId: 'before' }],
    ['batch', 'b', { batch: [{ type: 'track', event: 'Bought A Hat', userId: 'someone' }] }],
  ])('%s and %s answer success', async (call, short, body) => {
    for (const path of [`/v1/${call}`, `/v1/${short}`]) {
      const answer = await wend.post(path, { userId: fresh('u'), ...body });
      expect([path, answer.status, answer.body]).toEqual([path, 200, { success: true }]);
    }
  });

  it('are remembered as what they are', async () => {
    const userId = fresh('u');
    await wend.batch([
      { type: 'track', event: 'Bought A Hat', userId },
      { type: 'page', name: 'Home', userId },
      { type: 'screen', name: 'Home', userId },
      { type: 'identify', traits: { hat: true, age: 44 }, userId },
      { type: 'group', groupId: 'acme', traits: { plan: 'gold' }, userId },
    ]);
    const visitor = await wend.settled(`user:${userId}`);
    expect(Object.keys(visitor.stats.events).sort()).toEqual([
      'Bought A Hat',
      'Page Viewed',
      'Screen Viewed',
    ]);
    expect(visitor.traits).toEqual({ hat: true, age: 44 });
    expect(visitor.account).toMatchObject({ id: 'acme', traits: { plan: 'gold' } });
    expect(visitor.stats.sessions).toBe(1);
  });
});

describe('bodies as the SDKs send them', () => {
  const event = () => ({ event: 'Sent', userId: fresh('u') });

  it('may be JSON as text/plain, which a browser sends without a preflight', async () => {
    for (const type of ['text/plain', 'text/plain;charset=UTF-8']) {
      const sent = event();
      const answer = await wend.send('POST', '/v1/t', {
        key: null,
        raw: JSON.stringify({ ...sent, anonymousId: sent.userId, writeKey: PK }),
        headers: { 'content-type': type },
      });
      expect(answer.body).toEqual({ success: true });
      const visitor = await wend.settled(`anon:${sent.userId}`);
      expect(visitor.stats.events['Sent']?.count).toBe(1);
    }
  });

  it('may be gzip, said or not', async () => {
    const packed = new Uint8Array(gzipSync(JSON.stringify(event())));
    for (const headers of [{ 'content-encoding': 'gzip' }, {}]) {
      const answer = await wend.send('POST', '/v1/track', {
        raw: packed,
        headers: { 'content-type': 'application/json', ...headers },
      });
      expect(answer.body).toEqual({ success: true });
    }
  });

  it('are bounded when unpacked, and refused when broken', async () => {
    const pack = (text: string) => new Uint8Array(gzipSync(text));
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    const bomb = pack(JSON.stringify({ ...event(), properties: { text: 'x'.repeat(50_000_000) } }));
    expect((await wend.send('POST', '/v1/batch', { raw: bomb, headers })).status).toBe(413);
    const broken = pack(JSON.stringify(event())).slice(0, 30);
    expect((await wend.send('POST', '/v1/track', { raw: broken, headers })).status).toBe(400);
    const plain = await wend.send('POST', '/v1/track', { raw: JSON.stringify(event()), headers });
    expect(plain.status).toBe(400);
    expect(await wend.isUp()).toBe(true);
  });

  it('may carry fields that no schema knows', async () => {
    const userId = fresh('u');
    const answer = await wend.post('/v1/track', {
      event: 'Sent',
      userId,
      integrations: { All: true },
      _metadata: { nodeVersion: '24' },
      properties: { a: { b: [1, null, 'c'] } },
      context: { library: { name: 'x' }, anything: 1 },
      whatever: 1,
    });
    expect(answer.body).toEqual({ success: true });
  });

  it('may name ids by numbers, and nobody by null or empty text', async () => {
    const number = 900_000 + Math.floor(Math.random() * 1000);
    expect((await wend.post('/v1/track', { event: 'X', userId: number })).status).toBe(200);
    expect((await wend.settled(`user:${number}`)).userIds).toEqual([String(number)]);
    const anonymousId = fresh('a');
    expect((await wend.post('/v1/track', { event: 'X', userId: null, anonymousId })).status).toBe(200);
    expect((await wend.post('/v1/track', { event: 'X', userId: '', anonymousId: null })).status).toBe(400);
  });
});

describe('a batch', () => {
  it('takes what is valid, and answers what is not with index, messageId and errors', async () => {
    const userId = fresh('u');
    const batch = [
      { type: 'track', event: 'First', userId },
      { type: 'track', userId, messageId: 'no-name' },
      { type: 'trick', event: 'X', userId },
      ['a', 'list'],
      { type: 'track', event: 'No One' },
      { type: 'track', event: 'Future', userId, timestamp: new Date(Date.now() + 2 * DAY).toISOString() },
      {
        type: 'track',
        event: 'Deep',
        userId,
        properties: JSON.parse(`${'[{"a":'.repeat(12)}1${'}]'.repeat(12)}`),
      },
      { type: 'track', event: 'Large', userId, properties: { text: 'x'.repeat(33 * 1024) } },
      { type: 'track', event: 'Last', userId },
    ];
    const answer = await wend.batch(batch);
    expect(answer.rejected?.map(({ index, messageId }) => [index, messageId])).toEqual([
      [1, 'no-name'],
      [2, null],
      [3, null],
      [4, null],
      [5, null],
      [6, null],
      [7, null],
    ]);
    expect(answer.rejected?.map(({ errors }) => errors[0]?.path)).toEqual([
      'event',
      'type',
      '',
      'anonymousId',
      'timestamp',
      expect.stringContaining('properties'),
      '',
    ]);
    const visitor = await wend.settled(`user:${userId}`);
    expect(Object.keys(visitor.stats.events).sort()).toEqual(['First', 'Last']);
  });

  it('may hold nothing but invalid events, or nothing', async () => {
    expect((await wend.batch([{ type: 'track' }])).rejected).toHaveLength(1);
    expect(await wend.batch([])).toEqual({ success: true });
  });

  it('lends its context, timestamp and sentAt to its events', async () => {
    const [mine, lent] = [fresh('u'), fresh('u')];
    const context = { timezone: 'Asia/Tokyo', consent: { categoryPreferences: { ads: true } } };
    await wend.post('/v1/batch', {
      context,
      timestamp: ago(2 * HOUR),
      batch: [
        { type: 'track', event: 'X', userId: lent },
        { type: 'track', event: 'X', userId: mine, timestamp: ago(5 * HOUR), context: { locale: 'nl' } },
      ],
    });
    expect((await wend.settled(`user:${lent}`)).consents).toEqual({ ads: true });
    expect((await wend.settled(`user:${mine}`)).consents).toEqual({ ads: true });
    expect(Math.abs((await atOf(lent, 'X')) - (Date.now() - 2 * HOUR))).toBeLessThan(5000);
    expect(Math.abs((await atOf(mine, 'X')) - (Date.now() - 5 * HOUR))).toBeLessThan(5000);
  });

  it('of 2,500 events is taken, and one more is refused whole', async () => {
    const userId = fresh('u');
    const events = (count: number) => Array.from({ length: count }, () => ({ type: 'page', userId }));
    expect(await wend.batch(events(2500))).toEqual({ success: true });
    const more = await wend.post('/v1/batch', { batch: events(2501) });
    expect(more.status).toBe(413);
    problemOf(more);
    expect((await wend.settled(`user:${userId}`)).stats.events['Page Viewed']?.count).toBe(2500);
  });

  it.each([
    [{}, 'batch'],
    [{ batch: {} }, 'batch'],
    [{ batch: 'x' }, 'batch'],
    [{ batch: [], context: 5 }, 'context'],
    [{ batch: [], sentAt: 'now' }, 'sentAt'],
    [[], ''],
    ['x', ''],
  ])('that is none, %j, is refused with 400', async (json, path) => {
    const answer = await wend.post('/v1/batch', json);
    expect([answer.status, pathsOf(answer)]).toEqual([400, [path]]);
  });
});

describe('time', () => {
  it('of a clock that is wrong is corrected by sentAt', async () => {
    const userId = fresh('u');
    const wrong = (minutes: number): string =>
      new Date(Date.now() + 3 * DAY - minutes * 60_000).toISOString();
    await wend.track('Skewed', { userId }, {}, { timestamp: wrong(10), sentAt: wrong(0) });
    expect(Math.abs((await atOf(userId, 'Skewed')) - (Date.now() - 600_000))).toBeLessThan(5000);
  });

  it('of a clock that is beyond belief stays a time that RFC 3339 can say', async () => {
    const userId = fresh('u');
    const sentAt = '9999-12-31T00:00:00Z';
    await wend.track('Skewed', { userId }, {}, { timestamp: '0001-01-01T00:00:00Z', sentAt });
    expect((await wend.settled(`user:${userId}`)).stats.firstSeenAt).toBe('0001-01-01T00:00:00.000Z');
    const ahead = { timestamp: '9999-12-31T00:00:00Z', sentAt: '0001-01-01T00:00:00Z' };
    const answer = await wend.post('/v1/track', { event: 'Skewed', userId, ...ahead });
    expect([answer.status, pathsOf(answer)]).toEqual([400, ['timestamp']]);
  });

  it('a little ahead is accepted, more than 24 hours ahead is rejected', async () => {
    const userId = fresh('u');
    const ahead = (hours: number) => ({ timestamp: new Date(Date.now() + hours * HOUR).toISOString() });
    await wend.track('Ahead', { userId }, {}, ahead(23));
    const answer = await wend.post('/v1/track', { event: 'X', userId, ...ahead(25) });
    expect([answer.status, pathsOf(answer)]).toEqual([400, ['timestamp']]);
  });

  it('long past is accepted, and updates the profile', async () => {
    const userId = fresh('u');
    await wend.post('/v1/identify', { userId, timestamp: '1999-12-31T23:59:59Z', traits: { old: true } });
    await wend.post('/v1/track', { event: 'Ancient', userId, timestamp: '1970-01-01T00:00:00.001Z' });
    const visitor = await wend.settled(`user:${userId}`);
    expect(visitor.traits).toEqual({ old: true });
    expect(visitor.stats.firstSeenAt).toBe('1970-01-01T00:00:00.001Z');
    expect(visitor.stats.events['Ancient']?.count).toBe(1);
  });

  it.each(['yesterday', '2026-13-01T00:00:00Z', '2026-02-30T00:00:00Z', '', 5, {}])(
    'that is none, %j, is refused or taken as absent, with its path',
    async (timestamp) => {
      const answer = await wend.post('/v1/track', { event: 'X', userId: fresh('u'), timestamp });
      expect([answer.status, pathsOf(answer)]).toEqual([400, ['timestamp']]);
    },
  );

  it('with any offset and precision of RFC 3339 is understood', async () => {
    const userId = fresh('u');
    await wend.track('X', { userId }, {}, { timestamp: '2026-03-01T12:00:00.123456+02:00' });
    expect(await atOf(userId, 'X')).toBe(Date.parse('2026-03-01T10:00:00.123Z'));
  });
});

describe('limits', () => {
  it('an event of 32 KB is taken, one of 33 KB is 413, and nothing of it is taken', async () => {
    const userId = fresh('u');
    const sized = (bytes: number): string => {
      const empty = JSON.stringify({ event: 'Sized', userId, properties: { text: '' } });
      return JSON.stringify({
        event: 'Sized',
        userId,
        properties: { text: 'x'.repeat(bytes - empty.length) },
      });
    };
    const headers = { 'content-type': 'application/json' };
    expect((await wend.send('POST', '/v1/track', { raw: sized(32 * 1024), headers })).status).toBe(200);
    const over = await wend.send('POST', '/v1/track', { raw: sized(32 * 1024 + 1), headers });
    expect(over.status).toBe(413);
    problemOf(over);
    expect((await wend.settled(`user:${userId}`)).stats.events['Sized']?.count).toBe(1);
  });

  it('a batch of 500 KB is taken whole, one of 501 KB is 413, and nothing of it is taken', async () => {
    const userId = fresh('u');
    const batch = (kilobytes: number) => ({
      batch: Array.from({ length: 20 }, () => ({
        type: 'track',
        event: 'Sized',
        userId,
        properties: { text: 'x'.repeat((kilobytes * 1024) / 20 - 90) },
      })),
    });
    expect((await wend.post('/v1/batch', batch(499))).body).toEqual({ success: true });
    expect((await wend.post('/v1/batch', batch(503))).status).toBe(413);
    expect((await wend.settled(`user:${userId}`)).stats.events['Sized']?.count).toBe(20);
  });
});

describe('a messageId', () => {
  it('takes effect once, in one batch, in many, in any order and in parallel', async () => {
    const userId = fresh('u');
    const events = Array.from({ length: 30 }, (_, index) => ({
      type: 'track',
      event: 'Once',
      userId,
      messageId: `${userId}-${index}`,
      timestamp: minutesAgo(30 - index),
    }));
    await wend.batch([...events, ...events]);
    await Promise.all([
      wend.batch(events.toReversed()),
      ...events.map(({ type: _, ...event }) => wend.post('/v1/track', event)),
    ]);
    expect((await wend.settled(`user:${userId}`)).stats.events['Once']?.count).toBe(30);
  });

  it('is once for far more messages than the visitor item holds', async () => {
    const userId = fresh('u');
    const events = Array.from({ length: 400 }, (_, index) => ({
      type: 'page',
      userId,
      messageId: `${userId}-${index}`,
    }));
    await wend.batch(events);
    await wend.settle();
    await wend.batch(events);
    expect((await wend.settled(`user:${userId}`)).stats.events['Page Viewed']?.count).toBe(400);
  });

  it('of two events that have none are two', async () => {
    const userId = fresh('u');
    await wend.batch([
      { type: 'page', userId },
      { type: 'page', userId, messageId: '' },
      { type: 'page', userId, messageId: null },
    ]);
    expect((await wend.settled(`user:${userId}`)).stats.events['Page Viewed']?.count).toBe(3);
  });
});

describe('traits, preferences and consents', () => {
  it('the newest timestamp of each wins, whatever order they arrive in', async () => {
    const userId = fresh('u');
    const identify = (minutes: number, traits: object, context: object = {}) => ({
      type: 'identify',
      userId,
      traits,
      context,
      timestamp: minutesAgo(minutes),
    });
    const consent = (granted: boolean) => ({ consent: { categoryPreferences: { ads: granted } } });
    await wend.batch([identify(1, { city: 'Delft', preferences: { name: 'Don' } }, consent(false))]);
    await wend.settle();
    await wend.batch([
      identify(
        10,
        { city: 'Gent', age: 30, preferences: { name: 'Donald', contactStyle: 'chatty' } },
        consent(true),
      ),
    ]);
    const visitor = await wend.settled(`user:${userId}`);
    expect(visitor.traits).toEqual({ city: 'Delft', age: 30 });
    expect(visitor.preferences).toEqual({ name: 'Don', contactStyle: 'chatty' });
    expect(visitor.consents).toEqual({ ads: false });
  });

  it('a consent shows in the next decision, and its withdrawal too', async () => {
    const anonymousId = fresh('a');
    const ask = async (granted?: boolean): Promise<unknown> => {
      const consents = { consent: { categoryPreferences: { personalization: granted } } };
      const events = granted === undefined ? [] : [{ type: 'page', context: consents }];
      const answer = await wend.decide({ anonymousId, placements: ['page'], events });
      return answer.placements['page']?.items[0]?.experienceId;
    };
    expect(await ask()).toBe('fallback');
    expect(await ask(true)).toBe('for-consent');
    await wend.settle();
    expect(await ask()).toBe('for-consent');
    expect(await ask(false)).toBe('fallback');
  });

  it('a household is no account, and the latest of each counts', async () => {
    const userId = fresh('u');
    const group = (minutes: number, groupId: string, traits: object) => ({
      type: 'group',
      userId,
      groupId,
      traits,
      timestamp: minutesAgo(minutes),
    });
    await wend.batch([
      group(1, 'acme', { plan: 'gold' }),
      group(5, 'old-firm', { plan: 'tin' }),
      group(3, 'home-1', { type: 'household', city: 'Gent' }),
    ]);
    const visitor = await wend.settled(`user:${userId}`);
    expect(visitor.account).toMatchObject({ id: 'acme' });
    expect(visitor.household).toMatchObject({ id: 'home-1', traits: { city: 'Gent' } });
  });
});

describe('a publishable key', () => {
  const token = (sub: string): Promise<string> =>
    new SignJWT({ sub })
      .setProtectedHeader({ alg: 'HS256' })
      .setExpirationTime('1h')
      .sign(new TextEncoder().encode(DEFAULT_IDENTITY_SECRET));

  it('with an unproven userId adds to the anonymous visitor only', async () => {
    const [userId, anonymousId] = [fresh('u'), fresh('a')];
    const answer = await wend.post(
      '/v1/identify',
      { userId, anonymousId, traits: { vip: true } },
      { key: PK },
    );
    expect(answer.body).toEqual({ success: true });
    const visitor = await wend.settled(`anon:${anonymousId}`);
    expect([visitor.known, visitor.userIds, visitor.traits]).toEqual([false, [], { vip: true }]);
    expect((await wend.get(`/v1/visitors/user:${userId}`)).status).toBe(404);
  });

  it('with an unproven userId and nobody else to add to is refused', async () => {
    const answer = await wend.post('/v1/track', { event: 'X', userId: fresh('u') }, { key: PK });
    expect([answer.status, pathsOf(answer)]).toEqual([400, ['anonymousId']]);
  });

  it('with a token in context.identityToken adds to the person', async () => {
    const [userId, anonymousId] = [fresh('u'), fresh('a')];
    const context = { identityToken: await token(userId) };
    await wend.post('/v1/identify', { userId, anonymousId, traits: { vip: true }, context }, { key: PK });
    const visitor = await wend.settled(`user:${userId}`);
    expect([visitor.known, visitor.userIds, visitor.anonymousIds]).toEqual([true, [userId], [anonymousId]]);
    expect(JSON.stringify(visitor)).not.toContain(context.identityToken);
  });

  it('with a token of the batch adds to the person too', async () => {
    const userId = fresh('u');
    const context = { identityToken: await token(userId) };
    const answer = await wend.post('/v1/batch', { context, batch: [{ type: 'page', userId }] }, { key: PK });
    expect(answer.body).toEqual({ success: true });
    expect((await wend.settled(`user:${userId}`)).known).toBe(true);
  });

  it('never merges two users', async () => {
    const [one, two] = [fresh('u'), fresh('u')];
    await wend.batch([
      { type: 'page', userId: one },
      { type: 'page', userId: two },
    ]);
    const context = { identityToken: await token(one) };
    await wend.post('/v1/alias', { userId: one, previousId: two, context }, { key: PK });
    await wend.settle();
    expect((await wend.visitor(`user:${one}`)).userIds).toEqual([one]);
    expect((await wend.visitor(`user:${two}`)).userIds).toEqual([two]);
    expect((await wend.post('/v1/alias', { userId: one, previousId: two }, { key: PK })).status).toBe(400);
  });

  it('cannot send Wend’s own events as such', async () => {
    const anonymousId = fresh('a');
    await wend.post(
      '/v1/track',
      { event: 'Variant Assigned', anonymousId, own: true, properties: { experiment: 'x', variant: 'y' } },
      { key: PK },
    );
    expect((await wend.settled(`anon:${anonymousId}`)).stats.events['Variant Assigned']?.count).toBe(1);
  });
});

describe('GET /v1/visitors', () => {
  it('knows strangers as such, in each of the three forms', async () => {
    for (const id of [
      'user:nobody',
      'anon:nobody',
      'vAAAAAAAAAAAAAAAAAAAAAA',
      'nobody',
      'user:',
      'v',
      '%20',
      'x:y',
    ]) {
      const answer = await wend.get(`/v1/visitors/${id}`);
      expect([id, answer.status]).toEqual([id, 404]);
      expect(problemOf(answer).detail).not.toContain('nobody');
    }
  });

  it('finds a visitor by each of the three forms, whatever characters the id has', async () => {
    for (const id of [
      fresh('plain'),
      'with/slash',
      'with space',
      'with%percent',
      'with?query#hash',
      'ünï:cödé',
      'a+b@c.d',
    ]) {
      await wend.track('X', { userId: id });
      await wend.settle();
      const visitor = await wend.visitor(`user:${id}`);
      expect(visitor.userIds).toEqual([id]);
      expect((await wend.visitor(visitor.visitorId)).userIds).toEqual([id]);
    }
  });

  it('answers every field of the contract', async () => {
    const userId = fresh('u');
    await wend.track('X', { userId, anonymousId: fresh('a') });
    await wend.settle();
    const { body, headers } = await wend.get(`/v1/visitors/user:${userId}`, { key: SK });
    expect(body).toEqual({
      visitorId: expect.stringMatching(/^v/),
      known: true,
      userIds: [userId],
      anonymousIds: expect.any(Array),
      traits: {},
      stats: {
        firstSeenAt: expect.any(String),
        lastSeenAt: expect.any(String),
        sessions: 1,
        carts: 0,
        orders: 0,
        revenue: 0,
        averageOrder: null,
        lastOrderAt: null,
        events: { X: { count: 1, firstAt: expect.any(String), lastAt: expect.any(String) } },
      },
      segments: [],
      cart: null,
      orders: [],
      problems: [],
      journeys: [],
      grants: [],
      consents: {},
      preferences: {},
      account: null,
      household: null,
    });
    expect(headers.get('cache-control')).toContain('private');
  });
});

describe('two weeks later', () => {
  it('a messageId still takes no effect again, also of a visitor who was busy since', async () => {
    const userId = fresh('u');
    const once = { type: 'track', event: 'Once', userId, messageId: `${userId}-once` };
    const others = Array.from({ length: 200 }, () => ({ type: 'page', userId }));
    await wend.batch([once]);
    await wend.settle();
    await wend.batch(others);
    await wend.advance('P14D');
    await wend.batch([once, once]);
    const visitor = await wend.settled(`user:${userId}`);
    expect(visitor.stats.events['Once']?.count).toBe(1);
    const decided = await wend.decide({ userId, recent: [once] });
    expect(decided.warnings).toEqual([]);
  });
});
