import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { AwsAnswer, AwsService } from '../aws/aws-server.ts';
import { refusal } from '../aws/aws-server.ts';
import { LOCAL_ACCOUNT } from '../bus/event.ts';
import { parseJson } from '../json.ts';
import { QUEUE_NAMES } from './address.ts';
import type { LaidAsideQueues } from './laid-aside.ts';

const PREFIX = 'AmazonSQS.';

/** How long SQS keeps a message that was received from others. */
const VISIBILITY_SECONDS = 30;

const MOST_MESSAGES = 10;

const listSchema = z.object({ QueueNamePrefix: z.string().optional() });
const nameSchema = z.object({ QueueName: z.string() });
const urlSchema = z.object({ QueueUrl: z.string() });
const receiveSchema = urlSchema.extend({
  MaxNumberOfMessages: z.number().int().min(1).max(MOST_MESSAGES).default(1),
  VisibilityTimeout: z.number().int().min(0).default(VISIBILITY_SECONDS),
});
const deleteSchema = urlSchema.extend({
  Entries: z.array(z.object({ Id: z.string(), ReceiptHandle: z.string() })).min(1),
});

const accept = (document: unknown): AwsAnswer => ({
  status: 200,
  document,
  headers: { 'content-type': 'application/x-amz-json-1.0' },
});

const nameIn = (url: string): string => url.slice(url.lastIndexOf('/') + 1);

const NO_SUCH_QUEUE = refusal(
  400,
  'com.amazonaws.sqs#QueueDoesNotExist',
  'The specified queue does not exist.',
);

/**
 * SQS's protocol as far as somebody who looks after dead-letter queues needs it: which queues there are, how much lies in
 * them, and taking messages out. A receipt is the message's number.
 */
export const createLaidAsideService = (laidAside: LaidAsideQueues, endpoint: () => string): AwsService => {
  const names = [...QUEUE_NAMES, ...laidAside.names];
  const urlOf = (name: string): string => `${endpoint()}/${LOCAL_ACCOUNT}/${name}`;
  const isDead = (url: string): boolean => laidAside.names.includes(nameIn(url));

  const operations: { readonly [operation: string]: (document: unknown) => AwsAnswer | Promise<AwsAnswer> } =
    {
      ListQueues: (document) => {
        const { QueueNamePrefix: prefix = '' } = listSchema.parse(document);
        return accept({ QueueUrls: names.filter((name) => name.startsWith(prefix)).map(urlOf) });
      },
      GetQueueUrl: (document) => {
        const { QueueName: name } = nameSchema.parse(document);
        return names.includes(name) ? accept({ QueueUrl: urlOf(name) }) : NO_SUCH_QUEUE;
      },
      GetQueueAttributes: (document) => {
        const { QueueUrl: url } = urlSchema.parse(document);
        if (!isDead(url)) return NO_SUCH_QUEUE;
        return accept({ Attributes: { ApproximateNumberOfMessages: String(laidAside.count(nameIn(url))) } });
      },
      ReceiveMessage: (document) => {
        const {
          QueueUrl: url,
          MaxNumberOfMessages: limit,
          VisibilityTimeout,
        } = receiveSchema.parse(document);
        if (!isDead(url)) return NO_SUCH_QUEUE;
        const messages = laidAside.receive(nameIn(url), limit, VisibilityTimeout);
        return accept({
          Messages: messages.map(({ seq, messageId, body }) => ({
            MessageId: messageId,
            ReceiptHandle: String(seq),
            Body: body,
            MD5OfBody: createHash('md5').update(body).digest('hex'),
          })),
        });
      },
      DeleteMessageBatch: async (document) => {
        const { QueueUrl: url, Entries } = deleteSchema.parse(document);
        if (!isDead(url)) return NO_SUCH_QUEUE;
        await laidAside.remove(Entries.map(({ ReceiptHandle }) => Number(ReceiptHandle)));
        return accept({ Successful: Entries.map(({ Id }) => ({ Id })), Failed: [] });
      },
    };

  const operationOf = (target: string | undefined): string | undefined =>
    target?.startsWith(PREFIX) ? target.slice(PREFIX.length) : undefined;

  return {
    takes: ({ method, target }) => method === 'POST' && Object.hasOwn(operations, operationOf(target) ?? ''),
    serve: async ({ target, body }) => {
      const parsed = parseJson(body);
      try {
        const serve = operations[operationOf(target) ?? ''];
        if (serve === undefined || !parsed.ok) throw new z.ZodError([]);
        return await serve(parsed.value);
      } catch (error) {
        if (!(error instanceof z.ZodError)) throw error;
        return refusal(
          400,
          'com.amazonaws.sqs#InvalidParameterValue',
          'The request is not what the operation takes.',
        );
      }
    },
  };
};
