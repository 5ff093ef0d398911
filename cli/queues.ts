import { SQSClient } from '@aws-sdk/client-sqs';
import { createLaidAside, type LaidAside } from '../lib/adapters/sqs/laid-aside.ts';
import { CommandFailure, type Console, messageOf } from './console.ts';
import { findLocalAws, type HouseOptions, LOCAL_CLIENT } from './local-aws.ts';

const localClient = async (options: HouseOptions, console: Console): Promise<SQSClient> => {
  const { endpoint } = await findLocalAws(options, console);
  return new SQSClient({ endpoint, ...LOCAL_CLIENT });
};

/**
 * Does something with the dead-letter queues of an environment.
 *
 * @throws CommandFailure where they can't be reached
 */
export const withLaidAside = async <Result>(
  options: HouseOptions,
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
