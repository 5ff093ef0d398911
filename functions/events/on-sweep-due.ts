import { createDynamoClient } from '../../lib/adapters/dynamodb/client.ts';
import { createDueReader } from '../../lib/adapters/dynamodb/due-reader.ts';
import { createRedemptionStore } from '../../lib/adapters/dynamodb/redemption-store.ts';
import { createQueueSender, createSqsClient } from '../../lib/adapters/sqs/queue-sender.ts';
import { environmentSchema, queueUrlsOf } from '../../lib/contracts/environment.ts';
import { now } from '../../lib/runtime/clock.ts';
import { createLogger } from '../../lib/runtime/logger.ts';
import { createMetrics } from '../../lib/runtime/metrics.ts';
import { createOrderSweep } from '../../lib/service/redeem/sweep-orders.ts';
import { createSweep } from '../../lib/service/sweep.ts';

const environment = environmentSchema.parse(process.env);
const metrics = createMetrics(environment.WEND_ENVIRONMENT);
const dynamo = createDynamoClient();
const queues = createQueueSender(
  createSqsClient(),
  queueUrlsOf(environment, ['timers-due', 'order-effects']),
);
const sweepVisitors = createSweep({
  findDue: createDueReader(dynamo, environment.WEND_VISITORS_TABLE),
  queues,
  now,
  logger: createLogger('on-sweep-due'),
  onOverdue: (visitors) => metrics.add({ VisitorsOverdue: visitors }),
});
const sweepOrders = createOrderSweep({
  findOverdue: createRedemptionStore(dynamo, environment.WEND_LOG_TABLE).findOverdue,
  queues,
  now,
});

/** Every few minutes: finds visitors whose timer was lost, and orders whose hold nobody released. */
export const handler = metrics.around(async (): Promise<void> => {
  await Promise.all([sweepVisitors(), sweepOrders()]);
});
