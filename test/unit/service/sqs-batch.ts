import type { SQSEvent, SQSRecord } from 'aws-lambda';
import type { LogFields, Logger } from '../../../lib/runtime/logger.ts';

/** A message as SQS hands it to a function. */
export const sqsRecord = (messageId: string, body: unknown): SQSRecord => ({
  messageId,
  body: typeof body === 'string' ? body : JSON.stringify(body),
  receiptHandle: '',
  attributes: {
    ApproximateReceiveCount: '1',
    SentTimestamp: '',
    SenderId: '',
    ApproximateFirstReceiveTimestamp: '',
  },
  messageAttributes: {},
  md5OfBody: '',
  eventSource: 'aws:sqs',
  eventSourceARN: '',
  awsRegion: '',
});

/** A batch of messages, called `0`, `1` … */
export const sqsBatch = (...bodies: readonly unknown[]): SQSEvent => ({
  Records: bodies.map((body, index) => sqsRecord(String(index), body)),
});

/** A logger that keeps its lines. */
export const memoryLogger = (): Logger & { readonly lines: (readonly [string, LogFields?])[] } => {
  const lines: (readonly [string, LogFields?])[] = [];
  const write = (message: string, fields?: LogFields): void => {
    lines.push(fields === undefined ? [message] : [message, fields]);
  };
  return { lines, debug: write, info: write, warn: write, error: write };
};
