import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type DurableLog, openDurableLog } from '../../../local/log/durable-log.ts';
import { type Consumer, startConsumer } from '../../../local/queue/consumer.ts';
import { openQueue, type Queue } from '../../../local/queue/queue.ts';
import { until } from './helpers.ts';

const eventSchema = z.object({ Records: z.array(z.object({ body: z.string() })) });

let log: DurableLog;
let queue: Queue;
let consumer: Consumer;
let batches: readonly string[][];
/** Lets batches that hold this message end. */
let release: () => void;

const put = async (...bodies: readonly string[]): Promise<void> => {
  await log.commit(() => {
    for (const body of bodies) queue.enqueue({ id: body, lane: '', body });
  });
  consumer.notify();
};

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

beforeEach(() => {
  log = openDurableLog(':memory:');
  queue = openQueue(log, 'timeline-effects');
  batches = [];
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  consumer = startConsumer({
    queue,
    functionName: 'on-timeline-effects',
    handler: async (event) => {
      const bodies = eventSchema.parse(event).Records.map(({ body }) => body);
      batches = [...batches, bodies];
      if (bodies.includes('held up')) await released;
      else await pause(5);
    },
  });
});

afterEach(async () => {
  release();
  await consumer.stop(1_000);
  log.close();
});

describe('a queue', () => {
  it('hands on at once what comes while its function does nothing', async () => {
    await put('first');
    await until(() => batches.length === 1 && queue.isEmpty());
    await put('second');
    await until(() => batches.length === 2);
    expect(batches).toEqual([['first'], ['second']]);
  });

  it('gathers what comes one by one while its function works on a batch', async () => {
    await put('held up');
    await until(() => batches.length === 1);
    for (const body of ['1', '2', '3', '4', '5']) {
      await put(body);
      await pause(2);
    }
    await until(() => batches.flat().length === 6);
    expect(batches.flat()).toEqual(['held up', '1', '2', '3', '4', '5']);
    expect(batches.length).toBeLessThan(4);
  });

  it('goes on beside a batch that is held up', async () => {
    await put('held up');
    await until(() => batches.length === 1);
    await put('next');
    await until(() => batches.length === 2);
    await pause(30);
    await put('and the next');
    await until(() => batches.length === 3);
    expect(batches).toEqual([['held up'], ['next'], ['and the next']]);
  });

  it('works side by side on a backlog of more than a batch', async () => {
    await put('held up', ...Array.from({ length: 150 }, (_, index) => `m${index}`));
    await until(() => batches.flat().length === 151);
    expect(batches[0]).toHaveLength(100);
    expect(batches[1]).toHaveLength(51);
  });
});
