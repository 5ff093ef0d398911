import { createDynamoClient } from '../../lib/adapters/dynamodb/client.ts';
import { createFollowerStore } from '../../lib/adapters/dynamodb/follower-store.ts';
import { createSubjectStore } from '../../lib/adapters/dynamodb/subject-store.ts';
import { createQueueSender, createSqsClient } from '../../lib/adapters/sqs/queue-sender.ts';
import { fanOutSchema } from '../../lib/contracts/business.ts';
import { environmentSchema, queueUrlsOf } from '../../lib/contracts/environment.ts';
import { now } from '../../lib/runtime/clock.ts';
import { createLogger } from '../../lib/runtime/logger.ts';
import { createFanOut } from '../../lib/service/business/fan-out.ts';
import { createConsumer } from '../../lib/service/consume-queue.ts';

const environment = environmentSchema.parse(process.env);
const dynamo = createDynamoClient();

/** Tells a page of a subject's followers of a business event, and asks for the next page. */
export const handler = createConsumer({
  schema: fanOutSchema,
  handle: createFanOut({
    subjects: createSubjectStore(dynamo, environment.WEND_LOG_TABLE),
    followers: createFollowerStore(dynamo, environment.WEND_LOG_TABLE),
    queues: createQueueSender(createSqsClient(), queueUrlsOf(environment, ['events-received', 'fan-out'])),
    now,
  }),
  logger: createLogger('on-fan-out'),
});
