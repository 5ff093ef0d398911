import { describe, expect, it } from 'vitest';
import { SERVICE_VERSION } from '../../../lib/contracts/version.ts';
import { describeServiceOperations } from '../../../lib/runtime/describe-service.ts';
import packageJson from '../../../package.json' with { type: 'json' };
import { handlerWith, recordingLogger, send } from './gateway.ts';

const describing = (catalogVersion: () => Promise<number>) =>
  handlerWith(describeServiceOperations({ catalogVersion, logger: recordingLogger().logger }));

const handler = describing(async () => 7);

describe('the service', () => {
  it('says without a key that it runs, and with which catalog', async () => {
    const answer = await send(handler, { method: 'GET', path: '/health' });
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({ status: 'ok', version: SERVICE_VERSION, catalogVersion: 7 });
  });

  it('says 503 where its store is away', async () => {
    const away = describing(async () => Promise.reject(new Error('away')));
    const answer = await send(away, { method: 'GET', path: '/health' });
    expect(answer.status).toBe(503);
    expect(answer.json).toMatchObject({ status: 'degraded', catalogVersion: null });
  });

  it("knows the package's version", () => {
    expect(SERVICE_VERSION).toBe(packageJson.version);
  });

  it('serves its contract with a tag, and 304 to whoever has it', async () => {
    const first = await send(handler, { method: 'GET', path: '/openapi.json' });
    expect(first.json).toMatchObject({ openapi: '3.1.1' });
    const headers = { 'if-none-match': String(first.headers['etag']) };
    const second = await send(handler, { method: 'GET', path: '/openapi.json', headers });
    expect(second.status).toBe(304);
    expect(second.text).toBe('');
    expect(second.headers['cache-control']).toBe('public, max-age=300');
  });
});
