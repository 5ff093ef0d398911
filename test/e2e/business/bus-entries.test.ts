import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { counterKey } from '../../../lib/adapters/dynamodb/counter-items.ts';
import { createBusinessEntryTaker } from '../../../lib/service/business/take-business-event.ts';
import { memoryLogger } from '../../unit/service/sqs-batch.ts';
import { NOW, startWorld, type World } from './world.ts';

let world: World;
const logger = memoryLogger();

beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());
afterEach(() => {
  world.queues.sent.length = 0;
});

const cloudEvent = {
  specversion: '1.0',
  id: '7',
  source: '/ops',
  type: 'flight.delayed',
  subject: 'flight/direct',
  time: new Date(NOW - 1000).toISOString(),
  data: { delayMinutes: 40 },
};

/** As EventBridge's rule hands over what the shop's own system put on the bus. */
const take = (detail: object): Promise<void> =>
  createBusinessEntryTaker(
    { subjects: world.subjects, queues: world.queues.sender },
    logger,
  )({
    detail: JSON.parse(JSON.stringify(detail)),
    time: new Date(NOW).toISOString(),
  });

const invalid = async (): Promise<number> => {
  const key = counterKey('business/invalid');
  const { Item: item } = await world.client.send(new GetItemCommand({ TableName: world.table, Key: key }));
  return Number(item?.n?.N ?? 0);
};

describe('a CloudEvent that the shop put on the bus itself', () => {
  it('is taken as one that came over HTTP, extensions of any name and all', async () => {
    await take({ ...cloudEvent, sequence: '2', odd_Name: { deep: [1] } });
    expect(await world.subjects.latest('flight/direct', 'flight.delayed')).toEqual({
      messageId: 'ce:/ops:7',
      type: 'flight.delayed',
      subject: 'flight/direct',
      at: NOW - 1000,
      receivedAt: NOW,
      sequence: '2',
      data: { delayMinutes: 40 },
    });
    expect(world.queues.take('fan-out')).toHaveLength(1);
  });

  it('happened when the bus took it where it does not say', async () => {
    await take({ ...cloudEvent, id: '8', subject: 'flight/now', time: undefined });
    expect((await world.subjects.latest('flight/now', 'flight.delayed'))?.at).toBe(NOW);
  });

  it('is counted and dropped where it can not be used, and nothing of it is logged', async () => {
    const before = await invalid();
    const wrong = [
      { ...cloudEvent, subject: undefined },
      { ...cloudEvent, subject: 'x'.repeat(2049) },
      { ...cloudEvent, time: new Date(NOW + 25 * 3_600_000).toISOString() },
      { ...cloudEvent, data: { text: 'x'.repeat(33_000) } },
      { ...cloudEvent, id: 7 },
    ];
    for (const detail of wrong) await take(detail);
    expect(await invalid()).toBe(before + wrong.length);
    expect(world.queues.take('fan-out')).toEqual([]);
    expect(logger.lines).toEqual(
      wrong.map(() => ['An event on the bus is no CloudEvent that can be used.', { reason: 'invalid' }]),
    );
  });

  it('may have names in its data that every object has', async () => {
    await take(
      JSON.parse(
        `{"specversion":"1.0","id":"9","source":"/s","type":"t","subject":"p","data":{"__proto__":{"a":1},"b":2}}`,
      ),
    );
    expect((await world.subjects.latest('p', 't'))?.data).toEqual({ b: 2 });
  });
});
