import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  DynamoDBClient,
  ProvisionedThroughputExceededException,
  PutItemCommand,
  TransactionCanceledException,
  TransactionConflictException,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { stateItem, stateKey } from '../../../lib/adapters/dynamodb/visitor-items.ts';
import { createVisitorStore, VisitorsUnread } from '../../../lib/adapters/dynamodb/visitor-store.ts';
import { emptyCatalog } from '../../../lib/domain/catalog/empty-catalog.ts';
import { visitorIdOf } from '../../../lib/domain/identity/visitor-id.ts';
import type { VisitorEvent } from '../../../lib/domain/visitor/event.ts';
import { MAX_MARKS } from '../../../lib/domain/visitor/marks.ts';
import type { Logger } from '../../../lib/runtime/logger.ts';
import { createQueueConsumer } from '../../../lib/service/consume-events.ts';
import { CommitLost, createReactor } from '../../../lib/service/react.ts';
import { event, eventsOf, START, visitorOf } from '../visitor/people.ts';
import { sqsRecord } from './sqs-batch.ts';

const client = new DynamoDBClient({ region: 'us-east-1' });
const dynamo = mockClient(client);
const said = { message: 'forced', $metadata: {} };
const pauses: number[] = [];

const reactor = createReactor({
  visitors: createVisitorStore({ client, table: 'visitors' }),
  catalogs: async () => ({ active: emptyCatalog(), rollout: null }),
  now: () => START + 1,
  pause: async (milliseconds) => {
    pauses.push(milliseconds);
  },
  random: () => 0.5,
});
const react = (idKey: string, events: readonly VisitorEvent[]) => reactor.mail(visitorIdOf(idKey), events);

const view = event({ messageId: 'view', userId: 'u' });
const puts = () => dynamo.commandCalls(PutItemCommand).length;
const reads = () => dynamo.commandCalls(BatchGetItemCommand).length;

beforeEach(() => {
  dynamo.reset();
  pauses.length = 0;
  dynamo.on(BatchGetItemCommand).resolves({});
  dynamo.on(PutItemCommand).resolves({});
  dynamo.on(TransactWriteItemsCommand).resolves({});
  dynamo.on(BatchWriteItemCommand).resolves({});
});

describe('a lost race', () => {
  it.each([
    ['another write came first', new ConditionalCheckFailedException(said)],
    ["a single write met somebody's transaction", new TransactionConflictException(said)],
  ])('is run again from the read where %s', async (_, lost) => {
    dynamo.on(PutItemCommand).rejectsOnce(lost).rejectsOnce(lost).resolves({});
    await react('user:u', [view]);
    expect([puts(), reads()]).toEqual([3, 3]);
    expect(pauses).toEqual([5, 10]);
  });

  it.each(['ConditionalCheckFailed', 'TransactionConflict'])(
    'of a transaction by %s is too',
    async (Code) => {
      const lost = new TransactionCanceledException({
        ...said,
        CancellationReasons: [{ Code: 'None' }, { Code }],
      });
      dynamo.on(TransactWriteItemsCommand).rejectsOnce(lost).resolves({});
      await react('user:u', [event({ messageId: 'o', name: 'Order Completed', userId: 'u' })]);
      expect(dynamo.commandCalls(TransactWriteItemsCommand)).toHaveLength(2);
    },
  );

  it('that is lost every time goes back to the queue', async () => {
    dynamo.on(PutItemCommand).rejects(new ConditionalCheckFailedException(said));
    await expect(react('user:u', [view])).rejects.toThrow(CommitLost);
    expect(puts()).toBe(8);
  });
});

describe('throttling', () => {
  it('of a read is tried once more, then goes back to the queue; nothing is written on what was not read', async () => {
    dynamo
      .on(BatchGetItemCommand)
      .resolves({ UnprocessedKeys: { visitors: { Keys: [stateKey(visitorIdOf('user:u'))] } } });
    await expect(react('user:u', [view])).rejects.toThrow(VisitorsUnread);
    expect([reads(), puts()]).toEqual([2, 0]);
  });

  it('of a write is no lost race: the store has its say', async () => {
    dynamo.on(PutItemCommand).rejects(new ProvisionedThroughputExceededException(said));
    await expect(react('user:u', [view])).rejects.toThrow(ProvisionedThroughputExceededException);
    expect(puts()).toBe(1);
  });

  it('of older marks leaves the visitor as it was', async () => {
    const id = visitorIdOf('user:u');
    const { state } = visitorOf(
      eventsOf(MAX_MARKS, 0, (index) => ({ userId: 'u', messageId: `old-${index}` })),
    );
    dynamo.on(BatchGetItemCommand).resolves({ Responses: { visitors: [stateItem(id, 1, state, 1)] } });
    dynamo.on(BatchWriteItemCommand).callsFake((input) => ({ UnprocessedItems: input.RequestItems }));
    await expect(react('user:u', [view])).rejects.toThrow(VisitorsUnread);
    expect(puts()).toBe(0);
  });
});

describe('a batch of the queue', () => {
  const entry = (messageId: string, ...events: readonly object[]) =>
    sqsRecord(messageId, { detail: { events } });
  const logger: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

  it('reports back the entries that failed, and no others', async () => {
    const consume = createQueueConsumer(async (visitorId) => {
      if (visitorId === visitorIdOf('user:bad')) throw new Error('forced');
    }, logger);
    const bad = event({ messageId: 'b', userId: 'bad' });
    const answer = await consume({
      Records: [entry('1', view), entry('2', bad), entry('3', view, bad), entry('4', view)],
    });
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: '2' }, { itemIdentifier: '3' }] });
  });

  it('reports back what can not be read, and applies the rest', async () => {
    const applied: string[] = [];
    const consume = createQueueConsumer(async (visitorId) => {
      applied.push(visitorId);
    }, logger);
    const { userId: _, ...nobody } = view;
    const answer = await consume({
      Records: [
        sqsRecord('broken', '{'),
        sqsRecord('empty', '{}'),
        entry('nobody', nobody),
        entry('odd', { ...view, at: 'soon' }),
        entry('good', view),
      ],
    });
    expect(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).toEqual([
      'broken',
      'empty',
      'nobody',
      'odd',
    ]);
    expect(applied).toEqual([visitorIdOf('user:u')]);
  });

  it('folds the events of one visitor from all its entries into one call', async () => {
    const calls: (readonly [string, number])[] = [];
    const consume = createQueueConsumer(async (visitorId, events) => {
      calls.push([visitorId, events.length]);
    }, logger);
    await consume({
      Records: [entry('1', view, view), entry('2', view), entry('3', { ...view, userId: 'v' })],
    });
    expect(calls).toEqual([
      [visitorIdOf('user:u'), 3],
      [visitorIdOf('user:v'), 1],
    ]);
  });
});
