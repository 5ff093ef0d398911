import {
  DynamoDBClient,
  TransactionCanceledException,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createCounterReader } from '../../../lib/adapters/dynamodb/counter-reader.ts';
import { CountsLost, createCounterWriter } from '../../../lib/adapters/dynamodb/counter-writer.ts';
import { counterEffectsSchema } from '../../../lib/contracts/effects.ts';
import type { CountsOfCommit } from '../../../lib/domain/report/counters.ts';
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

const counts = (version: number, counters: readonly string[], visitorId = 'v-1'): CountsOfCommit => ({
  visitorId,
  version,
  at: NOW + version,
  effects: counters.map((counter) => ({ kind: 'count', counter, add: 1 })),
});

const consume = (...bodies: readonly object[]) =>
  createConsumer({
    schema: counterEffectsSchema,
    handle: createCounterWriter(store.client, TABLE_NAMES.log, NO_PAUSES),
    sequenceOf: () => 'all',
    logger: memoryLogger(),
  })(sqsBatch(...bodies));

const read = async (prefix: string) =>
  Object.fromEntries(await createCounterReader(store.client, TABLE_NAMES.log)(prefix));

describe('counters', () => {
  it('add up what commits count, in whatever order these come', async () => {
    const entered = 'journeys/order/entered';
    const messages = 'journeys/order/messages/requested';
    await consume(counts(9, [entered]), counts(2, [entered, messages]), counts(5, [messages]));
    expect(await read('journeys/order')).toEqual({ [entered]: 2, [messages]: 2 });
  });

  it('count each commit once, however often it comes', async () => {
    const twice = counts(1, ['journeys/twice/entered', 'journeys/twice/entered'], 'v-twice');
    await consume(twice, twice);
    await consume(twice, { ...twice, version: 2 });
    expect(await read('journeys/twice')).toEqual({ 'journeys/twice/entered': 4 });
  });

  it('count a commit once though the answer was lost and it came again', async () => {
    const commit = counts(1, ['journeys/lost/entered'], 'v-lost');
    store.loseAnswers(1);
    expect((await consume(commit)).batchItemFailures).toHaveLength(1);
    expect((await consume(commit)).batchItemFailures).toEqual([]);
    expect(await read('journeys/lost')).toEqual({ 'journeys/lost/entered': 1 });
  });

  it('count somebody who was forgotten and begins again', async () => {
    const commit = counts(1, ['journeys/again/entered'], 'v-again');
    await consume(commit);
    await consume({ ...commit, at: commit.at + 1 });
    expect(await read('journeys/again')).toEqual({ 'journeys/again/entered': 2 });
  });

  it('count a commit of more counters than a transaction has room for once', async () => {
    const many = Array.from({ length: 130 }, (_, index) => `journeys/many/c${index}`);
    await consume(counts(1, many, 'v-many'));
    await consume(counts(1, many, 'v-many'));
    const read130 = await read('journeys/many');
    expect(Object.keys(read130)).toHaveLength(130);
    expect(new Set(Object.values(read130))).toEqual(new Set([1]));
  });

  it('are read by the beginning of their names', async () => {
    await consume(
      counts(1, ['journeys/a/x/y', 'journeys/a/x/z', 'journeys/a/w', 'journeys/ab/x', 'a'], 'v-p'),
    );
    expect(Object.keys(await read('journeys/a'))).toEqual([
      'journeys/a/w',
      'journeys/a/x/y',
      'journeys/a/x/z',
    ]);
    expect(Object.keys(await read('journeys/a/x/'))).toEqual(['journeys/a/x/y', 'journeys/a/x/z']);
    expect(await read('journeys/nobody')).toEqual({});
    expect(await read('a')).toEqual({ a: 1 });
  });

  it('lose nothing where many count at once', async () => {
    const patient = createCounterWriter(store.client, TABLE_NAMES.log, {
      pause: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
      random: Math.random,
    });
    await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        patient(counts(1, ['journeys/hot/entered'], `v-hot-${index}`)),
      ),
    );
    expect(await read('journeys/hot')).toEqual({ 'journeys/hot/entered': 40 });
  });
});

describe('a hot counter', () => {
  const client = new DynamoDBClient({ region: 'us-east-1' });
  const dynamo = mockClient(client);
  const pauses: number[] = [];
  const add = createCounterWriter(client, 'log', {
    pause: async (milliseconds) => void pauses.push(milliseconds),
    random: () => 0.5,
  });
  const canceled = (...codes: readonly string[]) =>
    new TransactionCanceledException({
      message: 'forced',
      $metadata: {},
      CancellationReasons: codes.map((Code) => ({ Code })),
    });
  const tries = () => dynamo.commandCalls(TransactWriteItemsCommand).length;

  beforeEach(() => {
    dynamo.reset();
    pauses.length = 0;
  });

  it('is tried again after pauses that grow where others are at it', async () => {
    dynamo
      .on(TransactWriteItemsCommand)
      .rejectsOnce(canceled('None', 'TransactionConflict'))
      .rejectsOnce(canceled('None', 'ThrottlingError'))
      .resolves({});
    await add(counts(1, ['c']));
    expect([tries(), pauses]).toEqual([3, [10, 20]]);
  });

  it('sends the message back to its queue where others were at it every time', async () => {
    dynamo.on(TransactWriteItemsCommand).rejects(canceled('None', 'TransactionConflict'));
    await expect(add(counts(1, ['c']))).rejects.toThrow(CountsLost);
    expect(tries()).toBe(7);
  });

  it('is not tried again where the commit was counted, or can never be', async () => {
    dynamo
      .on(TransactWriteItemsCommand)
      .rejectsOnce(canceled('ConditionalCheckFailed', 'None'))
      .rejectsOnce(canceled('None', 'ValidationError'));
    await add(counts(1, ['c']));
    await expect(add(counts(2, ['c']))).rejects.toThrow(TransactionCanceledException);
    expect([tries(), pauses]).toEqual([2, []]);
  });
});
