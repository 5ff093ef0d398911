import { createDynamoClient } from '../../lib/adapters/dynamodb/client.ts';
import { createSubjectStore } from '../../lib/adapters/dynamodb/subject-store.ts';
import { createQueueSender, createSqsClient } from '../../lib/adapters/sqs/queue-sender.ts';
import { environmentSchema, queueUrlsOf } from '../../lib/contracts/environment.ts';
import { createLogger } from '../../lib/runtime/logger.ts';
import {
  businessEntrySchema,
  createBusinessEntryTaker,
} from '../../lib/service/business/take-business-event.ts';
import { createConsumer } from '../../lib/service/consume-queue.ts';

const environment = environmentSchema.parse(process.env);
const logger = createLogger('on-business-events');
const deps = {
  subjects: createSubjectStore(createDynamoClient(), environment.WEND_LOG_TABLE),
  queues: createQueueSender(createSqsClient(), queueUrlsOf(environment, ['events-received', 'fan-out'])),
};

/** Keeps what the shop's own systems tell as the latest of its subject, and starts to tell its followers. */
export const handler = createConsumer({
  schema: businessEntrySchema,
  handle: createBusinessEntryTaker(deps, logger),
  logger,
});
