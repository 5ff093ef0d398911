import { FirehoseClient, PutRecordBatchCommand } from '@aws-sdk/client-firehose';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { createArchiveStream } from '../../../lib/adapters/firehose/archive-stream.ts';
import { ArchiveUnavailable } from '../../../lib/contracts/archive.ts';

const client = new FirehoseClient({ region: 'us-east-1' });
const firehose = mockClient(client);
const stream = createArchiveStream(client, 'archive');

const requests = () =>
  firehose
    .commandCalls(PutRecordBatchCommand)
    .map(({ args: [{ input }] }) =>
      (input.Records ?? []).map(({ Data }) => Buffer.from(Data ?? '').toString()),
    );

const taken = (...ids: (string | undefined)[]) => ({
  FailedPutCount: ids.filter((id) => id === undefined).length,
  RequestResponses: ids.map((id) =>
    id === undefined ? { ErrorCode: 'ServiceUnavailableException' } : { RecordId: id },
  ),
});

beforeEach(() => {
  firehose.reset();
  firehose
    .on(PutRecordBatchCommand)
    .callsFake(({ Records }: { Records: object[] }) => taken(...Records.map((_, index) => String(index))));
});

describe('lines for the archive', () => {
  it('go out as one record, each with its end', async () => {
    await stream.put(['{"a":1}', '{"b":"ä"}']);
    expect(requests()).toEqual([['{"a":1}\n{"b":"ä"}\n']]);
  });

  it('go out in records and requests that Firehose takes', async () => {
    const line = 'x'.repeat(400_000);
    await stream.put(Array.from({ length: 15 }, () => line));
    const sizes = requests().map((records) => records.map(({ length }) => length));
    expect(sizes.flat().every((size) => size <= 1_024_000)).toBe(true);
    expect(sizes.every((request) => request.reduce((sum, size) => sum + size, 0) <= 2_700_000)).toBe(true);
    expect(sizes.flat().reduce((sum, size) => sum + size, 0)).toBe(15 * 400_001);
  });

  it('that Firehose refused are put again, and those that it took are not', async () => {
    firehose.on(PutRecordBatchCommand).resolvesOnce(taken('r', undefined)).resolvesOnce(taken('r'));
    await stream.put(['x'.repeat(600_000), 'y'.repeat(600_000)]);
    expect(requests().map((records) => records.map(([first]) => first))).toEqual([['x', 'y'], ['y']]);
  });

  it('that Firehose refuses every time, or can not be asked for, are an error', async () => {
    firehose.on(PutRecordBatchCommand).resolves(taken(undefined));
    await expect(stream.put(['x'])).rejects.toThrow(ArchiveUnavailable);
    firehose.on(PutRecordBatchCommand).rejects(new Error('throttled'));
    await expect(stream.put(['x'])).rejects.toThrow(ArchiveUnavailable);
  });

  it('are no request where there are none', async () => {
    await stream.put([]);
    expect(requests()).toEqual([]);
  });
});
