import { SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { createLaidAside, type LaidAside } from '../lib/adapters/sqs/laid-aside.ts';
import { CommandFailure, type Console, messageOf } from './console.ts';
import { askService, expectOk, type TargetOptions, targetOf } from './service-client.ts';

/** Which queues are meant. */
export interface QueuesOptions extends TargetOptions {
  /** A deployed environment, found with the AWS credentials and the Region of whoever calls; absent: this machine's. */
  readonly environment?: string;
}

const awsSchema = z.object({ endpoint: z.string() });

/** The local service says where its SQS is; nothing that is a credential goes there. */
const localClient = async (options: QueuesOptions, console: Console): Promise<SQSClient> => {
  const target = targetOf(options, console, 'ak_local');
  const { endpoint } = awsSchema.parse(expectOk(await askService(target, { path: '/_local/aws' })));
  return new SQSClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'wend-local', secretAccessKey: 'wend-local' },
  });
};

/**
 * Does something with the dead-letter queues of an environment.
 *
 * @throws CommandFailure where they can't be reached
 */
export const withLaidAside = async <Result>(
  options: QueuesOptions,
  console: Console,
  use: (laidAside: LaidAside) => Promise<Result>,
): Promise<Result> => {
  const { environment } = options;
  const client = environment === undefined ? await localClient(options, console) : new SQSClient({});
  try {
    return await use(createLaidAside(client, environment === undefined ? '' : `wend-${environment}-`));
  } catch (error) {
    if (error instanceof CommandFailure) throw error;
    throw new CommandFailure(
      `The queues of ${environment ?? 'this machine'} can't be reached: ${messageOf(error)}`,
      undefined,
      {
        cause: error,
      },
    );
  } finally {
    client.destroy();
  }
};
