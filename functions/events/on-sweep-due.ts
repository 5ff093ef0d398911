import { createDynamoClient } from '../../lib/adapters/dynamodb/client.ts';
import { createDueReader } from '../../lib/adapters/dynamodb/due-reader.ts';
import { createQueueSender, createSqsClient } from '../../lib/adapters/sqs/queue-sender.ts';
import { environmentSchema, queueUrlsOf } from '../../lib/contracts/environment.ts';
import { now } from '../../lib/runtime/clock.ts';
import { createLogger } from '../../lib/runtime/logger.ts';
import { createSweep } from '../../lib/service/sweep.ts';

const environment = environmentSchema.parse(process.env);

/** Every few minutes: finds visitors whose timer was lost. */
export const handler = createSweep({
  findDue: createDueReader(createDynamoClient(), environment.WEND_VISITORS_TABLE),
  queues: createQueueSender(createSqsClient(), queueUrlsOf(environment, ['timers-due'])),
  now,
  logger: createLogger('on-sweep-due'),
});
