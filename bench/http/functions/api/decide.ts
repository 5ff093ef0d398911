import { BatchGetItemCommand, type BatchGetItemCommandInput } from '@aws-sdk/client-dynamodb';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import * as z from 'zod';
import { createDynamoClient } from '../../../../lib/adapters/dynamodb/client.ts';
import { KEYS_KEY, POINTER_KEY } from '../../../../lib/adapters/dynamodb/control-items.ts';
import { createLeanBatchGet } from '../../../../lib/adapters/dynamodb/lean-batch-get.ts';
import { ordersKey, stateKey } from '../../../../lib/adapters/dynamodb/visitor-items.ts';
import { environmentSchema } from '../../../../lib/contracts/environment.ts';
import { anonymousKey, visitorIdOf } from '../../../../lib/domain/identity/visitor-id.ts';

const environment = environmentSchema.parse(process.env);
const client = createDynamoClient();
const leanClient = createDynamoClient();
const bodySchema = z.object({ anonymousId: z.string(), channel: z.string() });

const readers = {
  sdk: (input: BatchGetItemCommandInput) => client.send(new BatchGetItemCommand(input)),
  lean: createLeanBatchGet(leanClient),
};

/**
 * What decide is measured against: reads what decide reads, and does nothing else; by the SDK's client, or, where the
 * request's channel is `lean`, in decide's own way.
 */
export const handler = async (event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> => {
  const { anonymousId, channel } = bodySchema.parse(JSON.parse(event.body ?? ''));
  const visitorId = visitorIdOf(anonymousKey(anonymousId));
  await readers[channel === 'lean' ? 'lean' : 'sdk']({
    RequestItems: {
      [environment.WEND_VISITORS_TABLE]: { Keys: [stateKey(visitorId), ordersKey(visitorId)] },
      [environment.WEND_LOG_TABLE]: { Keys: [POINTER_KEY, KEYS_KEY] },
    },
  });
  return { statusCode: 200, headers: { 'content-type': 'application/json' }, body: '{}' };
};
