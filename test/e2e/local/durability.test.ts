import { join } from 'node:path';
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, describe, expect, it } from 'vitest';
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

const storeClient = (endpoint: string): DynamoDBClient =>
  new DynamoDBClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'wend-local', secretAccessKey: 'wend-local' },
  });

describe('a service that is killed with -9', () => {
  it('finds every event that was answered, between the 200 and its effect, at the next start', async () => {
    const directory = temporaryDirectory();
    const file = join(temporaryDirectory(), 'applied');
    const answered: string[] = [];
    for (const round of [1, 2, 3]) {
      const running = await startFixture({ WEND_DATA_DIR: directory });
      const client = busClient(running.busUrl);
      const puts = Array.from({ length: 60 }, async (_, index) => {
        const line = `${round}-${index}`;
        // Each takes 20 ms to apply, so that most of them are still waiting when the process dies.
        await put(client, [entry({ file, line, waitMs: 20, visitorId: `v${index % 7}` })]);
        answered.push(line);
        if (answered.length % 60 === 40) {
          running.process.kill('SIGKILL');
        }
      });
      await Promise.allSettled(puts);
      client.destroy();
      expect((await running.ended).signal).toBe('SIGKILL');
    }
    expect(answered.length).toBeGreaterThan(100);
    expect(new Set(linesOf(file)).size).toBeLessThan(answered.length);

    const last = await startFixture({ WEND_DATA_DIR: directory });
    await until(() => {
      const applied = new Set(linesOf(file));
      return answered.every((line) => applied.has(line));
    });
    last.process.kill('SIGTERM');
    expect((await last.ended).code).toBe(0);
  });

  it('keeps what its store answered, and leaves no store running', async () => {
    const directory = temporaryDirectory();
    const running = await startFixture({ WEND_DATA_DIR: directory });
    const client = storeClient(running.storeUrl);
    await client.send(
      new PutItemCommand({
        TableName: 'wend-visitors',
        Item: { pk: { S: 'v1' }, sk: { S: 'V' }, kept: { S: 'yes' } },
      }),
    );
    expect(storesOn(directory).length).toBe(1);
    running.process.kill('SIGKILL');
    await running.ended;
    client.destroy();
    await until(() => processesOn(directory).length === 0);

    const again = await startFixture({ WEND_DATA_DIR: directory });
    const reader = storeClient(again.storeUrl);
    const { Item: item } = await reader.send(
      new GetItemCommand({ TableName: 'wend-visitors', Key: { pk: { S: 'v1' }, sk: { S: 'V' } } }),
    );
    expect(item?.['kept']).toEqual({ S: 'yes' });
    reader.destroy();
    again.process.kill('SIGTERM');
    expect((await again.ended).code).toBe(0);
  });

  it('does not stop the next start even where its store survived, its watcher killed with it', async () => {
    const directory = temporaryDirectory();
    const running = await startFixture({ WEND_DATA_DIR: directory });
    const [store = 0] = storesOn(directory);
    // A stopped process ignores the watcher's SIGTERM, as one whose watcher is gone does.
    process.kill(store, 'SIGSTOP');
    running.process.kill('SIGKILL');
    await running.ended;
    expect(isRunning(store)).toBe(true);

    const again = await startFixture({ WEND_DATA_DIR: directory });
    expect(isRunning(store)).toBe(false);
    again.process.kill('SIGTERM');
    expect((await again.ended).code).toBe(0);
  });
});
