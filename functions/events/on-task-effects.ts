import { createDynamoClient } from '../../lib/adapters/dynamodb/client.ts';
import { createTaskStore } from '../../lib/adapters/dynamodb/task-store.ts';
import { taskEffectsSchema } from '../../lib/contracts/effects.ts';
import { environmentSchema } from '../../lib/contracts/environment.ts';
import { createLogger } from '../../lib/runtime/logger.ts';
import { createConsumer } from '../../lib/service/consume-queue.ts';
import { createTaskEffects } from '../../lib/service/tasks/apply-task-effect.ts';

const environment = environmentSchema.parse(process.env);
const applyTaskEffects = createTaskEffects(createTaskStore(createDynamoClient(), environment.WEND_LOG_TABLE));

/** Puts work for people on the list, and takes back what nobody needs any more. */
export const handler = createConsumer({
  schema: taskEffectsSchema,
  handle: applyTaskEffects,
  logger: createLogger('on-task-effects'),
});
