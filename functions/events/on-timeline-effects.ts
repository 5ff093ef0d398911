import { setTimeout as pause } from 'node:timers/promises';
import { createDynamoClient } from '../../lib/adapters/dynamodb/client.ts';
import { createTimelineWriter } from '../../lib/adapters/dynamodb/timeline-writer.ts';
import { timelineEffectsSchema } from '../../lib/contracts/effects.ts';
import { environmentSchema } from '../../lib/contracts/environment.ts';
import { createLogger } from '../../lib/runtime/logger.ts';
import { createConsumer } from '../../lib/service/consume-queue.ts';

const environment = environmentSchema.parse(process.env);
const timeline = createTimelineWriter(createDynamoClient(), environment.WEND_LOG_TABLE, {
  pause,
  random: Math.random,
});

/** Writes down what happened to visitors. */
export const handler = createConsumer({
  schema: timelineEffectsSchema,
  handle: ({ visitorId, at, effects }) => timeline.put(visitorId, effects, at),
  logger: createLogger('on-timeline-effects'),
});
