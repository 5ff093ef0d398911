import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { createArchiveSecret } from '../../lib/adapters/dynamodb/archive-secret.ts';
import { createDynamoClient } from '../../lib/adapters/dynamodb/client.ts';
import { createControlStore } from '../../lib/adapters/dynamodb/control-store.ts';
import { createVisitorStore } from '../../lib/adapters/dynamodb/visitor-store.ts';
import { createArchiveStream, createFirehoseClient } from '../../lib/adapters/firehose/archive-stream.ts';
import { createQueueSender, createSqsClient } from '../../lib/adapters/sqs/queue-sender.ts';
import { environmentSchema, queueUrlsOf } from '../../lib/contracts/environment.ts';
import { LOG_MESSAGES } from '../../lib/contracts/log-messages.ts';
import { KEY_BYTES } from '../../lib/domain/archive/cipher.ts';
import { now } from '../../lib/runtime/clock.ts';
import { createLogger } from '../../lib/runtime/logger.ts';
import { createMetrics } from '../../lib/runtime/metrics.ts';
import { createArchiver } from '../../lib/service/archive/archive-events.ts';
import { createCatalogLibrary } from '../../lib/service/catalog-library.ts';
import { createQueueConsumer } from '../../lib/service/consume-events.ts';
import { createControlPlane } from '../../lib/service/control-plane.ts';
import { createReactor } from '../../lib/service/react.ts';

const environment = environmentSchema.parse(process.env);
const metrics = createMetrics(environment.WEND_ENVIRONMENT);
const dynamo = createDynamoClient();
const store = createControlStore(dynamo, environment.WEND_LOG_TABLE);
const catalogs = createCatalogLibrary(store);
const control = createControlPlane({ store, maxAgeMs: environment.WEND_CONTROL_MAX_AGE_MS });
const logger = createLogger('on-events-received');
const { WEND_ARCHIVE_STREAM: stream, WEND_VISITORS_TABLE: visitors } = environment;
const secret = createArchiveSecret(dynamo, visitors);
const reactor = createReactor({
  visitors: createVisitorStore({ client: dynamo, table: visitors, archiveSecret: secret }),
  catalogs: async () => catalogs((await control.lastSeen()).pointer),
  now,
  pause,
  random: Math.random,
  newKey: () => randomBytes(KEY_BYTES),
  onStopped: (journeys) => {
    metrics.add({ JourneysStopped: journeys.length });
    logger.error(LOG_MESSAGES.journeysStopped, { reason: journeys.join(', ') });
  },
  onCommitted: ({ applied, repeated, waited }) =>
    metrics.add({ EventsApplied: applied, EventsRepeated: repeated, OldestEventMilliseconds: waited }),
});

const archive =
  stream === undefined
    ? undefined
    : createArchiver({
        secret,
        stream: createArchiveStream(createFirehoseClient(), stream),
        queues: createQueueSender(createSqsClient(), queueUrlsOf(environment, ['archive-records'])),
        random: randomBytes,
        logger,
      });

/** Takes accepted events off the queue, applies them to their visitors, and archives them. */
export const handler = metrics.around(createQueueConsumer(reactor.mail, logger, control.current, archive));
