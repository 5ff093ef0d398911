import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { sendBatchGetsBy } from './batch-get.ts';
import { createLeanBatchGet } from './lean-batch-get.ts';

/**
 * A DynamoDB client that gives up early: the default waits for ever on a connection and tries four times, which a
 * visitor would feel as a page that hangs. Region, endpoint and credentials come from the environment. Batches are read the
 * lean way (docs/adr/0010-a-lean-read-for-decide.md).
 */
export const createDynamoClient = (): DynamoDBClient => {
  const client = new DynamoDBClient({
    maxAttempts: 3,
    requestHandler: {
      connectionTimeout: 1000,
      requestTimeout: 2000,
      // Without this the handler only warns, and waits on.
      throwOnRequestTimeout: true,
      httpsAgent: { maxSockets: 100 },
    },
  });
  sendBatchGetsBy(client, createLeanBatchGet(client));
  return client;
};
