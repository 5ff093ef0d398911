import { createHash, randomUUID } from 'node:crypto';
import type { SentQueue } from '../../lib/contracts/queues.ts';
import { type AwsAnswer, type AwsService, refusal } from '../aws/aws-server.ts';
import { judgeSendMessage, judgeSendMessageBatch, type SentMessage, type SqsError } from './send-messages.ts';

/** Puts messages into a queue, all or none; resolves when they are on disk. */
export type Send = (
  queue: SentQueue,
  messages: readonly (SentMessage & { readonly id: string })[],
) => Promise<void>;

const SEND_MESSAGE = 'AmazonSQS.SendMessage';
const SEND_MESSAGE_BATCH = 'AmazonSQS.SendMessageBatch';

const refuse = ({ type, queryCode, message }: SqsError): AwsAnswer => {
  const answer = refusal(400, `com.amazonaws.sqs#${type}`, message);
  return { ...answer, headers: { ...answer.headers, 'x-amzn-query-error': `${queryCode};Sender` } };
};

const accept = (document: unknown): AwsAnswer => ({
  status: 200,
  document,
  headers: { 'content-type': 'application/x-amz-json-1.0' },
});

/** SDKs check it against the body that they sent. */
const md5Of = (body: string): string => createHash('md5').update(body).digest('hex');

/** SQS's protocol, AWS JSON 1.0: messages are on disk before the answer. */
export const createSqsService = (send: Send): AwsService => {
  const sendMessage = async (body: string): Promise<AwsAnswer> => {
    const verdict = judgeSendMessage(body);
    if (verdict.kind === 'refused') {
      return refuse(verdict.error);
    }
    const id = randomUUID();
    await send(verdict.queue, [{ ...verdict.message, id }]);
    return accept({ MessageId: id, MD5OfMessageBody: md5Of(verdict.message.body) });
  };

  const sendMessageBatch = async (body: string): Promise<AwsAnswer> => {
    const verdict = judgeSendMessageBatch(body);
    if (verdict.kind === 'refused') {
      return refuse(verdict.error);
    }
    const messages = verdict.accepted.map(({ id, message }) => ({
      ...message,
      entryId: id,
      id: randomUUID(),
    }));
    await send(verdict.queue, messages);
    return accept({
      Successful: messages.map((message) => ({
        Id: message.entryId,
        MessageId: message.id,
        MD5OfMessageBody: md5Of(message.body),
      })),
      Failed: verdict.failed.map(({ id, error }) => ({
        Id: id,
        Code: error.queryCode,
        Message: error.message,
        SenderFault: true,
      })),
    });
  };

  return {
    takes: ({ method, target }) =>
      method === 'POST' && (target === SEND_MESSAGE || target === SEND_MESSAGE_BATCH),
    serve: ({ target, body }) => (target === SEND_MESSAGE ? sendMessage(body) : sendMessageBatch(body)),
  };
};
