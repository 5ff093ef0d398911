import { join } from 'node:path';
import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDurableLog } from '../../../local/log/durable-log.ts';
import { startConsumer } from '../../../local/queue/consumer.ts';
import { MAX_RECEIVE_COUNT, openQueue, retryDelay } from '../../../local/queue/queue.ts';
import { type LocalServiceThread, startLocalService } from '../../../local/service-thread.ts';
import {
  busClient,
  endScripts,
  entry,
  FIXTURE_FUNCTIONS,
  linesOf,
  put,
  removeTemporaryDirectories,
  startFixture,
  startScript,
  temporaryDirectory,
  until,
} from './helpers.ts';

let service: LocalServiceThread;
let client: EventBridgeClient;

beforeAll(async () => {
  service = await startLocalService({ catalog: null, functionsDirectory: FIXTURE_FUNCTIONS });
  client = busClient(service.busUrl);
});

afterAll(async () => {
  client?.destroy();
  await service?.stop();
  endScripts();
  removeTemporaryDirectories();
});

const newFile = (): string => join(temporaryDirectory(), 'applied');
const advance = (url: string) =>
  fetch(`${url}/_local/clock`, { method: 'POST', body: JSON.stringify({ advance: 'PT0S' }) });

describe('a message that fails', () => {
  it('comes again, alone, with a growing pause and count, while the others of its batch do not', async () => {
    const file = newFile();
    await put(client, [
      entry({ file, line: 'good' }),
      entry({ file, line: 'flaky', failures: 3 }),
      entry({ file, line: 'fine' }),
    ]);
    await until(() => linesOf(file).length === 3);
    expect(linesOf(file)).toEqual(['good', 'fine', 'flaky']);
    const attempts = linesOf(`${file}.flaky.attempts`).map((line) => line.split(' ').map(Number));
    expect(attempts.map(([, received]) => received)).toEqual([1, 2, 3]);
    const [first = 0, second = 0, third = 0] = attempts.map(([at]) => at);
    expect(second - first).toBeGreaterThanOrEqual(retryDelay(1));
    expect(third - second).toBeGreaterThanOrEqual(retryDelay(2));
  });

  it('waits longer each time, up to a minute', () => {
    const delays = Array.from({ length: MAX_RECEIVE_COUNT }, (_, index) => retryDelay(index + 1));
    expect(delays).toEqual([...delays].sort((left, right) => left - right));
    expect(delays[0]).toBe(200);
    expect(delays.at(-1)).toBe(60_000);
  });

  it.each(['throw', 'nonsense'] as const)(
    'fails with its whole batch when the function gives a %s',
    async (misbehave) => {
      const file = newFile();
      await put(client, [entry({ file, line: 'bad', misbehave })]);
      await until(() => linesOf(`${file}.bad.attempts`).length >= 2);
      expect(linesOf(file)).toEqual([]);
    },
  );

  it('becomes a dead letter after ten receives, which the next start lists', async () => {
    const directory = temporaryDirectory();
    const file = newFile();
    const running = await startFixture({ WEND_DATA_DIR: directory });
    const own = busClient(running.busUrl);
    const [id = ''] = await put(own, [entry({ file, line: 'poison', failures: 1_000 })]);
    own.destroy();
    // Moving the clock first applies everything, and so cuts every back-off short.
    expect((await advance(running.url)).status).toBe(200);
    expect(linesOf(`${file}.poison.attempts`).length).toBe(MAX_RECEIVE_COUNT);
    running.process.kill('SIGTERM');
    expect((await running.ended).code).toBe(0);

    const again = startScript('test/e2e/local/fixtures/start.ts', { WEND_DATA_DIR: directory, PORT: '0' });
    await until(() => again.stderr().includes(id));
    again.process.kill('SIGTERM');
    await again.ended;
    expect(linesOf(`${file}.poison.attempts`).length).toBe(MAX_RECEIVE_COUNT);
  });
});

describe('a disk that is full', () => {
  it.each([1, 2])('at write %i of a queue leaves no message behind once there is room', async (failing) => {
    const log = openDurableLog(':memory:');
    let writes = 0;
    const queue = openQueue(
      {
        ...log,
        commit: async (work) => {
          const done = await log.commit(() => {
            const result = work();
            writes += 1;
            if (writes === failing) throw new Error('database or disk is full');
            return result;
          });
          return done;
        },
      },
      'events-received',
    );
    await log.commit(() => {
      log.prepare("INSERT INTO events VALUES (1, 'e', 's', 't', 0, '{}')").run();
      queue.enqueue({ eventSeq: 1, id: 'm', lane: 'user:u' });
    });
    const consumer = startConsumer({
      queue,
      functionName: 'on-events-received',
      handler: async () => undefined,
    });
    try {
      await until(queue.isEmpty);
    } finally {
      await consumer.stop(1000);
      log.close();
    }
  });
});

describe('many messages', () => {
  it('keep the order of each visitor, while those of different visitors are handled side by side', async () => {
    const file = newFile();
    const visitors = Array.from({ length: 8 }, (_, index) => `v${index}`);
    const before = performance.now();
    for (const round of [1, 2, 3, 4]) {
      await put(
        client,
        visitors.map((visitorId) => entry({ file, line: `${visitorId} ${round}`, visitorId, waitMs: 10 })),
      );
    }
    await until(() => linesOf(file).length === 32);
    for (const visitorId of visitors) {
      const rounds = linesOf(file).filter((line) => line.startsWith(`${visitorId} `));
      expect(rounds).toEqual([1, 2, 3, 4].map((round) => `${visitorId} ${round}`));
    }
    expect(performance.now() - before).toBeLessThan(5_000);
  });

  it('are stored in one transaction when they come together: 2,000 requests within seconds', async () => {
    const file = newFile();
    const before = performance.now();
    await Promise.all(
      Array.from({ length: 2_000 }, (_, index) => put(client, [entry({ file, line: `n${index}` })])),
    );
    await until(() => linesOf(file).length === 2_000, 20_000);
    expect(new Set(linesOf(file)).size).toBe(2_000);
    expect(performance.now() - before).toBeLessThan(20_000);
  });
});
