import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type LocalServiceThread, startLocalService } from '../../../local/service-thread.ts';
import { awsClients, namesIn, timesIn } from './aws.ts';
import type { Next } from './fixtures/functions/events/orders.ts';
import {
  busClient,
  endScripts,
  FIXTURE_FUNCTIONS,
  linesOf,
  put,
  removeTemporaryDirectories,
  startFixture,
  temporaryDirectory,
  until,
} from './helpers.ts';

const MINUTE_MS = 60_000;

let service: LocalServiceThread;
let aws: ReturnType<typeof awsClients>;

beforeAll(async () => {
  service = await startLocalService({ catalog: null, functionsDirectory: FIXTURE_FUNCTIONS });
  aws = awsClients(service);
});

afterAll(async () => {
  aws?.close();
  await service?.stop();
  endScripts();
  removeTemporaryDirectories();
});

const newFile = (): string => join(temporaryDirectory(), 'done');

const move = async (document: unknown, url = service.url): Promise<number> => {
  const answer = await fetch(`${url}/_local/clock`, { method: 'POST', body: JSON.stringify(document) });
  expect(answer.status).toBe(200);
  return Date.parse(z.object({ now: z.string() }).parse(await answer.json()).now);
};

const serviceNow = (): Promise<number> => move({ advance: 'PT0S' });
const whole = (at: number): number => Math.ceil(at / 1000) * 1000;

describe('moving the clock', () => {
  it('fires what is due on the way, in order and each at its time, and nothing that is due later', async () => {
    const file = newFile();
    const start = whole(await serviceNow());
    await aws.arm('order-c', start + 50 * MINUTE_MS, { file, line: 'c' });
    await aws.arm('order-a', start + 20 * MINUTE_MS, { file, line: 'a' });
    await aws.arm('order-d', start + 90 * MINUTE_MS, { file, line: 'd' });
    await aws.send('task-effects', { file, line: 'delayed' }, 600);
    await aws.arm('order-b', start + 30 * MINUTE_MS, { file, line: 'b' });
    const arrived = await move({ advance: 'PT1H' });
    expect(namesIn(linesOf(file))).toEqual(['delayed', 'a', 'b', 'c']);
    const due = [10, 20, 30, 50].map((minutes) => start + minutes * MINUTE_MS);
    const late = timesIn(linesOf(file)).map((at, index) => at - (due[index] ?? 0));
    for (const ms of late) {
      expect(ms).toBeGreaterThanOrEqual(-1000);
      expect(ms).toBeLessThan(3000);
    }
    expect(Math.abs(arrived - start - 60 * MINUTE_MS)).toBeLessThan(10_000);
    await move({ advance: 'PT1H' });
    expect(namesIn(linesOf(file))).toEqual(['delayed', 'a', 'b', 'c', 'd']);
  });

  it('drains each cascade before the next timer: messages, writes, records, and timers that they arm', async () => {
    const file = newFile();
    const start = whole(await serviceNow());
    // A chain: each timer writes a visitor, whose record sends a message, which arms the next timer 10 minutes later.
    const link = (depth: number): readonly Next[] =>
      depth === 0
        ? []
        : [
            {
              kind: 'write',
              id: `chain-${depth}`,
              order: {
                file,
                line: `record-${depth}`,
                then: [
                  {
                    kind: 'send',
                    queue: 'timer-effects',
                    order: {
                      file,
                      line: `message-${depth}`,
                      then: [
                        {
                          kind: 'arm',
                          name: `chain-${depth}`,
                          inMs: 10 * MINUTE_MS,
                          order: { file, line: `timer-${depth}`, then: link(depth - 1) },
                        },
                      ],
                    },
                  },
                ],
              },
            },
          ];
    await aws.arm('chain', start + 10 * MINUTE_MS, { file, line: 'timer-start', then: link(3) });
    await aws.arm('between', start + 25 * MINUTE_MS, { file, line: 'between' });
    await move({ advance: 'PT45M' });
    expect(namesIn(linesOf(file))).toEqual([
      'timer-start',
      'record-3',
      'message-3',
      'timer-3',
      'record-2',
      'message-2',
      'between',
      'timer-2',
      'record-1',
      'message-1',
      'timer-1',
    ]);
    const [first = 0] = timesIn(linesOf(file));
    const last = timesIn(linesOf(file)).at(-1) ?? 0;
    expect(Math.abs(last - first - 30 * MINUTE_MS)).toBeLessThan(10_000);
  });

  it('runs hundreds of timers within seconds', async () => {
    const file = newFile();
    const start = whole(await serviceNow());
    await Promise.all(
      Array.from({ length: 300 }, (_, index) =>
        aws.arm(`many-${index}`, start + (300 - index) * 1000 + MINUTE_MS, { file, line: `n${299 - index}` }),
      ),
    );
    const before = performance.now();
    await move({ advance: 'PT10M' });
    expect(performance.now() - before).toBeLessThan(15_000);
    expect(namesIn(linesOf(file))).toEqual(Array.from({ length: 300 }, (_, index) => `n${index}`));
  });

  it('sweeps again where a minute or more has passed', async () => {
    const directory = temporaryDirectory();
    const file = join(directory, 'sweeps');
    const running = await startFixture({ WEND_DATA_DIR: 'memory', FIXTURE_SWEEP_FILE: file });
    await until(() => linesOf(file).length === 1);
    await move({ advance: 'PT10S' }, running.url);
    expect(linesOf(file).length).toBe(1);
    await move({ advance: 'P1D' }, running.url);
    expect(linesOf(file).length).toBe(2);
    const times = linesOf(file).map((line) => z.object({ time: z.string() }).parse(JSON.parse(line)).time);
    expect(Date.parse(times[1] ?? '') - Date.parse(times[0] ?? '')).toBeGreaterThan(80_000_000);
    running.process.kill('SIGTERM');
    expect((await running.ended).code).toBe(0);
  });
});

describe('business events on the bus', () => {
  it('reach their queue whatever their source, and nothing else does', async () => {
    const file = newFile();
    const client = busClient(service.busUrl);
    const event = (line: string, detail: object) => ({
      EventBusName: 'wend',
      Source: 'airline',
      DetailType: 'flight.delayed',
      Detail: JSON.stringify({ ...detail, data: { file, line } }),
    });
    await put(client, [
      event('other', { specversion: '0.3' }),
      event('taken', { specversion: '1.0', type: 'flight.delayed', subject: 'flight/BA117' }),
    ]);
    client.destroy();
    await serviceNow();
    expect(linesOf(file)).toEqual(['taken']);
  });
});

describe('a reset', () => {
  it('forgets schedules, delayed messages and what the stream still holds', async () => {
    const file = newFile();
    await aws.write('v1', { file, line: 'old' });
    await until(() => linesOf(file).length === 1);
    await aws.arm('wiped', Date.now() + 30 * 86_400_000, { file, line: 'never' });
    await aws.send('fan-out', { file, line: 'never' }, 900);
    expect((await fetch(`${service.url}/_local/reset`, { method: 'POST' })).status).toBe(200);
    await move({ advance: 'P60D' });
    await aws.write('v1', { file, line: 'new' });
    await serviceNow();
    expect(namesIn(linesOf(file))).toEqual(['old', 'new']);
  });
});
