import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { startLocalService } from '../../../local/service-thread.ts';
import {
  busClient,
  endScripts,
  entry,
  FIXTURE_FUNCTIONS,
  linesOf,
  put,
  removeTemporaryDirectories,
  startFixture,
  temporaryDirectory,
} from './helpers.ts';

afterAll(() => {
  endScripts();
  removeTemporaryDirectories();
});

const HOUR_MS = 3_600_000;

const move = async (url: string, document: unknown): Promise<number> => {
  const answer = await fetch(`${url}/_local/clock`, { method: 'POST', body: JSON.stringify(document) });
  expect(answer.status).toBe(200);
  return Date.parse(z.object({ now: z.string() }).parse(await answer.json()).now);
};

/** The service's time, as a function gets it. */
const timeOf = async (url: string): Promise<number> => {
  const answer: unknown = await (await fetch(`${url}/health`)).json();
  return z.object({ requestContext: z.object({ timeEpoch: z.number() }) }).parse(answer).requestContext
    .timeEpoch;
};

const expectNear = (actual: number, wanted: number): void => {
  expect(Math.abs(actual - wanted)).toBeLessThan(5_000);
};

describe('the clock', () => {
  it('moves on by a duration, or to an instant, runs on from there, and outlives restarts of both kinds', async () => {
    const directory = temporaryDirectory();
    const first = await startFixture({ WEND_DATA_DIR: directory });
    expectNear(await timeOf(first.url), Date.now());
    expectNear(await move(first.url, { advance: 'PT1H' }), Date.now() + HOUR_MS);
    expectNear(await timeOf(first.url), Date.now() + HOUR_MS);
    first.process.kill('SIGKILL');
    await first.ended;

    const second = await startFixture({ WEND_DATA_DIR: directory });
    expectNear(await timeOf(second.url), Date.now() + HOUR_MS);
    const target = Date.parse('2030-01-31T12:00:00Z');
    expectNear(await move(second.url, { set: '2030-01-31T12:00:00Z' }), target);
    expectNear(await move(second.url, { advance: 'P1M' }), Date.parse('2030-02-28T12:00:00Z'));
    const movedAt = Date.now();
    second.process.kill('SIGTERM');
    await second.ended;

    const third = await startFixture({ WEND_DATA_DIR: directory });
    // It ran on while the service was down.
    expectNear(await timeOf(third.url), Date.parse('2030-02-28T12:00:00Z') + Date.now() - movedAt);
    expect((await fetch(`${third.url}/_local/reset`, { method: 'POST' })).status).toBe(200);
    expectNear(await timeOf(third.url), Date.now());
    third.process.kill('SIGTERM');
    await third.ended;
  });

  it('is seen by the functions through the environment, and by the bus', async () => {
    const service = await startLocalService({ catalog: null, functionsDirectory: FIXTURE_FUNCTIONS });
    try {
      await move(service.url, { set: '2031-05-05T05:05:05Z' });
      const environment: unknown = await (await fetch(`${service.url}/health?answer=environment`)).json();
      const { WEND_CLOCK_OFFSET_MS: offset } = z
        .object({ WEND_CLOCK_OFFSET_MS: z.string() })
        .parse(environment);
      expectNear(Date.now() + Number(offset), Date.parse('2031-05-05T05:05:05Z'));
      const client = busClient(service.busUrl);
      await put(client, [{ EventBusName: 'wend', Source: 'shop', DetailType: 'Timed', Detail: '{}' }]);
      client.destroy();
      const bus = z.object({ events: z.array(z.object({ time: z.string() })) });
      const { events } = bus.parse(await (await fetch(`${service.url}/_local/bus`)).json());
      expectNear(Date.parse(events[0]?.time ?? ''), Date.parse('2031-05-05T05:05:05Z'));
    } finally {
      await service.stop();
    }
  });

  it('first applies everything accepted, also what waits to be tried again', async () => {
    const service = await startLocalService({ catalog: null, functionsDirectory: FIXTURE_FUNCTIONS });
    const client = busClient(service.busUrl);
    try {
      const file = join(temporaryDirectory(), 'applied');
      for (let round = 0; round < 5; round += 1) {
        const lines = Array.from({ length: 10 }, (_, index) => `${round}-${index}`);
        await put(
          client,
          lines.map((line, index) => entry({ file, line, waitMs: 5, failures: index === 3 ? 6 : 0 })),
        );
      }
      await move(service.url, { advance: 'PT1M' });
      expect(linesOf(file).length).toBe(50);
    } finally {
      client.destroy();
      await service.stop();
    }
  });

  it.each([
    {},
    { advance: 'an hour' },
    { advance: 5 },
    { set: 'tomorrow' },
    { advance: 'PT1H', set: '2030-01-01T00:00:00Z' },
    null,
  ])('refuses %j', async (document) => {
    const service = await startLocalService({ catalog: null, functionsDirectory: FIXTURE_FUNCTIONS });
    try {
      const answer = await fetch(`${service.url}/_local/clock`, {
        method: 'POST',
        body: JSON.stringify(document),
      });
      expect(answer.status).toBe(400);
      expect(answer.headers.get('content-type')).toBe('application/problem+json');
    } finally {
      await service.stop();
    }
  });
});

describe('a reset', () => {
  it('wipes bus, queue, dead letters and store', async () => {
    const service = await startLocalService({ catalog: null, functionsDirectory: FIXTURE_FUNCTIONS });
    const client = busClient(service.busUrl);
    try {
      const file = join(temporaryDirectory(), 'applied');
      await put(client, [entry({ file, line: 'never', failures: 1_000 }), entry({ file, line: 'once' })]);
      expect((await fetch(`${service.url}/_local/reset`, { method: 'POST' })).status).toBe(200);
      const answer = await fetch(`${service.url}/_local/bus`);
      expect(await answer.json()).toEqual({ events: [] });
      const before = linesOf(`${file}.never.attempts`).length;
      await put(client, [entry({ file, line: 'afterwards' })]);
      await move(service.url, { advance: 'PT0S' });
      expect(linesOf(file)).toContain('afterwards');
      expect(linesOf(`${file}.never.attempts`).length).toBe(before);
    } finally {
      client.destroy();
      await service.stop();
    }
  });
});
