import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { startLocalService } from '../../../local/service-thread.ts';
import { MAX_ATTEMPTS } from '../../../local/stream/deliver.ts';
import { awsClients, namesIn } from './aws.ts';
import {
  endScripts,
  FIXTURE_FUNCTIONS,
  linesOf,
  removeTemporaryDirectories,
  startFixture,
  temporaryDirectory,
  until,
} from './helpers.ts';

afterAll(() => {
  endScripts();
  removeTemporaryDirectories();
});

const newFile = (): string => join(temporaryDirectory(), 'done');

/** Runs a service in memory for a test. */
const withService = async (
  work: (aws: ReturnType<typeof awsClients>, url: string) => Promise<void>,
): Promise<void> => {
  const service = await startLocalService({ catalog: null, functionsDirectory: FIXTURE_FUNCTIONS });
  const aws = awsClients(service);
  try {
    await work(aws, service.url);
  } finally {
    aws.close();
    await service.stop();
  }
};

const settle = async (url: string): Promise<void> => {
  const moved = await fetch(`${url}/_local/clock`, { method: 'POST', body: '{"advance":"PT0S"}' });
  expect(moved.status).toBe(200);
};

const recordSchema = z.object({
  eventID: z.string(),
  eventName: z.string(),
  eventSource: z.literal('aws:dynamodb'),
  eventSourceARN: z.string().includes('table/wend-visitors/stream/'),
  awsRegion: z.literal('us-east-1'),
  dynamodb: z.object({
    Keys: z.object({ pk: z.object({ S: z.string() }), sk: z.object({ S: z.string() }) }),
    NewImage: z.object({ bytes: z.object({ B: z.string() }) }).optional(),
    SequenceNumber: z.string(),
    StreamViewType: z.literal('NEW_IMAGE'),
  }),
});

describe('what is written to the visitors table', () => {
  it('reaches its function as a record of Lambda, binary values in base64', async () => {
    const directory = temporaryDirectory();
    const records = join(directory, 'records');
    const running = await startFixture({
      WEND_DATA_DIR: join(directory, 'data'),
      FIXTURE_RECORDS_FILE: records,
    });
    const aws = awsClients(running);
    await aws.write('v1', { file: join(directory, 'done'), line: 'one' });
    await aws.store.send(
      new DeleteItemCommand({ TableName: 'wend-visitors', Key: { pk: { S: 'v1' }, sk: { S: 'V' } } }),
    );
    await until(() => linesOf(records).length === 2);
    const [written, removed] = linesOf(records).map((line) => recordSchema.parse(JSON.parse(line)));
    expect(written).toMatchObject({
      eventName: 'INSERT',
      dynamodb: { Keys: { pk: { S: 'v1' } }, NewImage: { bytes: { B: 'AAH+/w==' } } },
    });
    expect(removed).toMatchObject({ eventName: 'REMOVE' });
    expect(removed?.dynamodb.NewImage).toBeUndefined();
    aws.close();
    running.process.kill('SIGTERM');
    expect((await running.ended).code).toBe(0);
  });

  it('takes effect within half a second while idle', () =>
    withService(async (aws) => {
      const file = newFile();
      await aws.write('v1', { file, line: 'warm' });
      await until(() => linesOf(file).length === 1);
      const before = performance.now();
      await aws.write('v1', { file, line: 'measured' });
      await until(() => linesOf(file).length === 2);
      expect(performance.now() - before).toBeLessThan(500);
    }));

  it('takes effect at once where a function wrote it', () =>
    withService(async (aws) => {
      const file = newFile();
      const write = (line: string) =>
        aws.send('timers-due', {
          file,
          line: `asked-${line}`,
          then: [{ kind: 'write', id: 'v1', order: { file, line } }],
        });
      await write('warm');
      await until(() => linesOf(file).length === 2);
      const before = performance.now();
      await write('measured');
      await until(() => linesOf(file).length === 4);
      expect(performance.now() - before).toBeLessThan(150);
    }));

  it('comes in order, and one that fails holds up those behind it until it is taken', () =>
    withService(async (aws, url) => {
      const file = newFile();
      for (let index = 0; index < 12; index += 1) {
        await aws.write(`v${index}`, { file, line: `n${index}`, failures: index === 4 ? 3 : 0 });
      }
      await settle(url);
      expect(namesIn(linesOf(file))).toEqual(Array.from({ length: 12 }, (_, index) => `n${index}`));
    }));
});

describe('a record that always fails', () => {
  it('is laid aside in full after some attempts, alone, and the others go on', async () => {
    const directory = temporaryDirectory();
    const file = newFile();
    const running = await startFixture({ WEND_DATA_DIR: directory });
    const aws = awsClients(running);
    await aws.write('v1', { file, line: 'before' });
    await aws.write('v2', 'throw');
    await aws.write('v3', { file, line: 'hopeless', failures: 1000 });
    await aws.write('v4', { file, line: 'behind' });
    await until(() => namesIn(linesOf(file)).includes('behind'), 25_000);
    // Whatever shared a batch with a failure may have come more than once.
    expect(new Set(namesIn(linesOf(file)))).toEqual(new Set(['before', 'behind']));
    expect(linesOf(`${file}.hopeless.attempts`).length).toBeGreaterThanOrEqual(MAX_ATTEMPTS);
    aws.close();
    running.process.kill('SIGTERM');
    expect((await running.ended).code).toBe(0);
    const log = new DatabaseSync(join(directory, 'bus.db'));
    const letters = log.prepare('SELECT queue, body FROM dead_letters ORDER BY seq').all();
    log.close();
    expect(letters.map((letter) => letter['queue'])).toEqual(['visitors-stream', 'visitors-stream']);
    expect(letters.map((letter) => JSON.parse(String(letter['body'])))).toMatchObject([
      { dynamodb: { NewImage: { pk: { S: 'v2' }, order: { S: 'throw' } } } },
      { dynamodb: { NewImage: { pk: { S: 'v3' } } } },
    ]);
  });
});

describe('a service that is killed with -9', () => {
  it('loses nothing between a write, its record, the queue and the effect', async () => {
    const directory = temporaryDirectory();
    const file = newFile();
    const written: string[] = [];
    for (const round of [1, 2, 3]) {
      const running = await startFixture({ WEND_DATA_DIR: directory });
      const aws = awsClients(running);
      const writes = Array.from({ length: 40 }, async (_, index) => {
        const line = `${round}-${index}`;
        const effect = { file, line: `effect-${line}`, waitMs: 10 };
        await aws.write(`v${round}-${index}`, {
          file,
          line,
          then: [{ kind: 'send', queue: 'delivery-effects', order: effect }],
        });
        written.push(line);
        if (written.length % 40 === 25) {
          setTimeout(() => running.process.kill('SIGKILL'), 30);
        }
      });
      await Promise.allSettled(writes);
      aws.close();
      expect((await running.ended).signal).toBe('SIGKILL');
    }
    const last = await startFixture({ WEND_DATA_DIR: directory });
    await until(() => {
      const done = new Set(namesIn(linesOf(file)));
      return written.every((line) => done.has(line) && done.has(`effect-${line}`));
    });
    last.process.kill('SIGTERM');
    expect((await last.ended).code).toBe(0);
  });
});

describe('copies of visitors that the store keeps for its stream', () => {
  it('are gone from the directory once they were handed on and the service stopped', async () => {
    const directory = temporaryDirectory();
    const file = newFile();
    const running = await startFixture({ WEND_DATA_DIR: directory });
    const aws = awsClients(running);
    await aws.write('secret-person-1', { file, line: 'one' });
    await aws.write('secret-person-2', { file, line: 'two' });
    await until(() => linesOf(file).length === 2);
    for (const id of ['secret-person-1', 'secret-person-2']) {
      const key = { pk: { S: id }, sk: { S: 'V' } };
      await aws.store.send(new DeleteItemCommand({ TableName: 'wend-visitors', Key: key }));
    }
    await settle(running.url);
    aws.close();
    running.process.kill('SIGTERM');
    await running.ended;
    const store = readFileSync(join(directory, 'dynamodb.db')).toString('latin1');
    expect(store).not.toContain('"line":"one');
  });
});
