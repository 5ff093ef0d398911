import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type LocalServiceThread, startLocalService } from '../../../local/service-thread.ts';
import { FIXTURE_FUNCTIONS } from './helpers.ts';

const eventSchema = z.object({
  version: z.string(),
  routeKey: z.string(),
  rawPath: z.string(),
  rawQueryString: z.string(),
  cookies: z.array(z.string()).optional(),
  headers: z.record(z.string(), z.string()),
  queryStringParameters: z.record(z.string(), z.string()).optional(),
  pathParameters: z.record(z.string(), z.string()).optional(),
  requestContext: z.object({
    requestId: z.string(),
    routeKey: z.string(),
    stage: z.string(),
    time: z.string(),
    timeEpoch: z.number(),
    http: z.object({
      method: z.string(),
      path: z.string(),
      protocol: z.string(),
      sourceIp: z.string(),
      userAgent: z.string(),
    }),
  }),
  body: z.string().optional(),
  isBase64Encoded: z.boolean(),
});

let service: LocalServiceThread;

beforeAll(async () => {
  service = await startLocalService({ catalog: null, functionsDirectory: FIXTURE_FUNCTIONS });
});

afterAll(async () => {
  await service?.stop();
});

const call = (path: string, init: RequestInit = {}) => fetch(`${service.url}${path}`, init);
const echoed = async (path: string, init: RequestInit = {}) => {
  const answer = await call(path, init);
  expect(answer.status).toBe(200);
  return eventSchema.parse(await answer.json());
};

/** Writes a request as it is to the socket, since fetch tidies paths and headers. */
const raw = (request: string): Promise<string> =>
  new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(Number(new URL(service.url).port), '127.0.0.1', () => socket.end(request));
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString('utf8');
    });
    socket.on('end', () => resolve(answer));
    socket.on('error', reject);
  });

describe('the event that a function gets', () => {
  it('is that of an HTTP API with payload format 2.0', async () => {
    const event = await echoed('/v1/decide?a=1&b=x%20y&a=2', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'X-Custom': 'Value',
        cookie: 'one=1; two=2',
        'user-agent': 'tester',
      },
      body: '{"anonymousId":"ü"}',
    });
    expect(event).toMatchObject({
      version: '2.0',
      routeKey: 'POST /v1/decide',
      rawPath: '/v1/decide',
      rawQueryString: 'a=1&b=x%20y&a=2',
      queryStringParameters: { a: '1,2', b: 'x y' },
      cookies: ['one=1', 'two=2'],
      body: '{"anonymousId":"ü"}',
      isBase64Encoded: false,
      requestContext: {
        routeKey: 'POST /v1/decide',
        stage: '$default',
        http: {
          method: 'POST',
          path: '/v1/decide',
          protocol: 'HTTP/1.1',
          sourceIp: '127.0.0.1',
          userAgent: 'tester',
        },
      },
    });
    expect(event.headers['x-custom']).toBe('Value');
    expect(event.headers['cookie']).toBeUndefined();
    expect(event.requestContext.time).toMatch(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/);
    expect(Math.abs(event.requestContext.timeEpoch - Date.now())).toBeLessThan(5_000);
  });

  it('has repeated headers joined by a comma', async () => {
    const answer = await raw(
      'GET /health HTTP/1.1\r\nhost: wend\r\nx-many: a\r\nX-Many: b\r\nconnection: close\r\n\r\n',
    );
    const body = answer.slice(answer.indexOf('\r\n\r\n') + 4);
    expect(eventSchema.parse(JSON.parse(body)).headers['x-many']).toBe('a,b');
  });

  it('has path parameters decoded', async () => {
    const event = await echoed('/v1/visitors/user%3Au%201%2Fx');
    expect(event.routeKey).toBe('GET /v1/visitors/{id}');
    expect(event.pathParameters).toEqual({ id: 'user:u 1/x' });
  });

  it('has neither body, query nor cookies where there are none', async () => {
    const event = await echoed('/health');
    expect(event).not.toHaveProperty('body');
    expect(event).not.toHaveProperty('queryStringParameters');
    expect(event).not.toHaveProperty('cookies');
    expect(event).not.toHaveProperty('pathParameters');
    expect(event.isBase64Encoded).toBe(false);
  });

  it.each([
    ['gzip', { 'content-type': 'application/json', 'content-encoding': 'gzip' }, gzipSync('{"a":1}')],
    ['a binary type', { 'content-type': 'application/octet-stream' }, Buffer.from('{}')],
    ['text that is no UTF-8', { 'content-type': 'text/plain' }, Buffer.from([0xff, 0xfe, 0x00])],
  ])('has a body of %s in base64', async (_, headers, body) => {
    const event = await echoed('/v1/batch', { method: 'POST', headers, body });
    expect(event.isBase64Encoded).toBe(true);
    expect(Buffer.from(event.body ?? '', 'base64').equals(body)).toBe(true);
  });
});

describe('the answer of a function', () => {
  it('may be binary, with headers and several cookies', async () => {
    const answer = await call('/health?answer=binary');
    expect(answer.status).toBe(201);
    expect(answer.headers.get('content-type')).toBe('application/octet-stream');
    expect(answer.headers.getSetCookie()).toEqual(['a=1; Secure', 'b=2']);
    expect([...new Uint8Array(await answer.arrayBuffer())]).toEqual([0, 255, 1, 254]);
  });

  it('is a 200 with JSON where it has no status', async () => {
    const answer = await call('/health?answer=plain');
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ plain: true });
  });

  it('may have no body', async () => {
    const answer = await call('/health?answer=empty');
    expect(answer.status).toBe(204);
    expect(await answer.text()).toBe('');
  });

  it.each(['throw', 'nonsense'])('that is a %s becomes a 500 without its reason', async (kind) => {
    const answer = await call(`/health?answer=${kind}`);
    expect(answer.status).toBe(500);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(await answer.text()).not.toContain('secret detail');
  });
});

describe('what no route takes', () => {
  it.each(['/', '/v1', '/v1/decide/', '/v1/nothing', '/V1/decide', '/v1/visitors/a/b', '/%ZZ', '/__proto__'])(
    'goes to the function behind $default: %s',
    async (path) => {
      const answer = await raw(`GET ${path} HTTP/1.1\r\nhost: wend\r\nconnection: close\r\n\r\n`);
      expect(answer).toContain('"routeKey":"$default"');
    },
  );

  it.each([
    ['GET', '/v1/decide'],
    ['POST', '/v1/visitors/x'],
    ['DELETE', '/v1/catalog'],
    ['OPTIONS', '/v1/decide'],
  ])('and so do other methods: %s %s', async (method, path) => {
    expect(await echoed(path, { method })).toMatchObject({
      routeKey: '$default',
      requestContext: { http: { method } },
    });
  });
});

describe('what the gateway answers by itself', () => {
  it('is 404 for an unknown local route, and 405 with Allow for another method of a known one', async () => {
    const unknown = await call('/_local/nothing');
    expect(unknown.status).toBe(404);
    expect(unknown.headers.get('content-type')).toContain('application/problem+json');
    const answer = await call('/_local/clock');
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe('POST');
    expect(answer.headers.get('x-request-id')).not.toBeNull();
    expect(await answer.json()).toMatchObject({
      type: 'about:blank',
      status: 405,
      title: 'Method Not Allowed',
    });
  });

  it('is 413 above 10 MB, by length or by chunks, and the service goes on', async () => {
    const tooMuch = new Uint8Array(10 * 1024 * 1024 + 1);
    const byLength = await call('/v1/batch', { method: 'POST', body: tooMuch });
    expect(byLength.status).toBe(413);
    expect(await byLength.json()).toMatchObject({ status: 413 });
    const byChunks = await call('/v1/batch', {
      method: 'POST',
      body: new Blob([tooMuch]).stream(),
      duplex: 'half',
    });
    expect(byChunks.status).toBe(413);
    const justEnough = await call('/v1/batch?answer=empty', { method: 'POST', body: tooMuch.subarray(1) });
    expect(justEnough.status).toBe(204);
  });

  it('refuses local routes to pages of other origins', async () => {
    const answer = await call('/_local/reset', {
      method: 'POST',
      headers: { origin: 'https://evil.example' },
    });
    expect(answer.status).toBe(403);
  });
});

describe('the environment of the functions', () => {
  it('is what the deployed functions get, with the SDK pointed to loopback', async () => {
    const environment: unknown = await (await call('/health?answer=environment')).json();
    expect(environment).toMatchObject({
      WEND_VISITORS_TABLE: 'wend-visitors',
      WEND_LOG_TABLE: 'wend-log',
      WEND_EVENT_BUS: 'wend',
      WEND_IDENTITY_SECRET: 'wend-local-identity-secret-0000000',
      WEND_CONTROL_MAX_AGE_MS: '0',
      AWS_REGION: 'us-east-1',
      AWS_ENDPOINT_URL_DYNAMODB: service.storeUrl,
      AWS_ENDPOINT_URL_EVENTBRIDGE: service.busUrl,
    });
  });
});

describe('WEND_LIMITS', () => {
  it('throttles each key, and without a key each address, with Retry-After', async () => {
    const limited = await startLocalService({
      catalog: null,
      functionsDirectory: FIXTURE_FUNCTIONS,
      limits: { rate: 0.1, burst: 3 },
    });
    try {
      const statuses = async (headers: Record<string, string>): Promise<number[]> => {
        const answers = [];
        for (let count = 0; count < 5; count += 1) {
          answers.push(await fetch(`${limited.url}/health`, { headers }));
        }
        return answers.map((answer) => answer.status);
      };
      const expected = [200, 200, 200, 429, 429];
      expect(await statuses({ authorization: 'Bearer pk_a' })).toEqual(expected);
      expect(await statuses({ authorization: 'Bearer pk_b' })).toEqual(expected);
      expect(await statuses({})).toEqual(expected);
      // Basic with the key as user name is the same caller.
      const basic = `Basic ${Buffer.from('pk_a:').toString('base64')}`;
      const answer = await fetch(`${limited.url}/health`, { headers: { authorization: basic } });
      expect(answer.status).toBe(429);
      expect(answer.headers.get('content-type')).toBe('application/problem+json');
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
      expect((await fetch(`${limited.url}/_local/bus`)).status).toBe(200);
    } finally {
      await limited.stop();
    }
  });
});
