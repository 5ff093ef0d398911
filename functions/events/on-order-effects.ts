import { setTimeout as pause } from 'node:timers/promises';
import { createDynamoClient } from '../../lib/adapters/dynamodb/client.ts';
import { createExhaustedStore } from '../../lib/adapters/dynamodb/exhausted-store.ts';
import { createRedemptionStore } from '../../lib/adapters/dynamodb/redemption-store.ts';
import { createTaskStore } from '../../lib/adapters/dynamodb/task-store.ts';
import { createVisitorReader } from '../../lib/adapters/dynamodb/visitor-store.ts';
import { createQueueSender, createSqsClient } from '../../lib/adapters/sqs/queue-sender.ts';
import { environmentSchema, queueUrlsOf } from '../../lib/contracts/environment.ts';
import { orderMessageSchema } from '../../lib/contracts/orders.ts';
import { now } from '../../lib/runtime/clock.ts';
import { createLogger } from '../../lib/runtime/logger.ts';
import { createConsumer } from '../../lib/service/consume-queue.ts';
import { createSettler } from '../../lib/service/redeem/settle.ts';
import { createOrderTaker } from '../../lib/service/redeem/take-order.ts';
import { createMail } from '../../lib/service/send-mail.ts';

const environment = environmentSchema.parse(process.env);
const dynamo = createDynamoClient();
const logger = createLogger('on-order-effects');
const queues = createQueueSender(
  createSqsClient(),
  queueUrlsOf(environment, ['events-received', 'order-effects']),
);
const readVisitors = createVisitorReader(dynamo, environment.WEND_VISITORS_TABLE);
const settle = createSettler({
  store: createRedemptionStore(dynamo, environment.WEND_LOG_TABLE),
  readVisitors,
  tasks: createTaskStore(dynamo, environment.WEND_LOG_TABLE),
  mail: createMail(queues),
  digest: createExhaustedStore(dynamo, environment.WEND_LOG_TABLE),
  onDegraded: (error) => logger.warn('The digest of exhausted caps was not written.', {}, error),
  now,
  pause,
  random: Math.random,
});

/** Commits orders that were completed, and releases what nobody paid for. */
export const handler = createConsumer({
  schema: orderMessageSchema,
  handle: createOrderTaker({ settle, readVisitors, queues, now, logger }),
  logger,
});
