import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import {
  busClient,
  endScripts,
  entry,
  isRunning,
  linesOf,
  processesOn,
  put,
  removeTemporaryDirectories,
  startFixture,
  storesOn,
  temporaryDirectory,
  until,
} from './helpers.ts';

afterAll(() => {
  endScripts();
  removeTemporaryDirectories();
});

describe('starting', () => {
  it('takes under 3 s, and prints the address, the keys and a curl', async () => {
    const before = performance.now();
    const running = await startFixture({ WEND_DATA_DIR: temporaryDirectory() });
    expect(performance.now() - before).toBeLessThan(3_000);
    for (const part of [
      running.url,
      'pk_local',
      'sk_local',
      'ak_local',
      `curl -s ${running.url}/v1/decide`,
    ]) {
      expect(running.stdout()).toContain(part);
    }
    expect((await fetch(`${running.url}/health`)).status).toBe(200);
    running.process.kill('SIGTERM');
    await running.ended;
  });
});

describe('stopping', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    'by %s lets requests and batches under way end, and leaves no process',
    async (signal) => {
      const directory = temporaryDirectory();
      const running = await startFixture({ WEND_DATA_DIR: directory });
      const [store = 0] = storesOn(directory);
      expect(isRunning(store)).toBe(true);
      const file = join(temporaryDirectory(), 'applied');
      const client = busClient(running.busUrl);
      await put(client, [entry({ file, line: 'under way', waitMs: 400 })]);
      client.destroy();
      const request = fetch(`${running.url}/health?wait=400`);
      await new Promise((resolve) => setTimeout(resolve, 150));
      const before = performance.now();
      running.process.kill(signal);
      expect((await request).status).toBe(200);
      expect(await running.ended).toMatchObject({ code: 0, stderr: '' });
      expect(performance.now() - before).toBeLessThan(5_000);
      expect(linesOf(file)).toEqual(['under way']);
      await until(() => processesOn(directory).length === 0);
      // Nothing but the two databases stays: no write-ahead log, no note of a running service.
      expect(readdirSync(directory).sort()).toEqual(['bus.db', 'dynamodb.db']);
    },
  );

  it('takes under 5 s even where a function hangs, and its message comes again', async () => {
    const directory = temporaryDirectory();
    const running = await startFixture({ WEND_DATA_DIR: directory });
    const file = join(temporaryDirectory(), 'applied');
    const client = busClient(running.busUrl);
    await put(client, [entry({ file, line: 'slow', waitMs: 10_000 })]);
    client.destroy();
    const hanging = fetch(`${running.url}/health?wait=20000`).catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const before = performance.now();
    running.process.kill('SIGTERM');
    await running.ended;
    expect(performance.now() - before).toBeLessThan(5_000);
    await hanging;
    await until(() => processesOn(directory).length === 0);
    const bus = z.object({ events: z.array(z.unknown()) });
    const again = await startFixture({ WEND_DATA_DIR: directory });
    expect(bus.parse(await (await fetch(`${again.url}/_local/bus`)).json()).events.length).toBe(1);
    again.process.kill('SIGKILL');
    await again.ended;
  });

  it('takes under 5 s even where a function holds its thread for ever', async () => {
    const directory = temporaryDirectory();
    const running = await startFixture({ WEND_DATA_DIR: directory });
    const hanging = fetch(`${running.url}/health?answer=never`).catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const before = performance.now();
    running.process.kill('SIGTERM');
    await running.ended;
    expect(performance.now() - before).toBeLessThan(5_000);
    await hanging;
    await until(() => processesOn(directory).length === 0);
  });
});
