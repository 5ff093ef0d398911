import { setTimeout as pause } from 'node:timers/promises';
import { createDynamoClient } from '../../lib/adapters/dynamodb/client.ts';
import { createCounterWriter } from '../../lib/adapters/dynamodb/counter-writer.ts';
import { counterEffectsSchema } from '../../lib/contracts/effects.ts';
import { environmentSchema } from '../../lib/contracts/environment.ts';
import { createLogger } from '../../lib/runtime/logger.ts';
import { createConsumer } from '../../lib/service/consume-queue.ts';

const environment = environmentSchema.parse(process.env);

/** Adds to the environment's counters what visitors' commits count, each once. */
export const handler = createConsumer({
  schema: counterEffectsSchema,
  handle: createCounterWriter(createDynamoClient(), environment.WEND_LOG_TABLE, {
    pause,
    random: Math.random,
  }),
  // They count at the same counters: side by side they would only be in each other's way.
  sequenceOf: () => 'all',
  logger: createLogger('on-counter-effects'),
});
