import { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/**
 * A DynamoDB client that gives up early: the default waits for ever on a connection and tries four times, which a
 * visitor would feel as a page that hangs. Region, endpoint and credentials come from the environment.
 */
export const createDynamoClient = (): DynamoDBClient =>
  new DynamoDBClient({
    maxAttempts: 3,
    requestHandler: {
      connectionTimeout: 1000,
      requestTimeout: 2000,
      // Without this the handler only warns, and waits on.
      throwOnRequestTimeout: true,
      httpsAgent: { maxSockets: 100 },
    },
  });
