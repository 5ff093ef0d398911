import { FirehoseClient, PutRecordBatchCommand } from '@aws-sdk/client-firehose';
import { type ArchiveStream, ArchiveUnavailable } from '../../contracts/archive.ts';
import { partsWithin } from '../../domain/parts-within.ts';

/** Each record is paid for by 5 KB begun: lines are put together up to this many bytes. Firehose takes 1,000 KiB. */
const MAX_RECORD_BYTES = 900_000;

/** Records of one request, and bytes of them: Firehose takes 500 and 4 MiB, and base64 makes a third more of them. */
const MAX_RECORDS = 500;
const MAX_REQUEST_BYTES = 2_700_000;

/** Records that Firehose refused (it may be throttled) are put again, this often. */
const MAX_ATTEMPTS = 3;

/** A Firehose client that gives up early; region, endpoint and credentials come from the environment. */
export const createFirehoseClient = (): FirehoseClient =>
  new FirehoseClient({
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 1000, requestTimeout: 5000, throwOnRequestTimeout: true },
  });

/** A delivery stream, which writes what it is given one after the other into files of a bucket. */
export const createArchiveStream = (client: FirehoseClient, stream: string): ArchiveStream => {
  const putRequest = async (records: readonly Buffer[]): Promise<void> => {
    let left = records;
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const { RequestResponses = [] } = await client.send(
        new PutRecordBatchCommand({
          DeliveryStreamName: stream,
          Records: left.map((Data) => ({ Data })),
        }),
      );
      left = left.filter((_, index) => RequestResponses[index]?.RecordId === undefined);
      if (left.length === 0) return;
    }
    throw new ArchiveUnavailable();
  };

  return {
    put: async (lines) => {
      try {
        for (const request of requestsOf(recordsOf(lines))) await putRequest(request);
      } catch (cause) {
        throw cause instanceof ArchiveUnavailable ? cause : new ArchiveUnavailable({ cause });
      }
    },
  };
};

/** Each line with its end: Firehose puts nothing between records. */
const recordsOf = (lines: readonly string[]): readonly Buffer[] =>
  partsWithin(lines, (line) => Buffer.byteLength(line) + 1, { size: MAX_RECORD_BYTES }).map((part) =>
    Buffer.from(`${part.join('\n')}\n`),
  );

const requestsOf = (records: readonly Buffer[]): readonly (readonly Buffer[])[] =>
  partsWithin(records, ({ length }) => length, { size: MAX_REQUEST_BYTES, count: MAX_RECORDS });
