import * as z from 'zod';

/** A record as GetRecords gives it over the wire, which is as Lambda gives it to a function: binary values in base64. */
export interface StreamRecord {
  readonly eventID: string;
  readonly dynamodb: { readonly SequenceNumber: string };
  readonly [field: string]: unknown;
}

/** How far a stream has been read: up to this record, itself included. */
export interface StreamPosition {
  readonly shard: string;
  readonly sequence: string;
}

/** DynamoDB Streams, as far as one reader of one table needs it. */
export interface StreamClient {
  /** The table's stream of today. */
  readonly streamArn: (table: string) => Promise<string>;
  /** Shards, the oldest first. */
  readonly shards: (streamArn: string) => Promise<readonly string[]>;
  /** An iterator behind a record, or at the beginning of the shard. */
  readonly iterator: (streamArn: string, shard: string, after: string | undefined) => Promise<string>;
  /** `next` is null behind the last record of a closed shard. */
  readonly records: (
    iterator: string,
  ) => Promise<{ readonly records: readonly StreamRecord[]; readonly next: string | null }>;
}

/** DynamoDB refused a request. */
export class StreamRefusal extends Error {
  override readonly name = 'StreamRefusal';
}

const TIMEOUT_MS = 5_000;

const recordSchema = z.looseObject({
  eventID: z.string(),
  dynamodb: z.looseObject({ SequenceNumber: z.string() }),
});
const tableSchema = z.object({ Table: z.object({ LatestStreamArn: z.string() }) });
const streamSchema = z.object({
  StreamDescription: z.object({ Shards: z.array(z.object({ ShardId: z.string() })) }),
});
const iteratorSchema = z.object({ ShardIterator: z.string() });
const recordsSchema = z.object({
  Records: z.array(recordSchema),
  NextShardIterator: z.string().nullish(),
});

/**
 * Emulators look at the form of a signature and at nothing else. The access key must be that of the functions: some
 * keep a database for each.
 */
const authorization = (): string => {
  const key = process.env['AWS_ACCESS_KEY_ID'] ?? '';
  const region = process.env['AWS_REGION'] ?? '';
  return `AWS4-HMAC-SHA256 Credential=${key}/20260101/${region}/dynamodb/aws4_request, SignedHeaders=host, Signature=0`;
};

/**
 * Over a DynamoDB endpoint on loopback. Without the SDK: it would decode records that functions are to get as they
 * came, and an idle poll of 1 ms would cost five.
 */
export const createStreamClient = (endpoint: string): StreamClient => {
  const call = async <T>(target: string, input: unknown, schema: z.ZodType<T>): Promise<T> => {
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': target,
        'x-amz-date': '20260101T000000Z',
        authorization: authorization(),
      },
      body: JSON.stringify(input),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const document: unknown = await response.json();
    if (!response.ok) {
      throw new StreamRefusal(`${target}: ${JSON.stringify(document)}`);
    }
    return schema.parse(document);
  };

  return {
    streamArn: async (table) => {
      const answer = await call('DynamoDB_20120810.DescribeTable', { TableName: table }, tableSchema);
      return answer.Table.LatestStreamArn;
    },
    shards: async (streamArn) => {
      const input = { StreamArn: streamArn };
      const answer = await call('DynamoDBStreams_20120810.DescribeStream', input, streamSchema);
      return answer.StreamDescription.Shards.map((shard) => shard.ShardId);
    },
    iterator: async (streamArn, shard, after) => {
      const place =
        after === undefined
          ? { ShardIteratorType: 'TRIM_HORIZON' }
          : { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: after };
      const input = { StreamArn: streamArn, ShardId: shard, ...place };
      const answer = await call('DynamoDBStreams_20120810.GetShardIterator', input, iteratorSchema);
      return answer.ShardIterator;
    },
    records: async (iterator) => {
      const input = { ShardIterator: iterator };
      const answer = await call('DynamoDBStreams_20120810.GetRecords', input, recordsSchema);
      return { records: answer.Records, next: answer.NextShardIterator ?? null };
    },
  };
};
