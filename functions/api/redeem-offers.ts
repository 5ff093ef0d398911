import { setTimeout as pause } from 'node:timers/promises';
import { createAccountReader } from '../../lib/adapters/dynamodb/account-reader.ts';
import { createDynamoClient } from '../../lib/adapters/dynamodb/client.ts';
import { createControlStore } from '../../lib/adapters/dynamodb/control-store.ts';
import { createExhaustedStore } from '../../lib/adapters/dynamodb/exhausted-store.ts';
import { createRedemptionStore } from '../../lib/adapters/dynamodb/redemption-store.ts';
import { createCodeSecretReader } from '../../lib/adapters/dynamodb/secret-reader.ts';
import { createTaskStore } from '../../lib/adapters/dynamodb/task-store.ts';
import { createVisitorReader } from '../../lib/adapters/dynamodb/visitor-store.ts';
import { createQueueSender, createSqsClient } from '../../lib/adapters/sqs/queue-sender.ts';
import { environmentSchema, queueUrlsOf } from '../../lib/contracts/environment.ts';
import { ROUTES } from '../../lib/contracts/routes.ts';
import { createApiHandler } from '../../lib/runtime/api-handler.ts';
import { now } from '../../lib/runtime/clock.ts';
import { createLogger } from '../../lib/runtime/logger.ts';
import { createMetrics } from '../../lib/runtime/metrics.ts';
import { catalogAt, createCatalogLibrary } from '../../lib/service/catalog-library.ts';
import { createCodeSecret } from '../../lib/service/codes/code-secret.ts';
import { createControlPlane } from '../../lib/service/control-plane.ts';
import { createOrderDesk } from '../../lib/service/redeem/order-desk.ts';
import { redemptionOperations } from '../../lib/service/redemption-operations.ts';

const environment = environmentSchema.parse(process.env);
const metrics = createMetrics(environment.WEND_ENVIRONMENT);
const dynamo = createDynamoClient();
const logger = createLogger('redeem-offers');
const store = createControlStore(dynamo, environment.WEND_LOG_TABLE);
const control = createControlPlane({ store, maxAgeMs: environment.WEND_CONTROL_MAX_AGE_MS });
const catalogs = createCatalogLibrary(store);
const queueUrls = queueUrlsOf(environment, ['events-received', 'order-effects']);
const desk = createOrderDesk(
  {
    store: createRedemptionStore(dynamo, environment.WEND_LOG_TABLE),
    readVisitors: createVisitorReader(dynamo, environment.WEND_VISITORS_TABLE),
    readAccount: createAccountReader(dynamo, environment.WEND_VISITORS_TABLE),
    tasks: createTaskStore(dynamo, environment.WEND_LOG_TABLE),
    digest: createExhaustedStore(dynamo, environment.WEND_LOG_TABLE),
    catalogs: async () => catalogs((await control.current()).pointer),
    exhausted: async () => (await control.lastSeen()).exhausted ?? [],
    codeSecret: createCodeSecret(createCodeSecretReader(dynamo, environment.WEND_LOG_TABLE), control),
    queues: createQueueSender(createSqsClient(), queueUrls),
    now,
    pause,
    random: Math.random,
    logger,
    onDegraded: (error) => logger.warn('The digest of exhausted caps was not written.', {}, error),
    catalogAt: catalogAt(catalogs),
  },
  metrics,
);

/** The routes under `/v1/redemptions`. */
export const handler = createApiHandler({
  routes: ROUTES,
  deps: { keys: control, now, logger, metrics },
  operations: redemptionOperations({ ...desk, now }),
});
