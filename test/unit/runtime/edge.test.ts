import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ROUTES } from '../../../lib/contracts/routes.ts';
import { createApiHandler } from '../../../lib/runtime/api-handler.ts';
import { createEdge } from '../../../lib/runtime/edge.ts';
import { createLogger } from '../../../lib/runtime/logger.ts';
import type { Operation } from '../../../lib/runtime/operation.ts';
import { gatewayEventOf } from '../../../local/http/gateway-event.ts';

describe('what stands in front of the API', () => {
  it('lets through what it has marked, by the secret of now and by the one before', () => {
    const { letThrough } = createEdge('new-secret old-secret');
    expect(letThrough({ 'x-wend-edge': 'new-secret' })).toBe(true);
    expect(letThrough({ 'x-wend-edge': 'old-secret' })).toBe(true);
  });

  it.each([{}, { 'x-wend-edge': '' }, { 'x-wend-edge': 'new' }, { 'x-wend-edge': 'new-secret old-secret' }])(
    'stops what went round it: %j',
    (headers) => {
      expect(createEdge('new-secret old-secret').letThrough(headers)).toBe(false);
    },
  );

  it('says which address the visitor has, which nobody is believed where nothing stands there', () => {
    const headers = { 'x-wend-viewer': '192.0.2.7' };
    expect(createEdge('secret').viewerOf(headers)).toBe('192.0.2.7');
    expect(createEdge(undefined).viewerOf(headers)).toBeUndefined();
    expect(createEdge('').letThrough({})).toBe(true);
  });
});

describe('a function behind an edge', () => {
  beforeEach(() => {
    vi.stubEnv('WEND_EDGE_SECRETS', 'secret-of-the-edge');
  });
  afterEach(() => vi.unstubAllEnvs());

  it('refuses what went round it before it looks at anything, and sees the visitor’s own address', async () => {
    const seen: (string | undefined)[] = [];
    const getHealth: Operation = {
      unknownFields: 'refused',
      nesting: 1,
      run: async ({ sourceIp }) => {
        seen.push(sourceIp);
        return { status: 200, body: {} };
      },
    };
    const handler = createApiHandler({
      routes: ROUTES,
      deps: { keys: { find: async () => null }, now: Date.now, logger: createLogger('test') },
      operations: { getHealth },
    });
    const ask = (headers: Record<string, string[]>) =>
      handler(
        gatewayEventOf({
          method: 'GET',
          target: '/health',
          httpVersion: '1.1',
          headers,
          body: Buffer.alloc(0),
          sourceIp: '198.51.100.1',
          requestId: 'r-1',
          at: 0,
          routeKey: 'GET /health',
          pathParameters: {},
        }),
        Object.create(null),
      );
    const refused = await ask({ 'x-wend-viewer': ['192.0.2.7'] });
    expect(refused.statusCode).toBe(403);
    expect(JSON.parse(refused.body ?? '')).toMatchObject({ type: 'urn:wend:problem:edge-bypassed' });
    const passed = await ask({ 'x-wend-edge': ['secret-of-the-edge'], 'x-wend-viewer': ['192.0.2.7'] });
    expect(passed.statusCode).toBe(200);
    expect(seen).toEqual(['192.0.2.7']);
  });
});
