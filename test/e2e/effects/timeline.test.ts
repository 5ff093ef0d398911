import {
  BatchWriteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ItemsUnwritten } from '../../../lib/adapters/dynamodb/batch-write.ts';
import { timelineItem } from '../../../lib/adapters/dynamodb/timeline-items.ts';
import { createTimelineReader } from '../../../lib/adapters/dynamodb/timeline-reader.ts';
import { createTimelineWriter } from '../../../lib/adapters/dynamodb/timeline-writer.ts';
import { timelineEffectsSchema } from '../../../lib/contracts/effects.ts';
import type { TimelineEffect } from '../../../lib/domain/effect/effect.ts';
import { timelineKeyAt } from '../../../lib/domain/visitor/timeline.ts';
import { createConsumer } from '../../../lib/service/consume-queue.ts';
import { TABLE_NAMES } from '../../../local/store/tables.ts';
import { memoryLogger, sqsBatch } from '../../unit/service/sqs-batch.ts';
import { NO_PAUSES, type Store, startStore } from './log-table.ts';

const NOW = Date.UTC(2026, 5, 1);
let store: Store;

beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());

const line = (number: number, at = NOW + number * 1000): TimelineEffect => ({
  kind: 'timeline',
  id: `line-${number}`,
  at,
  entry: { kind: 'event', name: `Event ${number}`, messageId: `m-${number}` },
});

const body = (visitorId: string, ...effects: readonly TimelineEffect[]) => ({
  visitorId,
  version: 1,
  at: NOW,
  effects,
});

const consume = (bodies: readonly object[]) => {
  const timeline = createTimelineWriter(store.client, TABLE_NAMES.log, NO_PAUSES);
  return createConsumer({
    schema: timelineEffectsSchema,
    handle: ({ visitorId, at, effects }) => timeline.put(visitorId, effects, at),
    logger: memoryLogger(),
  })(sqsBatch(...bodies));
};

const read = (visitorId: string, before: string | null = null, limit = 100) =>
  createTimelineReader(store.client, TABLE_NAMES.log)(visitorId, before, limit);

const namesIn = async (...asked: Parameters<typeof read>) =>
  (await read(...asked)).entries.map(({ entry }) => (entry.kind === 'event' ? entry.name : entry.kind));

describe('a visitor’s story', () => {
  it('tells what happened at one moment in the order in which it came about', async () => {
    const together = [3, 0, 2, 1].map((order) => ({ ...line(order, NOW), order: 65_536 * 9 + order }));
    const before = { ...line(9, NOW), order: 65_536 * 8 + 100 };
    await consume([body('v-moment-order', ...together, before)]);
    expect(await namesIn('v-moment-order')).toEqual(['Event 3', 'Event 2', 'Event 1', 'Event 0', 'Event 9']);
  });

  it('is told newest first, whatever order it was written in', async () => {
    await consume([body('v-order', line(2), line(0)), body('v-order', line(1))]);
    expect(await namesIn('v-order')).toEqual(['Event 2', 'Event 1', 'Event 0']);
  });

  it('has each line once, however often it came', async () => {
    await consume([body('v-twice', line(0), line(0), line(1)), body('v-twice', line(0), line(1))]);
    await consume([body('v-twice', line(1))]);
    expect(await namesIn('v-twice')).toEqual(['Event 1', 'Event 0']);
  });

  it('has each line once though answers were lost and its message came again', async () => {
    store.loseAnswers(1);
    const lost = await consume([body('v-lost', line(0))]);
    expect(lost.batchItemFailures).toHaveLength(1);
    await consume([body('v-lost', line(0))]);
    expect(await namesIn('v-lost')).toEqual(['Event 0']);
  });

  it('is read in pages that leave nothing out, also of lines of one moment', async () => {
    const lines = Array.from({ length: 60 }, (_, number) => line(number, NOW + Math.floor(number / 7)));
    await consume([body('v-pages', ...lines)]);
    const told: string[] = [];
    for (let before: string | null = null, more = true; more; ) {
      const page: Awaited<ReturnType<typeof read>> = await read('v-pages', before, 9);
      told.push(...page.entries.map(({ key }) => key));
      before = page.entries.at(-1)?.key ?? before;
      more = page.more;
    }
    expect(new Set(told).size).toBe(60);
    expect(told).toEqual(told.toSorted().reverse());
  });

  it('is read from before any moment', async () => {
    await consume([body('v-moment', line(0), line(1), line(2))]);
    expect(await namesIn('v-moment', timelineKeyAt(NOW + 1000))).toEqual(['Event 0']);
  });

  it('holds nothing else that lies under the visitor, and nobody else’s', async () => {
    for (const sk of ['D#1', 'S#1', 'U#1']) {
      const Item = { pk: { S: 'v-alone' }, sk: { S: sk } };
      await store.client.send(new PutItemCommand({ TableName: TABLE_NAMES.log, Item }));
    }
    await consume([body('v-alone', line(0)), body('v-alone2', line(1))]);
    expect(await read('v-alone', null, 1)).toMatchObject({ entries: [{ at: NOW }] });
    expect(await namesIn('v-alone')).toEqual(['Event 0']);
  });

  it('is kept for thirteen months, and names no cart in a key', async () => {
    const effect = { ...line(0), id: 'cart/secret' };
    const { pk, sk } = timelineItem('v-kept', effect, NOW);
    await consume([body('v-kept', effect)]);
    const Key = { pk: pk ?? { S: '' }, sk: sk ?? { S: '' } };
    const { Item } = await store.client.send(new GetItemCommand({ TableName: TABLE_NAMES.log, Key }));
    expect(Number(Item?.ttl?.N)).toBe((NOW + 396 * 86_400_000) / 1000);
    expect(sk?.S).not.toContain('secret');
  });

  it('is written together with the others of its batch', async () => {
    const before = store.sent();
    const bodies = Array.from({ length: 16 }, (_, number) => body(`v-together-${number}`, line(0)));
    await consume(bodies);
    expect(store.sent() - before).toBe(1);
    expect(await namesIn('v-together-15')).toEqual(['Event 0']);
  });

  it('comes back alone, of a batch, where it can not be written', async () => {
    const hopeless = body('v'.repeat(3000), line(0));
    const answer = await consume([body('v-good', line(0)), hopeless]);
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: '1' }] });
    expect(await namesIn('v-good')).toEqual(['Event 0']);
  });
});

describe('a throttled table', () => {
  const client = new DynamoDBClient({ region: 'us-east-1' });
  const dynamo = mockClient(client);
  const pauses: number[] = [];
  const timeline = createTimelineWriter(client, 'log', {
    pause: async (milliseconds) => void pauses.push(milliseconds),
    random: () => 0.5,
  });
  const sent = () =>
    dynamo
      .commandCalls(BatchWriteItemCommand)
      .map(({ args: [{ input }] }) => input.RequestItems?.['log']?.length);

  it('is asked again for what it left, after a pause, and for no more', async () => {
    const left = { PutRequest: { Item: timelineItem('v', line(0), NOW) } };
    dynamo
      .on(BatchWriteItemCommand)
      .resolvesOnce({ UnprocessedItems: { log: [left] } })
      .resolves({});
    await timeline.put(
      'v',
      Array.from({ length: 30 }, (_, number) => line(number)),
      NOW,
    );
    expect(sent()).toEqual([25, 1, 5]);
    expect(pauses).toEqual([25]);
  });

  it('that leaves something every time sends the message back to its queue', async () => {
    dynamo.reset();
    dynamo.on(BatchWriteItemCommand).callsFake((input) => ({ UnprocessedItems: input.RequestItems }));
    await expect(timeline.put('v', [line(0)], NOW)).rejects.toThrow(ItemsUnwritten);
    expect(sent()).toHaveLength(6);
  });
});
