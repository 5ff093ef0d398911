import { SendMessageBatchCommand, type SendMessageBatchRequestEntry, SQSClient } from '@aws-sdk/client-sqs';
import { MAX_DELAY_SECONDS, type QueueSender, QueueUnavailable } from '../../contracts/queue-sender.ts';
import type { SentQueue } from '../../contracts/queues.ts';

/** SQS takes this many messages, and this many bytes of them, in one request. */
const MAX_ENTRIES = 10;
const MAX_REQUEST_BYTES = 256 * 1024;
/** Messages that SQS refused (it may be throttled) are put again, this often. */
const MAX_ATTEMPTS = 3;
/** Requests under way at once, so that thousands of messages do not open thousands of sockets. */
const MAX_REQUESTS = 8;

/** An SQS client that gives up early; region, endpoint and credentials come from the environment. */
export const createSqsClient = (): SQSClient =>
  new SQSClient({
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 1000, requestTimeout: 5000, throwOnRequestTimeout: true },
  });

/** The environment's SQS queues, by their URLs. */
export const createQueueSender = (client: SQSClient, urls: ReadonlyMap<SentQueue, string>): QueueSender => {
  const putRequest = async (
    url: string,
    entries: readonly SendMessageBatchRequestEntry[],
  ): Promise<boolean> => {
    let left = [...entries];
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const answer = await client.send(new SendMessageBatchCommand({ QueueUrl: url, Entries: left }));
      const taken = new Set((answer.Successful ?? []).map(({ Id }) => Id));
      left = left.filter(({ Id }) => !taken.has(Id));
      if (left.length === 0) return true;
    }
    return false;
  };

  return {
    send: async (queue, messages, delaySeconds = 0) => {
      const url = urls.get(queue);
      if (url === undefined) throw new Error(`the function was not told where the queue ${queue} is`);
      const requests = requestsOf(
        messages,
        Math.min(MAX_DELAY_SECONDS, Math.max(0, Math.ceil(delaySeconds))),
      );
      const next = requests.values();
      const work = async (): Promise<void> => {
        for (const request of next) {
          if (!(await putRequest(url, request))) throw new QueueUnavailable(queue);
        }
      };
      try {
        await Promise.all(Array.from({ length: Math.min(MAX_REQUESTS, requests.length) }, work));
      } catch (cause) {
        throw cause instanceof QueueUnavailable ? cause : new QueueUnavailable(queue, { cause });
      }
    },
  };
};

const requestsOf = (messages: readonly object[], delaySeconds: number): SendMessageBatchRequestEntry[][] => {
  const requests: SendMessageBatchRequestEntry[][] = [];
  let request: SendMessageBatchRequestEntry[] = [];
  let bytes = 0;
  for (const message of messages) {
    const body = JSON.stringify(message);
    const size = Buffer.byteLength(body);
    if (request.length === MAX_ENTRIES || (request.length > 0 && bytes + size > MAX_REQUEST_BYTES)) {
      requests.push(request);
      request = [];
      bytes = 0;
    }
    request.push({
      Id: String(request.length),
      MessageBody: body,
      ...(delaySeconds === 0 ? {} : { DelaySeconds: delaySeconds }),
    });
    bytes += size;
  }
  if (request.length > 0) requests.push(request);
  return requests;
};
