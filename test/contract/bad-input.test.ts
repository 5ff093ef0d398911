import { describe, expect, it } from 'vitest';
import { AK, experience, fresh, PK, pathsOf, problemOf, SK, serviceForFile } from './client.ts';

const wend = serviceForFile([
  { kind: 'settings', id: 'settings', currency: 'EUR' },
  experience('hello', 'page', { default: true }),
]);

const JSON_TYPE = { 'content-type': 'application/json' };
const line = { id: 'l1', sku: 's', quantity: 1, unitPrice: 100 };
const withLines = (lines: readonly object[]) => ({ anonymousId: 'a', cart: { currency: 'EUR', lines } });
const nested = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
const nestedLists = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;

/** A witness: an event accepted beside whatever is wrong is still there afterwards, once. */
const nothingIsLost = async (send: () => Promise<void>): Promise<void> => {
  const userId = fresh('witness');
  await wend.track('Before', { userId }, {}, { messageId: `${userId}-before` });
  await send();
  await wend.track('After', { userId }, {}, { messageId: `${userId}-after` });
  expect(await wend.isUp()).toBe(true);
  const { stats } = await wend.settled(`user:${userId}`);
  expect([stats.events['Before']?.count, stats.events['After']?.count]).toEqual([1, 1]);
};

const EVERY_BODY: readonly (readonly [method: string, path: string, key: string])[] = [
  ['POST', '/v1/decide', SK],
  ['POST', '/v1/track', PK],
  ['POST', '/v1/i', SK],
  ['POST', '/v1/batch', SK],
  ['PUT', '/v1/catalog', AK],
  ['POST', '/v1/catalog/validate', AK],
  ['POST', '/v1/catalog/activate', AK],
  ['POST', '/v1/keys', AK],
];

describe('a body that is no JSON is answered 400 on every route', () => {
  it.each<[string, string | Uint8Array<ArrayBuffer>]>([
    ['nothing', ''],
    ['a brace', '{'],
    ['text', 'hello'],
    ['NaN', '{"anonymousId":NaN}'],
    ['Infinity', '{"anonymousId":"a","cart":{"total":Infinity}}'],
    ['a trailing comma', '{"anonymousId":"a",}'],
    ['single quotes', "{'anonymousId':'a'}"],
    ['two documents', '{"anonymousId":"a"}{"anonymousId":"a"}'],
    ['a half surrogate as bytes', new Uint8Array([0x22, 0xed, 0xa0, 0x80, 0x22])],
    ['bytes that are no UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d])],
    ['a form', 'anonymousId=a&event=b'],
  ])('%s', async (_, raw) => {
    await nothingIsLost(async () => {
      for (const [method, path, key] of EVERY_BODY) {
        const answer = await wend.send(method, path, { key, raw, headers: JSON_TYPE });
        expect([path, answer.status]).toEqual([path, 400]);
        problemOf(answer);
      }
    });
  });
});

describe('a body of the wrong type is answered 400 on every route', () => {
  it.each<unknown[]>([[null], [true], [5], ['text'], [[]], [[{}]], [{}]])('%j', async (json) => {
    for (const [method, path, key] of EVERY_BODY) {
      const answer = await wend.send(method, path, { key, json });
      expect([path, answer.status]).toEqual([path, 400]);
      expect(problemOf(answer).errors?.length ?? 0).toBeGreaterThan(0);
    }
  });

  it('field by field', async () => {
    const wrong: readonly (readonly [object, string])[] = [
      [{ anonymousId: 5 }, 'anonymousId'],
      [{ anonymousId: '' }, 'anonymousId'],
      [{ anonymousId: 'x'.repeat(513) }, 'anonymousId'],
      [{ userId: {} }, 'userId'],
      [{ anonymousId: 'a', placements: 'page' }, 'placements'],
      [{ anonymousId: 'a', placements: [null] }, 'placements[0]'],
      [{ anonymousId: 'a', placements: [{ id: 'p', limit: 1e9 }] }, 'placements[0].limit'],
      [{ anonymousId: 'a', cart: [] }, 'cart'],
      [{ anonymousId: 'a', cart: { currency: 'EUX', lines: [] } }, 'cart.currency'],
      [{ anonymousId: 'a', cart: { currency: 'EUR' } }, 'cart.lines'],
      [{ anonymousId: 'a', cart: { currency: 'EUR', lines: [], codes: [5] } }, 'cart.codes[0]'],
      [{ anonymousId: 'a', context: [] }, 'context'],
      [{ anonymousId: 'a', context: { timezone: 5 } }, 'context.timezone'],
      [{ anonymousId: 'a', events: {} }, 'events'],
      [{ anonymousId: 'a', recent: [5] }, 'recent[0]'],
      [{ anonymousId: 'a', options: true }, 'options'],
      [{ anonymousId: 'a', options: { dryRun: 'yes' } }, 'options.dryRun'],
      [{ anonymousId: 'a', guardOverrides: [{}] }, 'guardOverrides[0].guardId'],
    ];
    for (const [json, path] of wrong) {
      const answer = await wend.post('/v1/decide', json);
      expect([answer.status, pathsOf(answer)]).toEqual([400, [path]]);
    }
  });
});

describe('money in a cart', () => {
  it.each<[string, object, string]>([
    ['NaN as null', { unitPrice: null }, 'cart.lines[0].unitPrice'],
    ['a float', { unitPrice: 12.5 }, 'cart.lines[0].unitPrice'],
    ['a negative price', { unitPrice: -1 }, 'cart.lines[0].unitPrice'],
    ['text', { unitPrice: '100' }, 'cart.lines[0].unitPrice'],
    ['a negative quantity', { quantity: -1 }, 'cart.lines[0].quantity'],
    ['no quantity', { quantity: 0 }, 'cart.lines[0].quantity'],
    ['more units than anybody ships', { quantity: 100_001 }, 'cart.lines'],
    ['more money than an integer holds', { quantity: 2, unitPrice: Number.MAX_SAFE_INTEGER }, 'cart.lines'],
  ])('%s is refused with its path', async (_, change, path) => {
    const answer = await wend.post('/v1/decide', withLines([{ ...line, ...change }]));
    expect([answer.status, pathsOf(answer)]).toEqual([400, [path]]);
  });

  it('1e308 and 1e999 are refused', async () => {
    for (const price of ['1e308', '1e999', '-1e999']) {
      const raw = `{"anonymousId":"a","cart":{"currency":"EUR","lines":[{"id":"l","sku":"s","quantity":1,"unitPrice":${price}}]}}`;
      const answer = await wend.send('POST', '/v1/decide', { raw, headers: JSON_TYPE });
      expect([price, answer.status]).toEqual([price, 400]);
      expect(pathsOf(answer)[0]).toBe('cart.lines[0].unitPrice');
    }
    const raw = '{"event":"X","userId":"u","properties":{"price":1e999}}';
    const track = await wend.send('POST', '/v1/track', { raw, headers: JSON_TYPE });
    expect([track.status, pathsOf(track)]).toEqual([400, ['properties.price']]);
  });

  it('of 100,000 units is priced', async () => {
    const answer = await wend.decide(withLines([{ ...line, quantity: 100_000, unitPrice: 1_000_000 }]));
    expect(answer.cart?.total).toBe(100_000_000_000);
  });
});

describe('too much', () => {
  it('500 lines are priced, 501 are refused', async () => {
    const lines = (count: number) =>
      Array.from({ length: count }, (_, index) => ({ ...line, id: `l${index}` }));
    expect((await wend.decide(withLines(lines(500)))).cart?.lines).toHaveLength(500);
    const answer = await wend.post('/v1/decide', withLines(lines(501)));
    expect([answer.status, pathsOf(answer)]).toEqual([400, ['cart.lines']]);
  });

  it('a decide body of 500 KB is read, one of 501 KB is 413', async () => {
    const sized = (kilobytes: number): string => {
      const empty = JSON.stringify({ anonymousId: 'a', context: { text: '' } });
      return JSON.stringify({
        anonymousId: 'a',
        context: { text: 'x'.repeat(kilobytes * 1024 - empty.length) },
      });
    };
    expect((await wend.send('POST', '/v1/decide', { raw: sized(500), headers: JSON_TYPE })).status).toBe(200);
    expect((await wend.send('POST', '/v1/decide', { raw: sized(501), headers: JSON_TYPE })).status).toBe(413);
  });

  it('33 KB events and 501 KB batches are 413, and nothing of them is taken', async () => {
    const userId = fresh('u');
    const event = { type: 'track', event: 'Too Much', userId, properties: { text: 'x'.repeat(33 * 1024) } };
    await nothingIsLost(async () => {
      expect((await wend.post('/v1/track', event)).status).toBe(413);
      const many = Array.from({ length: 16 }, () => ({ ...event, properties: { text: 'x'.repeat(32_000) } }));
      const batch = await wend.post('/v1/batch', { batch: many });
      expect(batch.status).toBe(413);
      problemOf(batch);
      const inline = await wend.post('/v1/decide', { userId, events: [event] });
      expect([inline.status, pathsOf(inline)]).toEqual([400, ['events[0]']]);
    });
    expect((await wend.get(`/v1/visitors/user:${userId}`)).status).toBe(404);
  });

  it('a body beyond what a gateway takes is 413, and the connection is no victim', async () => {
    const answer = await wend.send('POST', '/v1/decide', { raw: ' '.repeat(12_000_000), headers: JSON_TYPE });
    expect(answer.status).toBe(413);
    expect(await wend.isUp()).toBe(true);
  });

  it.each([21, 1000, 10_000, 80_000])('nesting of %i is refused on every route', async (depth) => {
    await nothingIsLost(async () => {
      for (const raw of [
        nested(depth),
        nestedLists(depth),
        `{"anonymousId":"a","context":${nested(depth)}}`,
      ]) {
        for (const [method, path, key] of EVERY_BODY) {
          const answer = await wend.send(method, path, { key, raw, headers: JSON_TYPE });
          expect([path, [400, 413].includes(answer.status)]).toEqual([path, true]);
          problemOf(answer);
        }
      }
      const body = `{"batch":[{"type":"track","event":"X","userId":"u","properties":${nested(depth)}}]}`;
      const answer = await wend.send('POST', '/v1/batch', { raw: body, headers: JSON_TYPE });
      if (depth > 64) expect([400, 413]).toContain(answer.status);
      else expect(answer.body).toMatchObject({ rejected: [{ index: 0 }] });
    });
  });

  it('broken nesting of 100,000 braces is refused', async () => {
    const answer = await wend.send('POST', '/v1/decide', { raw: '{"a":'.repeat(80_000), headers: JSON_TYPE });
    expect(answer.status).toBe(400);
  });
});

describe('keys that reach a prototype', () => {
  const polluting = ['__proto__', 'constructor', 'prototype'];

  it('are refused where fields are known, and dropped where they are free', async () => {
    for (const key of polluting) {
      const raw = `{"anonymousId":"a","${key}":{"polluted":true}}`;
      const refused = await wend.send('POST', '/v1/decide', { raw, headers: JSON_TYPE });
      expect([key, refused.status, pathsOf(refused)]).toEqual([key, 400, [key]]);
      const free = `{"anonymousId":"a","context":{"${key}":{"polluted":true}}}`;
      expect((await wend.send('POST', '/v1/decide', { raw: free, headers: JSON_TYPE })).status).toBe(200);
      const escaped = raw.replace('o', '\\u006f');
      expect((await wend.send('POST', '/v1/decide', { raw: escaped, headers: JSON_TYPE })).status).toBe(400);
    }
  });

  it('in traits, properties and names of events change nobody', async () => {
    const userId = fresh('u');
    for (const key of polluting) {
      for (const body of [
        `{"type":"identify","userId":"${userId}","traits":{"${key}":{"polluted":true},"kept":1}}`,
        `{"type":"track","event":"${key}","userId":"${userId}","properties":{"${key}":{"polluted":true}}}`,
        `{"type":"group","groupId":"${key}","userId":"${userId}","traits":{"plan":"x"}}`,
        `{"type":"track","event":"Order Completed","userId":"${userId}","properties":{"order_id":"${key}","revenue":1}}`,
        `{"type":"page","userId":"${userId}","context":{"consent":{"categoryPreferences":{"${key}":true}}}}`,
      ]) {
        const raw = `{"batch":[${body}]}`;
        expect((await wend.send('POST', '/v1/batch', { raw, headers: JSON_TYPE })).status).toBe(200);
      }
    }
    const visitor = await wend.settled(`user:${userId}`);
    expect(visitor.traits).toEqual({ kept: 1 });
    expect(visitor.stats).toMatchObject({ orders: 3, revenue: 300 });
    const { text } = await wend.post('/v1/decide', { anonymousId: fresh('a'), placements: polluting });
    for (const key of polluting) expect(text).toContain(`"${key}":{"items":[]}`);
  });

  it('as ids are ids like any other', async () => {
    for (const userId of ['__proto__', 'constructor', 'toString']) {
      await wend.track('X', { userId });
      expect((await wend.settled(`user:${userId}`)).userIds).toEqual([userId]);
    }
  });
});

describe('who calls and how', () => {
  it('wrong media types are 415 on every route', async () => {
    for (const [method, path, key] of EVERY_BODY) {
      for (const type of ['text/html', 'application/x-www-form-urlencoded', 'application/json+evil', '']) {
        const raw = new Uint8Array(Buffer.from('{}'));
        const answer = await wend.send(method, path, { key, raw, headers: { 'content-type': type } });
        expect([path, type, answer.status]).toEqual([path, type, 415]);
        problemOf(answer);
      }
    }
  });

  it('unknown keys are 401 on every route, and their body is not looked at', async () => {
    for (const [method, path] of EVERY_BODY) {
      for (const key of [
        'pk_nobody',
        'sk_',
        'ak_nobody',
        'nobody',
        '💥'.normalize().replace(/[^\0-\x7f]/g, 'x'),
      ]) {
        const answer = await wend.send(method, path, { key, raw: '{', headers: JSON_TYPE });
        expect([path, key, answer.status]).toEqual([path, key, 401]);
      }
    }
  });

  it('odd paths and queries are answered, never by a 5xx', async () => {
    for (const path of [
      '/v1/visitors/%',
      '/v1/visitors/%E0%A4%A',
      '/v1/visitors/%00',
      '/v1/visitors/user:%2e%2e%2f',
      `/v1/visitors/user:${'x'.repeat(2000)}`,
      '/v1/journey?anonymousId=%',
      '/v1/journey?anonymousId=a&anonymousId=b',
      '/v1/journey?__proto__=1&anonymousId=a',
      '/v1/journey?anonymousId=a&placements=__proto__,constructor',
      '/v1//decide',
      '/v1/decide?x=1',
      '//',
      '/%2e%2e/health',
    ]) {
      const answer = await wend.get(path);
      expect([path, answer.status < 500]).toEqual([path, true]);
    }
    expect(await wend.isUp()).toBe(true);
  });
});
