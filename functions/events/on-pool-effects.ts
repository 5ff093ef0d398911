import { setTimeout as pause } from 'node:timers/promises';
import { createDynamoClient } from '../../lib/adapters/dynamodb/client.ts';
import { createPoolStore } from '../../lib/adapters/dynamodb/pool-store.ts';
import { createQueueSender, createSqsClient } from '../../lib/adapters/sqs/queue-sender.ts';
import { poolMessageSchema } from '../../lib/contracts/business.ts';
import { environmentSchema, queueUrlsOf } from '../../lib/contracts/environment.ts';
import { now } from '../../lib/runtime/clock.ts';
import { createLogger } from '../../lib/runtime/logger.ts';
import { createPoolEffectsTaker, createPoolKeeper } from '../../lib/service/business/keep-pool.ts';
import { createConsumer } from '../../lib/service/consume-queue.ts';

const environment = environmentSchema.parse(process.env);
const keep = createPoolKeeper({
  pools: createPoolStore(createDynamoClient(), environment.WEND_LOG_TABLE),
  queues: createQueueSender(createSqsClient(), queueUrlsOf(environment, ['events-received', 'pool-effects'])),
  now,
  pause,
  random: Math.random,
});

/** Gathers candidates for scarce seats, and offers each seat to the best who has not been offered one. */
export const handler = createConsumer({
  schema: poolMessageSchema,
  handle: createPoolEffectsTaker(keep),
  logger: createLogger('on-pool-effects'),
});
