import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { type AwsService, refusal } from '../aws/aws-server.ts';
import { parseJson } from '../json.ts';
import type { ArchiveFiles } from './archive-files.ts';

const PUT_RECORD_BATCH = 'Firehose_20150804.PutRecordBatch';

/** Firehose takes this many records in one request, and this many bytes of each (1,000 KiB) and of all (4 MiB). */
const MAX_RECORDS = 500;
const MAX_RECORD_BYTES = 1_024_000;
const MAX_REQUEST_BYTES = 4 * 1024 * 1024;

const requestSchema = z.object({
  DeliveryStreamName: z.string(),
  Records: z.array(z.object({ Data: z.base64() })).min(1),
});

/** Firehose's protocol, AWS JSON 1.1, over files: records are written before the answer. */
export const createFirehoseService = (files: ArchiveFiles, stream: string): AwsService => ({
  takes: ({ method, target }) => method === 'POST' && target === PUT_RECORD_BATCH,
  serve: async ({ body }) => {
    const json = parseJson(body);
    const request = json.ok ? requestSchema.safeParse(json.value) : undefined;
    if (!request?.success) {
      return refusal(400, 'SerializationException', 'The request body is not what PutRecordBatch takes.');
    }
    const { DeliveryStreamName, Records } = request.data;
    if (DeliveryStreamName !== stream) {
      const message = `Firehose ${DeliveryStreamName} not found.`;
      return refusal(400, 'ResourceNotFoundException', message);
    }
    const records = Records.map(({ Data }) => Buffer.from(Data, 'base64'));
    const bytes = records.reduce((sum, { length }) => sum + length, 0);
    const isTooLarge = bytes > MAX_REQUEST_BYTES || records.some(({ length }) => length > MAX_RECORD_BYTES);
    if (isTooLarge || records.length > MAX_RECORDS) {
      return refusal(400, 'InvalidArgumentException', 'Records exceed what one request takes.');
    }
    await files.append(Buffer.concat(records));
    return {
      status: 200,
      document: {
        FailedPutCount: 0,
        Encrypted: true,
        RequestResponses: records.map(() => ({ RecordId: randomUUID() })),
      },
      headers: { 'content-type': 'application/x-amz-json-1.1' },
    };
  },
});
