import { describe, expect, it } from 'vitest';
import { ROUTES } from '../../lib/contracts/routes.ts';
import { AK, PK, pathsOf, problemOf, SK, serviceForFile } from './client.ts';

const wend = serviceForFile();

const basic = (user: string, password = ''): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

const decideBody = { anonymousId: 'a-1', placements: ['home.hero'] };
const trackBody = { event: 'Something', anonymousId: 'a-1' };
const tooLarge = JSON.stringify({ anonymousId: 'a-1', context: { text: 'x'.repeat(501 * 1024) } });

describe('errors come in the order that the contract states', () => {
  it('answers an unknown route 404, whatever else is wrong', async () => {
    for (const [method, path] of [
      ['GET', '/v1/nothing'],
      ['POST', '/v1/nothing'],
      ['GET', '/'],
      ['POST', '/v1/decide/'],
      ['POST', '/V1/DECIDE'],
    ] as const) {
      const answer = await wend.send(method, path, {
        key: null,
        ...(method === 'POST' ? { raw: '{' } : {}),
      });
      expect([path, answer.status]).toEqual([path, 404]);
      expect(problemOf(answer).title).not.toBe('');
    }
  });

  it('answers a wrong method 405 with the right ones, before it asks for a key', async () => {
    const decide = await wend.send('GET', '/v1/decide', { key: null });
    expect([decide.status, decide.headers.get('allow')]).toEqual([405, 'POST']);
    problemOf(decide);
    const catalog = await wend.send('DELETE', '/v1/catalog', { key: null });
    expect(catalog.status).toBe(405);
    expect(catalog.headers.get('allow')?.split(', ').sort()).toEqual(['GET', 'PUT']);
    expect((await wend.send('PUT', '/v1/track', { key: 'nobody', raw: 'x' })).status).toBe(405);
    expect((await wend.send('POST', '/health', { key: null, raw: '{}' })).status).toBe(405);
  });

  it.each([
    ['none at all', null],
    ['an unknown one', 'pk_unknown'],
    ['one of no kind', 'nonsense'],
    ['one in upper case', 'SK_LOCAL'],
    ['a part of one', 'sk_loca'],
    ['a long one', `sk_${'x'.repeat(5000)}`],
  ])('answers 401 to a key that is %s, before it looks at the body', async (_, key) => {
    const answer = await wend.send('POST', '/v1/decide', {
      key,
      raw: '{ broken',
      headers: { 'content-type': 'text/css' },
    });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toContain('Bearer');
    problemOf(answer);
  });

  it('asks for a key on every route but those of the service itself', async () => {
    for (const route of ROUTES) {
      const path = route.path.replace('{id}', 'x');
      const answer = await wend.send(route.method, path, { key: null });
      expect([path, answer.status]).toEqual([path, route.keys === null ? 200 : 401]);
    }
  });

  it('answers a key of the wrong kind 403, before it looks at the body', async () => {
    const css = { raw: '{ broken', headers: { 'content-type': 'text/css' } };
    expect((await wend.send('PUT', '/v1/catalog', { key: SK, ...css })).status).toBe(403);
    expect((await wend.send('PUT', '/v1/catalog', { key: PK, ...css })).status).toBe(403);
    expect((await wend.send('POST', '/v1/keys', { key: SK, ...css })).status).toBe(403);
    expect((await wend.send('GET', '/v1/visitors/anon:a-1', { key: PK })).status).toBe(403);
    problemOf(await wend.send('GET', '/v1/keys', { key: PK }));
  });

  it('lets an admin key do all that a secret key may', async () => {
    expect((await wend.post('/v1/decide', decideBody, { key: AK })).status).toBe(200);
    expect((await wend.post('/v1/track', trackBody, { key: AK })).status).toBe(200);
    expect((await wend.get('/v1/visitors/anon:nobody', { key: AK })).status).toBe(404);
  });

  it.each([
    ['broken JSON', { raw: '{', headers: { 'content-type': 'application/json' } }],
    ['a wrong media type', { headers: { 'content-type': 'text/plain' } }],
    ['invalid fields', { headers: { 'content-type': 'application/json' } }],
  ])('refuses an explanation to a publishable key with 403 in spite of %s', async (what, request) => {
    const explain = JSON.stringify({ options: { explain: true }, foo: 1 });
    const answer = await wend.send('POST', '/v1/decide', {
      key: PK,
      raw: explain,
      ...request,
      ...(what === 'broken JSON' ? { raw: explain.slice(0, -1) } : {}),
    });
    // What can't be parsed says nothing about an explanation.
    expect(answer.status).toBe(what === 'broken JSON' ? 400 : 403);
    problemOf(answer);
  });

  it('answers a wrong media type 415, before the size and the JSON', async () => {
    for (const type of [
      'text/plain',
      'text/css',
      'application/xml',
      'application/jsonx',
      'multipart/form-data',
    ]) {
      const answer = await wend.send('POST', '/v1/decide', {
        raw: tooLarge,
        headers: { 'content-type': type },
      });
      expect([type, answer.status]).toEqual([type, 415]);
      problemOf(answer);
    }
    const charset = await wend.send('POST', '/v1/decide', {
      raw: JSON.stringify(decideBody),
      headers: { 'content-type': 'application/json; charset=iso-8859-1' },
    });
    expect(charset.status).toBe(415);
    const encoding = await wend.send('POST', '/v1/decide', {
      raw: JSON.stringify(decideBody),
      headers: { 'content-type': 'application/json', 'content-encoding': 'br' },
    });
    expect(encoding.status).toBe(415);
  });

  it('takes JSON with a charset, in any case', async () => {
    const answer = await wend.send('POST', '/v1/decide', {
      raw: JSON.stringify(decideBody),
      headers: { 'content-type': 'Application/JSON; Charset=UTF-8' },
    });
    expect(answer.status).toBe(200);
  });

  it('answers a body over its limit 413, before it parses', async () => {
    const answer = await wend.send('POST', '/v1/decide', {
      raw: `${tooLarge}{{{`,
      headers: { 'content-type': 'application/json' },
    });
    expect(answer.status).toBe(413);
    problemOf(answer);
    const activate = await wend.send('POST', '/v1/catalog/activate', {
      key: AK,
      json: { version: 1, x: 'x'.repeat(10_000) },
    });
    expect(activate.status).toBe(413);
  });

  it('answers an invalid body 400 with the path of each error', async () => {
    const answer = await wend.post('/v1/decide', {
      placements: [{ id: 'x', limit: 'one' }],
      cart: { id: 'c', currency: 'EUR', lines: [{ id: 'l', sku: 's', quantity: -1, unitPrice: 1, size: 3 }] },
      options: { verbose: true },
    });
    expect(answer.status).toBe(400);
    expect([...pathsOf(answer)].sort()).toEqual([
      'cart.lines[0].quantity',
      'cart.lines[0].size',
      'options.verbose',
      'placements[0].limit',
    ]);
  });

  it('answers a catalog that fails its checks 422 with errors and findings', async () => {
    const answer = await wend.send('PUT', '/v1/catalog', {
      key: AK,
      json: { definitions: [{ kind: 'segment', id: 'a', where: { segment: 'gone' } }] },
    });
    expect(answer.status).toBe(422);
    expect(problemOf(answer).findings).not.toHaveLength(0);
    expect(pathsOf(answer)).toEqual(['definitions[0].where']);
  });
});

describe('a problem', () => {
  it('tells its request in `instance`, and nothing of what was sent', async () => {
    const answer = await wend.post(
      '/v1/decide',
      { anonymousId: 'a', secretThing: 'do not repeat me' },
      { headers: { 'x-request-id': 'mine-1' } },
    );
    const problem = problemOf(answer);
    expect(problem.instance).toContain('mine-1');
    expect(problem.errors).toEqual([{ path: 'secretThing', message: expect.any(String) }]);
    expect(answer.text).not.toContain('do not repeat me');
    expect(answer.headers.get('cache-control')).toContain('no-store');
  });

  it('is bounded, however much is wrong', async () => {
    const fields = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`f${index}`, 1]));
    const answer = await wend.post('/v1/decide', { anonymousId: 'a', ...fields });
    expect(answer.status).toBe(400);
    expect(answer.text.length).toBeLessThan(20_000);
  });
});

describe('every answer', () => {
  it('carries an x-request-id: the caller’s own where it sent a usable one', async () => {
    const own = await wend.post('/v1/decide', decideBody, { headers: { 'x-request-id': 'order-77' } });
    expect(own.headers.get('x-request-id')).toBe('order-77');
    const paths: readonly (readonly [string, string, string | null])[] = [
      ['POST', '/v1/decide', SK],
      ['GET', '/v1/nothing', null],
      ['GET', '/v1/decide', null],
      ['GET', '/health', null],
      ['POST', '/v1/track', null],
      ['GET', '/v1/catalog', AK],
    ];
    for (const [method, path, key] of paths) {
      const answer = await wend.send(method, path, { key });
      expect([path, answer.headers.get('x-request-id')]).toEqual([path, expect.stringMatching(/.+/)]);
    }
    const odd = await wend.post('/v1/decide', decideBody, { headers: { 'x-request-id': 'a b<script>' } });
    expect(odd.headers.get('x-request-id')).not.toBe('a b<script>');
  });

  it('continues a valid traceparent, and starts none for an invalid one', async () => {
    const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
    const valid = await wend.post('/v1/decide', decideBody, {
      headers: { traceparent: `00-${trace}-00f067aa0ba902b7-01` },
    });
    expect(valid.headers.get('traceparent')).toMatch(new RegExp(`^00-${trace}-[0-9a-f]{16}-01$`));
    expect(valid.headers.get('traceparent')).not.toContain('00f067aa0ba902b7');
    const refused = await wend.post(
      '/v1/decide',
      {},
      {
        headers: { traceparent: `00-${trace}-00f067aa0ba902b7-01` },
      },
    );
    expect([refused.status, refused.headers.get('traceparent')]).toEqual([
      400,
      expect.stringContaining(trace),
    ]);
    for (const traceparent of ['nonsense', `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`, 'ff-x']) {
      const answer = await wend.post('/v1/decide', decideBody, { headers: { traceparent } });
      expect([answer.status, answer.headers.get('traceparent')]).toEqual([200, null]);
    }
  });

  it('is JSON in UTF-8', async () => {
    const answer = await wend.post('/v1/decide', decideBody);
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    const event = { event: 'Größe – 尺寸 🧴', userId: 'utf8' };
    await wend.post('/v1/track', event);
    expect(Object.keys((await wend.settled('user:utf8')).stats.events)).toEqual([event.event]);
  });
});

describe('a key', () => {
  it('comes as a bearer token, in any case of the scheme', async () => {
    for (const authorization of [`Bearer ${SK}`, `bearer ${SK}`, `BEARER  ${SK}`]) {
      const answer = await wend.post('/v1/decide', decideBody, { key: null, headers: { authorization } });
      expect([authorization, answer.status]).toEqual([authorization, 200]);
    }
  });

  it('comes as the user name of HTTP Basic with an empty password', async () => {
    for (const path of ['/v1/decide', '/v1/track']) {
      const body = path === '/v1/track' ? trackBody : decideBody;
      const answer = await wend.post(path, body, { key: null, headers: { authorization: basic(SK) } });
      expect([path, answer.status]).toEqual([path, 200]);
    }
    const unknown = { authorization: basic('sk_unknown') };
    expect((await wend.post('/v1/track', trackBody, { key: null, headers: unknown })).status).toBe(401);
  });

  it('comes as writeKey in a tracking body, and in no other', async () => {
    const track = await wend.post('/v1/track', { ...trackBody, writeKey: PK }, { key: null });
    expect(track.status).toBe(200);
    const batch = await wend.post(
      '/v1/batch',
      { writeKey: SK, batch: [{ type: 'track', ...trackBody }] },
      { key: null },
    );
    expect(batch.body).toEqual({ success: true });
    const wrong = await wend.post('/v1/track', { ...trackBody, writeKey: 'pk_unknown' }, { key: null });
    expect(wrong.status).toBe(401);
    expect((await wend.post('/v1/decide', { ...decideBody, writeKey: SK }, { key: null })).status).toBe(401);
  });

  it('in a body that is wrong otherwise leads to what is wrong, not to 401', async () => {
    const invalid = await wend.post('/v1/track', { writeKey: PK, anonymousId: 'a' }, { key: null });
    expect(invalid.status).toBe(400);
    const large = { ...trackBody, writeKey: PK, properties: { text: 'x'.repeat(33 * 1024) } };
    expect((await wend.post('/v1/track', large, { key: null })).status).toBe(413);
    const css = await wend.send('POST', '/v1/track', {
      key: null,
      raw: JSON.stringify({ ...trackBody, writeKey: PK }),
      headers: { 'content-type': 'text/css' },
    });
    expect(css.status).toBe(415);
  });
});

describe('a browser', () => {
  const origin = 'https://shop.example';
  const preflight = (path: string, method = 'POST') =>
    wend.send('OPTIONS', path, {
      key: null,
      headers: {
        origin,
        'access-control-request-method': method,
        'access-control-request-headers': 'authorization,content-type',
      },
    });

  it('gets its preflight for every route that a page may call', async () => {
    for (const [path, method] of [
      ['/v1/decide', 'POST'],
      ['/v1/journey', 'GET'],
      ['/v1/track', 'POST'],
      ['/v1/t', 'POST'],
      ['/v1/batch', 'POST'],
    ] as const) {
      const answer = await preflight(path, method);
      expect([path, answer.status]).toEqual([path, 204]);
      expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
      expect(answer.headers.get('access-control-allow-methods')).toContain(method);
      const allowed = (answer.headers.get('access-control-allow-headers') ?? '').toLowerCase();
      for (const header of ['authorization', 'content-type', 'x-identity-token', 'traceparent']) {
        expect(allowed).toContain(header);
      }
      expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
      expect(answer.headers.get('vary')?.toLowerCase()).toContain('origin');
    }
  });

  it('gets none for the routes of servers and operators', async () => {
    expect((await preflight('/v1/catalog', 'PUT')).status).toBe(405);
    expect((await preflight('/v1/visitors/anon:x', 'GET')).status).toBe(405);
    expect((await preflight('/v1/nothing')).status).toBe(404);
  });

  it('may read answers and problems alike', async () => {
    const answer = await wend.post('/v1/decide', decideBody, { key: PK, headers: { origin } });
    expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
    expect(answer.headers.get('access-control-expose-headers')).toContain('x-request-id');
    for (const request of [{ key: PK }, { key: 'pk_unknown' }]) {
      const refused = await wend.post('/v1/decide', {}, { ...request, headers: { origin } });
      expect(refused.status).toBeGreaterThanOrEqual(400);
      expect(refused.headers.get('access-control-allow-origin')).toBe(origin);
    }
  });
});
