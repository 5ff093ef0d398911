import { BatchGetItemCommand } from '@aws-sdk/client-dynamodb';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import * as z from 'zod';
import { createDynamoClient } from '../../../../lib/adapters/dynamodb/client.ts';
import { KEYS_KEY, POINTER_KEY } from '../../../../lib/adapters/dynamodb/control-items.ts';
import { ordersKey, stateKey } from '../../../../lib/adapters/dynamodb/visitor-items.ts';
import { environmentSchema } from '../../../../lib/contracts/environment.ts';
import { anonymousKey, visitorIdOf } from '../../../../lib/domain/identity/visitor-id.ts';

const environment = environmentSchema.parse(process.env);
const client = createDynamoClient();
const bodySchema = z.object({ anonymousId: z.string() });

/** What decide is measured against: reads what decide reads, by the same client, and does nothing else. */
export const handler = async (event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> => {
  const { anonymousId } = bodySchema.parse(JSON.parse(event.body ?? ''));
  const visitorId = visitorIdOf(anonymousKey(anonymousId));
  await client.send(
    new BatchGetItemCommand({
      RequestItems: {
        [environment.WEND_VISITORS_TABLE]: { Keys: [stateKey(visitorId), ordersKey(visitorId)] },
        [environment.WEND_LOG_TABLE]: { Keys: [POINTER_KEY, KEYS_KEY] },
      },
    }),
  );
  return { statusCode: 200, headers: { 'content-type': 'application/json' }, body: '{}' };
};
