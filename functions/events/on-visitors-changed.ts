import { readChange } from '../../lib/adapters/dynamodb/stream-record.ts';
import { createQueueSender, createSqsClient } from '../../lib/adapters/sqs/queue-sender.ts';
import { environmentSchema, queueUrlsOf } from '../../lib/contracts/environment.ts';
import { QUEUE_OF_EFFECT } from '../../lib/contracts/queues.ts';
import { createLogger } from '../../lib/runtime/logger.ts';
import { createMetrics } from '../../lib/runtime/metrics.ts';
import { createPublisher } from '../../lib/service/publish-effects.ts';

const environment = environmentSchema.parse(process.env);
const metrics = createMetrics(environment.WEND_ENVIRONMENT);
const urls = queueUrlsOf(environment, [...Object.values(QUEUE_OF_EFFECT), 'publish-failed']);

/** Takes commits off the stream of the visitors table and hands their effects to a queue per kind. */
export const handler = metrics.around(
  createPublisher({
    read: readChange,
    queues: createQueueSender(createSqsClient(), urls),
    logger: createLogger('on-visitors-changed'),
    onRouted: (effects) => metrics.add({ EffectsPublished: effects }),
  }),
);
