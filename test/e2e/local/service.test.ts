import { afterAll, afterEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type LocalServiceThread, startLocalService } from '../../../local/service-thread.ts';
import {
  endScripts,
  removeTemporaryDirectories,
  type Started,
  startScript,
  temporaryDirectory,
  until,
} from './helpers.ts';

afterEach(endScripts);
afterAll(removeTemporaryDirectories);

const JSON_TYPE = { 'content-type': 'application/json' };
const SECRET = { authorization: 'Bearer sk_local' };

const visitorSchema = z.object({
  stats: z.object({ events: z.record(z.string(), z.object({ count: z.number() })) }),
});

/** How often the visitor's event was counted. */
const countOf = async (url: string, userId: string, name: string): Promise<number> => {
  const answer = await fetch(`${url}/v1/visitors/user:${userId}`, { headers: SECRET });
  return answer.status === 200
    ? (visitorSchema.parse(await answer.json()).stats.events[name]?.count ?? 0)
    : 0;
};

const track = (url: string, userId: string, messageId: string): Promise<Response> =>
  fetch(`${url}/v1/track`, {
    method: 'POST',
    headers: { ...SECRET, ...JSON_TYPE },
    body: JSON.stringify({ type: 'track', event: 'Product Viewed', userId, messageId, properties: {} }),
  });

/** `npm start`'s own script, once it says where it runs. */
const startService = async (
  directory: string,
): Promise<{ readonly started: Started; readonly url: string }> => {
  const started = startScript('local/start.ts', { WEND_DATA_DIR: directory, PORT: '0' });
  const url = (): string | undefined => /^Wend runs at (http:\S+)$/m.exec(started.stdout())?.[1];
  await until(() => url() !== undefined || started.process.exitCode !== null);
  return { started, url: url() ?? expect.unreachable(started.stderr()) };
};

describe('the service that npm start runs', () => {
  it('finds every tracked event after kill -9, and counts each once', async () => {
    const directory = temporaryDirectory();
    const first = await startService(directory);
    const accepted: string[] = [];
    const tracked = Array.from({ length: 80 }, async (_, index) => {
      const answer = await track(first.url, `u-${index % 5}`, `m-${index}`);
      if (answer.status === 200) {
        accepted.push(`u-${index % 5}`);
      }
      if (accepted.length === 50) {
        first.started.process.kill('SIGKILL');
      }
    });
    await Promise.allSettled(tracked);
    await first.started.ended;
    expect(accepted.length).toBeGreaterThanOrEqual(50);

    const second = await startService(directory);
    const moved = await fetch(`${second.url}/_local/clock`, { method: 'POST', body: '{"advance":"PT0S"}' });
    expect(moved.status).toBe(200);
    for (const userId of new Set(accepted)) {
      const mine = accepted.filter((one) => one === userId).length;
      const counted = await countOf(second.url, userId, 'Product Viewed');
      // Events whose 200 was cut off by the kill may be there too; none is there twice.
      expect(counted).toBeGreaterThanOrEqual(mine);
      expect(counted).toBeLessThanOrEqual(16);
    }
    second.started.process.kill('SIGTERM');
    expect((await second.started.ended).code).toBe(0);
  });

  it('runs the curl that it prints', async () => {
    const { started, url } = await startService('memory');
    const body = /-d '(\{.*\})'/.exec(started.stdout())?.[1] ?? '';
    const answer = await fetch(`${url}/v1/decide`, {
      method: 'POST',
      headers: { authorization: 'Bearer pk_local', ...JSON_TYPE },
      body,
    });
    expect(answer.status).toBe(200);
    const decision: unknown = await answer.json();
    expect(decision).toMatchObject({
      placements: { 'home.hero': { items: [{ reason: expect.any(String) }] } },
    });
    started.process.kill('SIGTERM');
    await started.ended;
  });
});

describe('services in one process', () => {
  const running: LocalServiceThread[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map((service) => service.stop()));
  });

  it('run beside each other, each with its own visitors and its own clock', async () => {
    running.push(...(await Promise.all([startLocalService(), startLocalService()])));
    const [one, two] = running;
    if (one === undefined || two === undefined) {
      return expect.unreachable();
    }
    expect((await track(one.url, 'u-1', 'm-1')).status).toBe(200);
    await until(async () => (await countOf(one.url, 'u-1', 'Product Viewed')) === 1);
    expect(await countOf(two.url, 'u-1', 'Product Viewed')).toBe(0);
  });

  it('forget everything at a reset, the catalog in the functions included', async () => {
    const service = await startLocalService();
    running.push(service);
    const headers = { authorization: 'Bearer ak_local', ...JSON_TYPE };
    const definitionsOf = async (): Promise<unknown> =>
      (await fetch(`${service.url}/v1/catalog`, { headers })).json();
    const shipped = await definitionsOf();
    const definition = { kind: 'segment', id: 'only', where: { 'traits.vip': true } };
    const publish = await fetch(`${service.url}/v1/catalog`, {
      method: 'PUT',
      headers,
      body: JSON.stringify({ definitions: [definition] }),
    });
    expect(publish.status).toBe(200);
    await track(service.url, 'u-2', 'm-2');
    expect((await fetch(`${service.url}/_local/reset`, { method: 'POST' })).status).toBe(200);
    expect(await countOf(service.url, 'u-2', 'Product Viewed')).toBe(0);
    expect(z.object({ definitions: z.unknown() }).parse(await definitionsOf()).definitions).toEqual(
      z.object({ definitions: z.unknown() }).parse(shipped).definitions,
    );
  });
});
