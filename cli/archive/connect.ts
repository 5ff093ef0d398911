import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetQueueUrlCommand, SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { createQueueSender } from '../../lib/adapters/sqs/queue-sender.ts';
import { nameOf } from '../../lib/contracts/names.ts';
import type { QueueSender } from '../../lib/contracts/queue-sender.ts';
import { CommandFailure, type Console, EXIT_USAGE } from '../console.ts';
import { askService, expectOk, type TargetOptions, targetOf } from '../service-client.ts';

/** Which service is meant. */
export interface ArchiveOptions extends TargetOptions {
  /** A deployed environment, found with the AWS credentials and the Region of whoever calls; absent: this machine's. */
  readonly environment?: string;
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

const localSchema = z.object({
  endpoint: z.string(),
  store: z.string(),
  tables: z.object({ visitors: z.string(), log: z.string() }),
  archive: z.string().nullable(),
  clockOffsetMs: z.number(),
});

/** Nothing that is a credential goes to loopback. */
const LOCAL = {
  region: 'us-east-1',
  credentials: { accessKeyId: 'wend-local', secretAccessKey: 'wend-local' },
};

const senderOf = async (sqs: SQSClient, queue: string): Promise<Pick<QueueSender, 'send'>> => {
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: queue }));
  if (QueueUrl === undefined) throw new CommandFailure(`The queue ${queue} has no URL.`);
  return createQueueSender(sqs, new Map([['events-received', QueueUrl]]));
};

/** The service on this machine says where its AWS and its archive are. */
const local = async (options: ArchiveOptions, console: Console): Promise<ArchiveHouse> => {
  const target = targetOf(options, console, 'ak_local');
  const aws = localSchema.parse(expectOk(await askService(target, { path: '/_local/aws' })));
  const directory = options.dir ?? aws.archive;
  if (directory === null) {
    throw new CommandFailure('That service keeps nothing, and archives nothing: name a --dir.', EXIT_USAGE);
  }
  const dynamo = new DynamoDBClient({ endpoint: aws.store, ...LOCAL });
  const sqs = new SQSClient({ endpoint: aws.endpoint, ...LOCAL });
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
