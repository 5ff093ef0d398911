import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetQueueUrlCommand, SQSClient } from '@aws-sdk/client-sqs';
import { createQueueSender } from '../../lib/adapters/sqs/queue-sender.ts';
import { nameOf } from '../../lib/contracts/names.ts';
import type { QueueSender } from '../../lib/contracts/queue-sender.ts';
import { CommandFailure, type Console, EXIT_USAGE } from '../console.ts';
import { findLocalAws, type HouseOptions, LOCAL_CLIENT } from '../local-aws.ts';

/** Which service is meant, and which archive. */
export interface ArchiveOptions extends HouseOptions {
  /** Where the archive's files are; absent: those of the service on this machine. */
  readonly dir?: string;
}

/** The store and the queue of a service, as somebody who looks after it reaches them. */
export interface ArchiveHouse {
  readonly dynamo: DynamoDBClient;
  readonly tables: { readonly visitors: string; readonly log: string };
  readonly queues: Pick<QueueSender, 'send'>;
  /** Where the archive's files are. */
  readonly directory: string;
  /** The service's clock, milliseconds since 1970. */
  readonly now: () => number;
  readonly close: () => void;
}

const senderOf = async (sqs: SQSClient, queue: string): Promise<Pick<QueueSender, 'send'>> => {
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: queue }));
  if (QueueUrl === undefined) throw new CommandFailure(`The queue ${queue} has no URL.`);
  return createQueueSender(sqs, new Map([['events-received', QueueUrl]]));
};

const local = async (options: ArchiveOptions, console: Console): Promise<ArchiveHouse> => {
  const aws = await findLocalAws(options, console);
  const directory = options.dir ?? aws.archive;
  if (directory === null) {
    throw new CommandFailure('That service keeps nothing, and archives nothing: name a --dir.', EXIT_USAGE);
  }
  const dynamo = new DynamoDBClient({ endpoint: aws.store, ...LOCAL_CLIENT });
  const sqs = new SQSClient({ endpoint: aws.endpoint, ...LOCAL_CLIENT });
  return {
    dynamo,
    tables: aws.tables,
    queues: await senderOf(sqs, 'events-received'),
    directory,
    now: () => Date.now() + aws.clockOffsetMs,
    close: () => closeAll(dynamo, sqs),
  };
};

const deployed = async (environment: string, dir: string | undefined): Promise<ArchiveHouse> => {
  if (dir === undefined) {
    throw new CommandFailure(
      `Fetch the archive first: aws s3 sync s3://<ArchiveBucketName> <dir>, then name it by --dir.`,
      EXIT_USAGE,
    );
  }
  const sqs = new SQSClient({});
  const queues = await senderOf(sqs, nameOf(environment, 'events-received'));
  const dynamo = new DynamoDBClient({});
  return {
    dynamo,
    tables: { visitors: nameOf(environment, 'visitors'), log: nameOf(environment, 'log') },
    queues,
    directory: dir,
    now: Date.now,
    close: () => closeAll(dynamo, sqs),
  };
};

const closeAll = (...clients: readonly { readonly destroy: () => void }[]): void => {
  for (const client of clients) client.destroy();
};

/**
 * Reaches a service's store and queue.
 *
 * @throws CommandFailure where they can't be reached, or where it is not said where the archive is
 */
export const connectArchive = (options: ArchiveOptions, console: Console): Promise<ArchiveHouse> =>
  options.environment === undefined ? local(options, console) : deployed(options.environment, options.dir);
