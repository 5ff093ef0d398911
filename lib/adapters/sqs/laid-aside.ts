import {
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';

/** A dead-letter queue, and how much lies in it. */
export interface LaidAsideQueue {
  /** Without the environment's part. */
  readonly name: string;
  /** As SQS counts them: about that many. */
  readonly messages: number;
}

/** The dead-letter queues of one environment. */
export interface LaidAside {
  readonly list: () => Promise<readonly LaidAsideQueue[]>;
  /**
   * Puts messages of a dead-letter queue into another queue: each is sent before it is deleted, so that one is rather
   * there twice than lost.
   *
   * @param limit - messages at most
   * @returns how many were put back
   */
  readonly redrive: (from: string, to: string, limit: number) => Promise<number>;
}

/** What the names of dead-letter queues end with. */
const ENDS = /-(?:failed|undelivered|abandoned)$/;

/** Messages of one request. */
const BATCH = 10;

/** How long SQS looks for messages before it says that there are none; it may miss some at a shorter look. */
const LOOK_SECONDS = 2;

/** How long a message that was taken is nobody else's. */
const TAKEN_SECONDS = 60;

/** @param prefix - what the names of the environment's queues begin with, `wend-production-`; empty on this machine */
export const createLaidAside = (client: SQSClient, prefix: string): LaidAside => {
  const urls = async (): Promise<readonly string[]> => {
    const found: string[] = [];
    let token: string | undefined;
    do {
      const page = await client.send(
        new ListQueuesCommand({
          MaxResults: 1000,
          ...(prefix === '' ? {} : { QueueNamePrefix: prefix }),
          ...(token === undefined ? {} : { NextToken: token }),
        }),
      );
      found.push(...(page.QueueUrls ?? []));
      token = page.NextToken;
    } while (token !== undefined);
    return found.filter((url) => ENDS.test(url));
  };

  const nameOf = (url: string): string => url.slice(url.lastIndexOf('/') + 1 + prefix.length);

  const urlOf = async (name: string): Promise<string> => {
    const { QueueUrl } = await client.send(new GetQueueUrlCommand({ QueueName: `${prefix}${name}` }));
    if (QueueUrl === undefined) throw new Error(`the queue ${name} has no URL`);
    return QueueUrl;
  };

  const take = async (url: string, limit: number): Promise<readonly Message[]> => {
    const { Messages } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl: url,
        MaxNumberOfMessages: Math.min(BATCH, limit),
        WaitTimeSeconds: LOOK_SECONDS,
        VisibilityTimeout: TAKEN_SECONDS,
      }),
    );
    return Messages ?? [];
  };

  /** Sends messages on; those that the queue took are deleted where they were. */
  const move = async (messages: readonly Message[], from: string, to: string): Promise<number> => {
    const { Successful = [] } = await client.send(
      new SendMessageBatchCommand({
        QueueUrl: to,
        Entries: messages.map(({ Body }, index) => ({ Id: String(index), MessageBody: Body })),
      }),
    );
    const sent = Successful.flatMap(({ Id }) => messages[Number(Id)] ?? []);
    if (sent.length === 0) return 0;
    await client.send(
      new DeleteMessageBatchCommand({
        QueueUrl: from,
        Entries: sent.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle })),
      }),
    );
    return sent.length;
  };

  return {
    list: async () => {
      const queues = await Promise.all(
        (await urls()).map(async (url) => {
          const { Attributes } = await client.send(
            new GetQueueAttributesCommand({
              QueueUrl: url,
              AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
            }),
          );
          const waiting = Number(Attributes?.['ApproximateNumberOfMessages'] ?? 0);
          const taken = Number(Attributes?.['ApproximateNumberOfMessagesNotVisible'] ?? 0);
          return { name: nameOf(url), messages: waiting + taken };
        }),
      );
      return queues.sort((a, b) => a.name.localeCompare(b.name));
    },
    redrive: async (from, to, limit) => {
      const [source, target] = await Promise.all([urlOf(from), urlOf(to)]);
      let moved = 0;
      while (moved < limit) {
        const messages = await take(source, limit - moved);
        if (messages.length === 0) break;
        const sent = await move(messages, source, target);
        moved += sent;
        // What the queue did not take now is visible again in a minute.
        if (sent < messages.length) break;
      }
      return moved;
    },
  };
};
