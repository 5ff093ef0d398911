import { createSchedulerClient, createTimerScheduler } from '../../lib/adapters/scheduler/timer-scheduler.ts';
import { createQueueSender, createSqsClient } from '../../lib/adapters/sqs/queue-sender.ts';
import { timerEffectsSchema } from '../../lib/contracts/effects.ts';
import { environmentSchema, queueUrlsOf, schedulerOf } from '../../lib/contracts/environment.ts';
import { now } from '../../lib/runtime/clock.ts';
import { createLogger } from '../../lib/runtime/logger.ts';
import { createTimerArmer } from '../../lib/service/arm-timers.ts';
import { createConsumer } from '../../lib/service/consume-queue.ts';

const environment = environmentSchema.parse(process.env);

/** Arms the timers that visitors' commits ask for. */
export const handler = createConsumer({
  schema: timerEffectsSchema,
  handle: createTimerArmer({
    queues: createQueueSender(createSqsClient(), queueUrlsOf(environment, ['timers-due'])),
    scheduler: createTimerScheduler(createSchedulerClient(), schedulerOf(environment)),
    now,
  }),
  logger: createLogger('on-timer-effects'),
});
