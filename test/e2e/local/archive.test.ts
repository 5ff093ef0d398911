import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FirehoseClient, PutRecordBatchCommand } from '@aws-sdk/client-firehose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ARCHIVE_STREAM } from '../../../local/environment.ts';
import { type LocalServiceThread, startLocalService } from '../../../local/service-thread.ts';
import { archivedIn } from '../archive/archived-in.ts';
import { FIXTURE_FUNCTIONS, removeTemporaryDirectories, temporaryDirectory } from './helpers.ts';

const directory = temporaryDirectory();
let service: LocalServiceThread;
let firehose: FirehoseClient;

const clientOf = (endpoint: string): FirehoseClient =>
  new FirehoseClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });

const put = (texts: readonly string[], stream = ARCHIVE_STREAM, client = firehose) =>
  client.send(
    new PutRecordBatchCommand({
      DeliveryStreamName: stream,
      Records: texts.map((text) => ({ Data: Buffer.from(text) })),
    }),
  );

beforeAll(async () => {
  service = await startLocalService({
    catalog: null,
    dataDirectory: directory,
    functionsDirectory: FIXTURE_FUNCTIONS,
  });
  firehose = clientOf(service.busUrl);
});

afterAll(async () => {
  firehose?.destroy();
  await service?.stop();
  removeTemporaryDirectories();
});

describe('PutRecordBatch, through the SDK', () => {
  it('writes records one after the other into the file of the day', async () => {
    const answer = await put(['{"a":1}\n', '{"b":"ä"}\n']);
    expect(answer).toMatchObject({ FailedPutCount: 0 });
    expect(answer.RequestResponses?.map(({ RecordId }) => typeof RecordId)).toEqual(['string', 'string']);
    await put(['{"c":3}\n']);
    const day = new Date().toISOString().slice(0, 10);
    const file = join(directory, 'archive', 'events', `day=${day}`, 'records.jsonl');
    expect(readFileSync(file, 'utf8')).toBe('{"a":1}\n{"b":"ä"}\n{"c":3}\n');
  });

  it('refuses what Firehose refuses', async () => {
    await expect(put(['x'], 'another')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(put(['x'.repeat(1_024_001)])).rejects.toMatchObject({ name: 'InvalidArgumentException' });
    await expect(put(Array.from({ length: 501 }, () => 'x'))).rejects.toMatchObject({
      name: 'InvalidArgumentException',
    });
    await expect(put([])).rejects.toMatchObject({ name: 'SerializationException' });
  });

  it('is forgotten with everything else by a reset', async () => {
    expect(archivedIn(directory).length).toBeGreaterThan(0);
    const answer = await fetch(`${service.url}/_local/reset`, { method: 'POST' });
    expect(answer.status).toBe(200);
    expect(existsSync(join(directory, 'archive'))).toBe(false);
    await put(['{"d":4}\n']);
    expect(archivedIn(directory)).toEqual(['{"d":4}']);
  });

  it('is not to be had of a service that keeps nothing', async () => {
    const memory = await startLocalService({ catalog: null, functionsDirectory: FIXTURE_FUNCTIONS });
    const client = clientOf(memory.busUrl);
    await expect(put(['x'], ARCHIVE_STREAM, client)).rejects.toMatchObject({
      name: 'UnknownOperationException',
    });
    client.destroy();
    await memory.stop();
  });
});
