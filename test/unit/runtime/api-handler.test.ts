import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { asksForExplanation, decideContract } from '../../../lib/contracts/http/decide.ts';
import { trackingContract } from '../../../lib/contracts/http/tracking.ts';
import { getVisitorContract } from '../../../lib/contracts/http/visitors.ts';
import { Conflict, Forbidden, Unavailable } from '../../../lib/runtime/errors.ts';
import { operation } from '../../../lib/runtime/operation.ts';
import { type Answer, eventOf, handlerWith, recordingLogger, type Sent, send } from './gateway.ts';

const decide = operation(
  decideContract,
  async ({ body, caller, receivedAt }) => ({
    status: 200,
    body: { anonymousId: body.anonymousId, context: body.context, caller: caller.id, receivedAt },
  }),
  (caller, { body }) => {
    if (caller.kind === 'publishable' && asksForExplanation(body))
      throw new Forbidden('explain needs a secret key');
  },
);
const track = operation({ ...trackingContract, operationId: 'track' }, async ({ body }) => ({
  status: 200,
  body: { body },
}));
const getVisitor = operation(getVisitorContract, async ({ params }) => ({ status: 200, body: params }));

const handler = handlerWith({ decide, track, getVisitor });

const JSON_TYPE = { 'content-type': 'application/json' };
const PUBLISHABLE = { ...JSON_TYPE, authorization: 'Bearer pk_test' };
const VALID = JSON.stringify({ anonymousId: 'a-1' });

const ask = (sent: Sent): Promise<Answer> => send(handler, { headers: PUBLISHABLE, body: VALID, ...sent });

const basic = (user: string, password = ''): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

describe('routing', () => {
  it('answers 404 for a path that nobody serves, key or not', async () => {
    const answer = await ask({ path: '/v1/nothing', headers: {} });
    expect(answer.status).toBe(404);
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(answer.json).toMatchObject({ type: 'urn:wend:problem:unknown-route', status: 404 });
  });

  it('answers 405 with Allow for a method that the path does not take, before it asks for a key', async () => {
    const answer = await ask({ method: 'DELETE', headers: {} });
    expect(answer.status).toBe(405);
    expect(answer.headers['allow']).toBe('POST');
  });

  it('lists every method of a path in Allow', async () => {
    expect((await ask({ method: 'PATCH', path: '/v1/catalog' })).headers['allow']).toBe('GET, PUT');
  });

  it('answers 404 for a route that another function serves', async () => {
    expect((await ask({ method: 'GET', path: '/v1/keys' })).status).toBe(404);
  });

  it('takes no literal path for a pattern, and no pattern for a literal', async () => {
    expect((await ask({ path: '/v1/decide/', headers: {} })).status).toBe(404);
    expect((await ask({ method: 'GET', path: '/v1/visitors/{id}/x' })).status).toBe(404);
  });

  it('decodes path parameters, and answers 404 for those that are broken', async () => {
    const headers = { authorization: 'Bearer sk_test' };
    const found = await ask({ method: 'GET', path: '/v1/visitors/user%3Adon%20k', headers });
    expect(found.json).toEqual({ id: 'user:don k' });
    expect((await ask({ method: 'GET', path: '/v1/visitors/%E0%A4%A', headers })).status).toBe(404);
  });

  it('leaves out the stage that the gateway puts in front of the path', async () => {
    expect((await ask({ path: '/prod/v1/decide', stage: 'prod' })).status).toBe(200);
  });
});

describe('keys', () => {
  it('answers 401 without a key, and names the scheme without a password prompt', async () => {
    const answer = await ask({ headers: JSON_TYPE });
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="wend"');
  });

  it.each(['Bearer pk_unknown', 'Bearer nonsense', 'Bearer', 'Digest x', `Bearer pk_${'x'.repeat(500)}`])(
    'answers 401 for %s',
    async (authorization) => {
      expect((await ask({ headers: { ...JSON_TYPE, authorization } })).status).toBe(401);
    },
  );

  it('takes a key as Bearer in any case, and as the user name of Basic', async () => {
    expect((await ask({ headers: { ...JSON_TYPE, authorization: 'bearer pk_test' } })).status).toBe(200);
    expect((await ask({ headers: { ...JSON_TYPE, authorization: basic('pk_test') } })).status).toBe(200);
  });

  it('answers 403 for a key of the wrong kind', async () => {
    const answer = await ask({ method: 'GET', path: '/v1/visitors/user:u' });
    expect(answer.status).toBe(403);
  });

  it('lets an admin key do what a secret one may', async () => {
    const headers = { authorization: 'Bearer ak_test' };
    expect((await ask({ method: 'GET', path: '/v1/visitors/user:u', headers })).status).toBe(200);
  });

  it('takes the writeKey of a tracking body, plain or packed', async () => {
    const body = JSON.stringify({ writeKey: 'pk_test', event: 'x' });
    const headers = { 'content-type': 'text/plain' };
    expect((await ask({ path: '/v1/track', headers, body })).status).toBe(200);
    expect((await ask({ path: '/v1/track', headers, body: gzipSync(body) })).status).toBe(200);
  });

  it('takes no writeKey anywhere else', async () => {
    const body = JSON.stringify({ writeKey: 'pk_test', anonymousId: 'a' });
    expect((await ask({ headers: JSON_TYPE, body })).status).toBe(401);
  });
});

describe('precedence', () => {
  const huge = JSON.stringify({ anonymousId: 'a', context: { x: 'y'.repeat(600_000) } });

  it('says 401 before 415, 413 and 400', async () => {
    expect((await ask({ headers: { 'content-type': 'text/html' }, body: huge })).status).toBe(401);
  });

  it('says 403 before 415, 413 and 400', async () => {
    const headers = { authorization: 'Bearer pk_test', 'content-type': 'text/html' };
    expect((await ask({ method: 'PUT', path: '/v1/catalog', headers, body: '{' })).status).toBe(404);
    const all = handlerWith({ publishCatalog: decide });
    expect((await send(all, { method: 'PUT', path: '/v1/catalog', headers, body: '{' })).status).toBe(403);
  });

  it('says 403 for explain with a publishable key before 400', async () => {
    const body = JSON.stringify({ options: { explain: true }, wrong: 1 });
    expect((await ask({ body })).status).toBe(403);
    const headers = { ...JSON_TYPE, authorization: 'Bearer sk_test' };
    expect((await ask({ body, headers })).status).toBe(400);
  });

  it('says 415 before 413', async () => {
    const headers = { authorization: 'Bearer pk_test', 'content-type': 'text/html' };
    expect((await ask({ headers, body: huge })).status).toBe(415);
  });

  it('says 413 before 400', async () => {
    expect((await ask({ body: `${huge}}}` })).status).toBe(413);
  });

  it('tells the owner of a writeKey that the body is too large', async () => {
    const body = JSON.stringify({ writeKey: 'pk_test', event: 'x', properties: { x: 'y'.repeat(33_000) } });
    expect((await ask({ path: '/v1/track', headers: JSON_TYPE, body })).status).toBe(413);
    const deep = `{"writeKey":"pk_test","x":${'['.repeat(10_000)}${']'.repeat(10_000)}}`;
    expect((await ask({ path: '/v1/track', headers: JSON_TYPE, body: deep })).status).toBe(400);
  });
});

describe('bodies', () => {
  const problemOf = async (body: string | Buffer, headers: { [name: string]: string } = {}) =>
    ask({ body, headers: { ...PUBLISHABLE, ...headers } });

  it.each([
    ['', 400],
    ['{', 400],
    ['{"anonymousId": NaN}', 400],
    ['null', 400],
    ['[]', 400],
    ['"text"', 400],
    ['{}', 400],
  ])('answers %s with %i', async (body, status) => {
    expect((await problemOf(body)).status).toBe(status);
  });

  it('never quotes the body in its answer', async () => {
    expect((await problemOf('{"secret":"sesame')).text).not.toContain('sesame');
  });

  it('takes a charset of UTF-8 and no other', async () => {
    expect((await problemOf(VALID, { 'content-type': 'application/json; charset="UTF-8"' })).status).toBe(
      200,
    );
    expect((await problemOf(VALID, { 'content-type': 'application/json;charset=latin1' })).status).toBe(415);
  });

  it('refuses a missing media type, and encodings that it does not unpack', async () => {
    expect((await problemOf(VALID, { 'content-type': '' })).status).toBe(415);
    expect((await problemOf(VALID, { 'content-encoding': 'br' })).status).toBe(415);
  });

  it('refuses text that is not UTF-8', async () => {
    expect((await problemOf(Buffer.from([0x22, 0xff, 0x22]))).status).toBe(400);
  });

  it('reads a byte order mark over', async () => {
    expect((await problemOf(Buffer.from(`\uFEFF${VALID}`))).status).toBe(200);
  });

  it('unpacks gzip with and without its header', async () => {
    expect((await problemOf(gzipSync(VALID), { 'content-encoding': 'gzip' })).status).toBe(200);
    expect((await problemOf(gzipSync(VALID))).status).toBe(200);
  });

  it('refuses broken gzip, and what only claims to be gzip', async () => {
    expect((await problemOf(gzipSync(VALID).subarray(0, 20))).status).toBe(400);
    expect((await problemOf(VALID, { 'content-encoding': 'gzip' })).status).toBe(400);
  });

  it('stops unpacking a bomb at the limit', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    expect((await problemOf(bomb)).status).toBe(413);
  });

  it('takes a body of exactly its limit and refuses one more byte', async () => {
    const frame = JSON.stringify({ anonymousId: 'a', context: { x: '' } });
    const exactly = frame.replace('""', `"${'y'.repeat(500 * 1024 - frame.length)}"`);
    expect((await problemOf(exactly)).status).toBe(200);
    expect((await problemOf(`${exactly} `)).status).toBe(413);
  });

  it('takes 20 levels of nesting and refuses 21', async () => {
    const nested = (levels: number) =>
      `{"anonymousId":"a","context":{"x":${'['.repeat(levels - 2)}${']'.repeat(levels - 2)}}}`;
    expect((await problemOf(nested(20))).status).toBe(200);
    expect((await problemOf(nested(21))).status).toBe(400);
  });

  it('survives nesting of 10,000 and more', async () => {
    expect((await problemOf('['.repeat(200_000))).status).toBe(400);
    expect((await problemOf(`${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`)).status).toBe(400);
  });

  it('does not count brackets inside text', async () => {
    const body = JSON.stringify({ anonymousId: `\\"${'['.repeat(100)}` });
    expect((await problemOf(body)).status).toBe(200);
  });

  it('refuses keys that reach a prototype, with their path', async () => {
    const answer = await problemOf('{"anonymousId":"a","options":{"__proto__":{"explain":true}}}');
    expect(answer.status).toBe(400);
    expect(answer.json).toMatchObject({ errors: [{ path: 'options.__proto__' }] });
    const escaped = await problemOf('{"anonymousId":"a","cart":{"\\u005f_proto__":{}}}');
    expect(escaped.json).toMatchObject({ errors: [{ path: 'cart.__proto__' }] });
  });

  it('drops such keys where the inside belongs to the sender', async () => {
    const answer = await problemOf(
      '{"anonymousId":"a","context":{"__proto__":{"x":1},"constructor":2,"y":3}}',
    );
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject({ context: { y: 3 } });
    expect(answer.text).not.toContain('constructor');
  });

  it('refuses numbers that no double can hold', async () => {
    const answer = await problemOf('{"anonymousId":"a","context":{"x":1e999}}');
    expect(answer.json).toMatchObject({ status: 400, errors: [{ path: 'context.x' }] });
  });

  it('names the path of what is invalid', async () => {
    const answer = await problemOf(
      '{"anonymousId":"a","cart":{"currency":"EUR","lines":[{"id":"l"}]},"foo":1}',
    );
    expect(answer.json).toMatchObject({
      status: 400,
      title: 'Invalid request',
      errors: expect.arrayContaining([
        { path: 'foo', message: 'unknown field' },
        { path: 'cart.lines[0].sku', message: 'expected text' },
      ]),
    });
  });
});

describe('what is thrown', () => {
  const failing = (thrown: unknown) => {
    const { logger, lines } = recordingLogger();
    const throwing = operation(decideContract, async () => {
      throw thrown;
    });
    return { handler: handlerWith({ decide: throwing }, { logger }), lines };
  };

  it('becomes its problem where it is one of the family', async () => {
    const { handler: throwing, lines } = failing(new Conflict('The cap is gone.', { cart: { total: 1 } }));
    const answer = await send(throwing, { headers: PUBLISHABLE, body: VALID });
    expect(answer.json).toEqual({
      cart: { total: 1 },
      type: 'urn:wend:problem:conflict',
      title: 'Conflict',
      status: 409,
      detail: 'The cap is gone.',
      instance: 'urn:wend:request:gateway-1',
    });
    expect(lines).toEqual([]);
  });

  it('carries its headers', async () => {
    const { handler: throwing } = failing(new Unavailable('The bus is away.', { retryAfter: 3 }));
    const answer = await send(throwing, { headers: PUBLISHABLE, body: VALID });
    expect(answer.status).toBe(503);
    expect(answer.headers['retry-after']).toBe('3');
  });

  it.each([new Error('secret cause'), 'secret cause', { secret: 'cause' }, null])(
    'tells nothing of %s',
    async (thrown) => {
      const { handler: throwing, lines } = failing(thrown);
      const answer = await send(throwing, { headers: PUBLISHABLE, body: VALID });
      expect(answer.status).toBe(500);
      expect(answer.text).not.toContain('secret');
      expect(answer.json).toMatchObject({
        type: 'urn:wend:problem:internal',
        instance: 'urn:wend:request:gateway-1',
      });
      expect(lines).toHaveLength(1);
      expect(lines[0]?.fields).toEqual({ requestId: 'gateway-1', operation: 'decide', status: 500 });
    },
  );

  it('answers 503 where the store of keys is away', async () => {
    const { logger, lines } = recordingLogger();
    const { createApiHandler } = await import('../../../lib/runtime/api-handler.ts');
    const { ROUTES } = await import('../../../lib/contracts/routes.ts');
    const away = createApiHandler({
      routes: ROUTES,
      deps: { keys: { find: async () => Promise.reject(new Error('away')) }, now: () => 0, logger },
      operations: { decide },
    });
    expect((await send(away, { headers: PUBLISHABLE, body: VALID })).status).toBe(503);
    expect(lines).toHaveLength(1);
  });
});

describe('correlation', () => {
  it("keeps the caller's request id where it is sane", async () => {
    const headers = { ...PUBLISHABLE, 'x-request-id': 'call-7' };
    expect((await ask({ headers })).headers['x-request-id']).toBe('call-7');
  });

  it.each(['a\nb', 'x'.repeat(200), '<script>', ''])('replaces the request id %j', async (id) => {
    const headers = { ...PUBLISHABLE, 'x-request-id': id };
    expect((await ask({ headers })).headers['x-request-id']).toBe('gateway-1');
  });

  it('continues a valid traceparent with a span of its own', async () => {
    const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
    const headers = { ...PUBLISHABLE, traceparent: `00-${trace}-00f067aa0ba902b7-01` };
    const answered = String((await ask({ headers })).headers['traceparent']);
    expect(answered).toMatch(new RegExp(`^00-${trace}-[0-9a-f]{16}-01$`));
    expect(answered).not.toContain('00f067aa0ba902b7');
  });

  it('stands on problems too', async () => {
    const answer = await ask({ path: '/nowhere', headers: { 'x-request-id': 'call-8' } });
    expect(answer.headers['x-request-id']).toBe('call-8');
    expect(answer.headers['cache-control']).toBe('private, no-store');
  });

  it('keeps requests apart that run side by side with one context', async () => {
    const ids = Array.from({ length: 20 }, (_, index) => `call-${index}`);
    const answers = await Promise.all(
      ids.map((id) => ask({ headers: { ...PUBLISHABLE, 'x-request-id': id }, body: '{' })),
    );
    expect(answers.map((answer) => answer.headers['x-request-id'])).toEqual(ids);
  });
});

describe('CORS', () => {
  const preflight = { origin: 'https://any.example', 'access-control-request-method': 'POST' };

  it('answers a preflight 204 for any origin, without a key', async () => {
    const answer = await send(handler, { method: 'OPTIONS', headers: preflight });
    expect(answer.status).toBe(204);
    expect(answer.text).toBe('');
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': 'https://any.example',
      'access-control-allow-methods': 'POST',
    });
    expect(String(answer.headers['access-control-allow-headers'])).toContain('authorization');
    expect(String(answer.headers['vary'])).toContain('Origin');
  });

  it('has none on routes that no browser calls', async () => {
    const answer = await send(handler, { method: 'OPTIONS', path: '/v1/keys', headers: preflight });
    expect(answer.status).toBe(405);
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  });

  it('lets any origin use a key without origins', async () => {
    const answer = await ask({ headers: { ...PUBLISHABLE, origin: 'https://any.example' } });
    expect(answer.headers['access-control-allow-origin']).toBe('https://any.example');
    expect(answer.headers['vary']).toBe('Origin');
  });

  it('lets a bound key be used from its own origins only', async () => {
    const headers = { ...JSON_TYPE, authorization: 'Bearer pk_bound' };
    const own = await ask({ headers: { ...headers, origin: 'https://shop.example' } });
    expect(own.status).toBe(200);
    const foreign = await ask({ headers: { ...headers, origin: 'https://thief.example' } });
    expect(foreign.status).toBe(403);
    expect(foreign.headers['access-control-allow-origin']).toBeUndefined();
    expect((await ask({ headers: { ...headers, origin: 'null' } })).status).toBe(403);
    expect((await ask({ headers })).status).toBe(200);
  });

  it('lets a page read its problems', async () => {
    const answer = await ask({ headers: { ...PUBLISHABLE, origin: 'https://any.example' }, body: '{' });
    expect(answer.status).toBe(400);
    expect(answer.headers['access-control-allow-origin']).toBe('https://any.example');
  });
});

describe('queries', () => {
  it('joins a repeated parameter with commas', async () => {
    const { queryOf } = await import('../../../lib/runtime/exchange.ts');
    expect(queryOf(eventOf({ query: 'placements=a&placements=b%20c&x=%2B' }))).toEqual({
      placements: 'a,b c',
      x: '+',
    });
  });
});
