import { join } from 'node:path';
import { SendMessageBatchCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { QUEUES } from '../../../lib/contracts/queues.ts';
import { type LocalServiceThread, startLocalService } from '../../../local/service-thread.ts';
import { awsClients, namesIn } from './aws.ts';
import {
  FIXTURE_FUNCTIONS,
  linesOf,
  removeTemporaryDirectories,
  temporaryDirectory,
  until,
} from './helpers.ts';

let service: LocalServiceThread;
let aws: ReturnType<typeof awsClients>;

beforeAll(async () => {
  service = await startLocalService({ catalog: null, functionsDirectory: FIXTURE_FUNCTIONS });
  aws = awsClients(service);
});

afterAll(async () => {
  aws?.close();
  await service?.stop();
  removeTemporaryDirectories();
});

const newFile = (): string => join(temporaryDirectory(), 'done');
const OBEYING = Object.keys(QUEUES).filter(
  (queue) => queue !== 'events-received' && queue !== 'business-events',
);

describe('SendMessage, through the SDK', () => {
  it.each(OBEYING)('feeds %s to its function', async (queue) => {
    const file = newFile();
    const answer = await aws.send(queue, { file, line: 'one' });
    expect(answer.MessageId).toBeTypeOf('string');
    await until(() => linesOf(file).length === 1);
  });

  it('lets a message take effect within 100 ms while idle', async () => {
    const file = newFile();
    await aws.send('fan-out', { file, line: 'warm' });
    await until(() => linesOf(file).length === 1);
    const before = performance.now();
    await aws.send('fan-out', { file, line: 'measured' });
    await until(() => linesOf(file).length === 2);
    expect(performance.now() - before).toBeLessThan(100);
  });

  it('tries a message that failed again, alone', async () => {
    const file = newFile();
    await aws.send('fan-out', { file, line: 'flaky', failures: 2 });
    await aws.send('fan-out', { file, line: 'good' });
    await until(() => linesOf(file).length === 2);
    expect(namesIn(linesOf(file))).toEqual(['good', 'flaky']);
    expect(linesOf(`${file}.flaky.attempts`).length).toBe(2);
  });

  it('keeps the order of each visitor, while those of different visitors are handled side by side', async () => {
    const file = newFile();
    const visitors = ['v1', 'v2', 'v3', 'v4'];
    const before = performance.now();
    for (let round = 0; round < 5; round += 1) {
      for (const visitorId of visitors) {
        await aws.send('timeline-effects', { file, line: `${visitorId}-${round}`, visitorId, waitMs: 30 });
      }
    }
    await until(() => linesOf(file).length === 20);
    for (const visitorId of visitors) {
      const own = namesIn(linesOf(file)).filter((line) => line.startsWith(visitorId));
      expect(own).toEqual([0, 1, 2, 3, 4].map((round) => `${visitorId}-${round}`));
    }
    expect(performance.now() - before).toBeLessThan(10_000);
  });

  it('lays aside what publish could not route, for a person', async () => {
    await aws.send('publish-failed', { file: newFile(), line: 'never' });
    const moved = await fetch(`${service.url}/_local/clock`, { method: 'POST', body: '{"advance":"PT0S"}' });
    expect(moved.status).toBe(200);
  });

  it.each([
    ['another queue', { QueueUrl: 'http://127.0.0.1/000000000000/nowhere' }, 'QueueDoesNotExist'],
    ['no body', { MessageBody: '' }, 'MissingParameter'],
    ['a delay of more than 15 minutes', { DelaySeconds: 901 }, 'InvalidParameterValue'],
    ['characters that SQS does not hold', { MessageBody: 'a\u0000' }, 'InvalidMessageContents'],
    ['more than 1 MiB', { MessageBody: 'x'.repeat(1_048_577) }, 'InvalidParameterValue'],
  ])('refuses %s', async (_, change, name) => {
    const command = new SendMessageCommand({
      QueueUrl: aws.queueUrl('fan-out'),
      MessageBody: '{}',
      ...change,
    });
    await expect(aws.sqs.send(command)).rejects.toMatchObject({ name, $fault: 'client' });
  });
});

describe('SendMessageBatch, through the SDK', () => {
  const batch = (entries: readonly { Id: string; MessageBody: string; DelaySeconds?: number }[]) =>
    aws.sqs.send(new SendMessageBatchCommand({ QueueUrl: aws.queueUrl('fan-out'), Entries: [...entries] }));
  const entry = (Id: string, file: string) => ({ Id, MessageBody: JSON.stringify({ file, line: Id }) });

  it('takes the good entries, in order, and names those that failed', async () => {
    const file = newFile();
    const answer = await batch([
      entry('first', file),
      { ...entry('late', file), DelaySeconds: -1 },
      entry('second', file),
    ]);
    expect(answer.Successful?.map(({ Id }) => Id)).toEqual(['first', 'second']);
    expect(answer.Failed).toMatchObject([{ Id: 'late', Code: 'InvalidParameterValue', SenderFault: true }]);
    await until(() => linesOf(file).length === 2);
    expect(namesIn(linesOf(file))).toEqual(['first', 'second']);
  });

  it.each([
    ['no entries', [], 'EmptyBatchRequest'],
    [
      'more than ten',
      Array.from({ length: 11 }, (_, index) => ({ Id: `e${index}`, MessageBody: '{}' })),
      'TooManyEntriesInBatchRequest',
    ],
    [
      'an id twice',
      [
        { Id: 'a', MessageBody: '{}' },
        { Id: 'a', MessageBody: '{}' },
      ],
      'BatchEntryIdsNotDistinct',
    ],
    ['an id that is none', [{ Id: 'a b', MessageBody: '{}' }], 'InvalidBatchEntryId'],
    [
      'more than 1 MiB in all',
      Array.from({ length: 2 }, (_, index) => ({ Id: `e${index}`, MessageBody: 'x'.repeat(600_000) })),
      'BatchRequestTooLong',
    ],
  ])('refuses %s', async (_, entries, name) => {
    await expect(batch(entries)).rejects.toMatchObject({ name });
  });
});
