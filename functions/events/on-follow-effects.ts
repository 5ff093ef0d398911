import { createDynamoClient } from '../../lib/adapters/dynamodb/client.ts';
import { createFollowerStore } from '../../lib/adapters/dynamodb/follower-store.ts';
import { createSubjectStore } from '../../lib/adapters/dynamodb/subject-store.ts';
import { createQueueSender, createSqsClient } from '../../lib/adapters/sqs/queue-sender.ts';
import { followEffectsSchema } from '../../lib/contracts/effects.ts';
import { environmentSchema, queueUrlsOf } from '../../lib/contracts/environment.ts';
import { now } from '../../lib/runtime/clock.ts';
import { createLogger } from '../../lib/runtime/logger.ts';
import { createFollowTaker } from '../../lib/service/business/take-follow.ts';
import { createConsumer } from '../../lib/service/consume-queue.ts';

const environment = environmentSchema.parse(process.env);
const dynamo = createDynamoClient();

/** Remembers who wants to hear of what, and tells them what is known of it already. */
export const handler = createConsumer({
  schema: followEffectsSchema,
  handle: createFollowTaker({
    subjects: createSubjectStore(dynamo, environment.WEND_LOG_TABLE),
    followers: createFollowerStore(dynamo, environment.WEND_LOG_TABLE),
    queues: createQueueSender(createSqsClient(), queueUrlsOf(environment, ['events-received'])),
    now,
  }),
  logger: createLogger('on-follow-effects'),
});
