import type { DynamoDBRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { pack } from '../../../lib/adapters/dynamodb/blob.ts';
import { readChange } from '../../../lib/adapters/dynamodb/stream-record.ts';
import { QueueUnavailable } from '../../../lib/contracts/queue-sender.ts';
import type { SentQueue } from '../../../lib/contracts/queues.ts';
import type { Effect, EffectsOfCommit } from '../../../lib/domain/effect/effect.ts';
import { createPublisher } from '../../../lib/service/publish-effects.ts';
import { memoryLogger } from './sqs-batch.ts';

type Sent = readonly [SentQueue, object];

const publisher = (broken: (queue: SentQueue) => boolean = () => false) => {
  const sent: Sent[] = [];
  const logger = memoryLogger();
  const publish = createPublisher({
    read: readChange,
    queues: {
      send: async (queue, messages) => {
        if (broken(queue)) throw new QueueUnavailable(queue);
        for (const message of messages) sent.push([queue, message]);
      },
    },
    logger,
  });
  return { publish, sent, logger };
};

const image = (e: Uint8Array | null): DynamoDBRecord['dynamodb'] => ({
  NewImage: {
    pk: { S: 'v-1' },
    sk: { S: 'V' },
    v: { N: '3' },
    s: { B: 'c2VjcmV0' },
    ...(e === null ? {} : { e: { B: Buffer.from(e).toString('base64') } }),
  },
});

const recordOf = (
  SequenceNumber: string,
  e: Uint8Array | null,
  eventName: 'MODIFY' | 'REMOVE' = 'MODIFY',
): DynamoDBRecord => ({ eventName, dynamodb: { ...image(e), SequenceNumber } });

const commit = (...effects: readonly Effect[]): EffectsOfCommit => ({
  visitorId: 'v-1',
  version: 3,
  at: 1000,
  effects,
});

const timer: Effect = { kind: 'timer', due: 5, generation: 1, spread: false };
const count = (counter: string): Effect => ({ kind: 'count', counter, add: 1 });
const bus = (id: string, detail: string): Effect => ({
  kind: 'bus',
  id,
  detailType: 'Told',
  detail: { detail },
});

describe('a commit in the stream', () => {
  it('becomes one message for each kind of its effects, each in its queue', async () => {
    const { publish, sent } = publisher();
    const effects = [count('a'), timer, count('b')];
    expect(await publish({ Records: [recordOf('1', pack(commit(...effects)))] })).toEqual({
      batchItemFailures: [],
    });
    expect(sent).toEqual([
      ['counter-effects', commit(count('a'), count('b'))],
      ['timer-effects', commit(timer)],
    ]);
  });

  it('becomes nothing where it wants nothing, or is a deletion', async () => {
    const { publish, sent } = publisher();
    await publish({ Records: [recordOf('1', null), recordOf('2', pack(commit(timer)), 'REMOVE')] });
    expect(sent).toEqual([]);
  });

  it('becomes several messages of a kind where one would be too large', async () => {
    const { publish, sent } = publisher();
    const effects = Array.from({ length: 5 }, (_, index) => bus(String(index), 'x'.repeat(90_000)));
    await publish({ Records: [recordOf('1', pack(commit(...effects)))] });
    expect(sent).toEqual([
      ['bus-effects', commit(...effects.slice(0, 2))],
      ['bus-effects', commit(...effects.slice(2, 4))],
      ['bus-effects', commit(...effects.slice(4))],
    ]);
  });

  it('keeps all that a kind knows of an effect', async () => {
    const { publish, sent } = publisher();
    const told: Effect = {
      kind: 'timeline',
      id: 't',
      at: 5,
      entry: { kind: 'problem', problemId: 'late', key: 'k', what: 'opened', why: 'flight.delayed' },
    };
    await publish({ Records: [recordOf('1', pack(commit(told)))] });
    expect(sent).toEqual([['timeline-effects', commit(told)]]);
  });
});

describe('a queue that takes nothing', () => {
  it('brings back all from the first record that has something for it', async () => {
    const { publish, sent } = publisher((queue) => queue === 'timer-effects');
    const answer = await publish({
      Records: [
        recordOf('1', pack(commit(count('a')))),
        recordOf('2', null),
        recordOf('3', pack(commit(count('b'), timer))),
        recordOf('4', pack(commit(timer))),
      ],
    });
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: '3' }] });
    expect(sent.map(([queue]) => queue)).toEqual(['counter-effects', 'counter-effects']);
  });

  it('brings back the earliest of two, where two take nothing', async () => {
    const { publish } = publisher((queue) => queue !== 'counter-effects');
    const answer = await publish({
      Records: [recordOf('7', pack(commit(bus('b', '')))), recordOf('8', pack(commit(timer)))],
    });
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: '7' }] });
  });
});

describe('a record that can not be handed on', () => {
  const unreadable: readonly (readonly [string, Uint8Array])[] = [
    ['is no compressed JSON', Buffer.from('{')],
    ['is no commit', pack({ visitorId: 'v-1' })],
    ['has effects of no kind', pack({ ...commit(), effects: [{ kind: 'toString' }] })],
    ['has an effect that no queue takes', pack(commit(bus('b', 'x'.repeat(1_100_000))))],
  ];

  it.each(unreadable)('since it %s is laid aside whole, without the state', async (_, e) => {
    const { publish, sent, logger } = publisher();
    const answer = await publish({ Records: [recordOf('1', e), recordOf('2', pack(commit(timer)))] });
    expect(answer).toEqual({ batchItemFailures: [] });
    expect(sent.map(([queue]) => queue)).toEqual(['publish-failed', 'timer-effects']);
    expect(sent[0]?.[1]).toMatchObject({
      eventName: 'MODIFY',
      dynamodb: {
        SequenceNumber: '1',
        NewImage: { pk: { S: 'v-1' }, e: { B: Buffer.from(e).toString('base64') } },
      },
    });
    expect(JSON.stringify(sent)).not.toContain('c2VjcmV0');
    expect(logger.lines).toHaveLength(1);
  });

  it('stays in the stream where it can not even be laid aside', async () => {
    const { publish } = publisher((queue) => queue === 'publish-failed');
    const answer = await publish({ Records: [recordOf('1', Buffer.from('{'))] });
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: '1' }] });
  });
});
