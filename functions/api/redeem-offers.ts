import { setTimeout as pause } from 'node:timers/promises';
import { createDynamoClient } from '../../lib/adapters/dynamodb/client.ts';
import { createCodeSecretReader } from '../../lib/adapters/dynamodb/code-secret-reader.ts';
import { createControlStore } from '../../lib/adapters/dynamodb/control-store.ts';
import { createExhaustedStore } from '../../lib/adapters/dynamodb/exhausted-store.ts';
import { createRedemptionStore } from '../../lib/adapters/dynamodb/redemption-store.ts';
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
import { createMeasuredHolder } from '../../lib/service/redeem/measure-hold.ts';
import { createRefunder } from '../../lib/service/redeem/refund-order.ts';
import { createSettler } from '../../lib/service/redeem/settle.ts';
import { redemptionOperations } from '../../lib/service/redemption-operations.ts';
import { createMail } from '../../lib/service/send-mail.ts';

const environment = environmentSchema.parse(process.env);
const metrics = createMetrics(environment.WEND_ENVIRONMENT);
const dynamo = createDynamoClient();
const logger = createLogger('redeem-offers');
const store = createControlStore(dynamo, environment.WEND_LOG_TABLE);
const control = createControlPlane({ store, maxAgeMs: environment.WEND_CONTROL_MAX_AGE_MS });
const catalogs = createCatalogLibrary(store);
const queueUrls = queueUrlsOf(environment, ['events-received', 'order-effects']);
const queues = createQueueSender(createSqsClient(), queueUrls);
const ledger = {
  store: createRedemptionStore(dynamo, environment.WEND_LOG_TABLE),
  readVisitors: createVisitorReader(dynamo, environment.WEND_VISITORS_TABLE),
  digest: createExhaustedStore(dynamo, environment.WEND_LOG_TABLE),
  catalogs: async () => catalogs((await control.current()).pointer),
  exhausted: async () => (await control.lastSeen()).exhausted ?? [],
  codeSecret: createCodeSecret(createCodeSecretReader(dynamo, environment.WEND_LOG_TABLE), control),
  queues,
  now,
  pause,
  random: Math.random,
  logger,
};
const onDegraded = (error: unknown): void =>
  logger.warn('The digest of exhausted caps was not written.', {}, error);

/** The routes under `/v1/redemptions`. */
export const handler = createApiHandler({
  routes: ROUTES,
  deps: { keys: control, now, logger, metrics },
  operations: redemptionOperations({
    hold: createMeasuredHolder(ledger, metrics),
    settle: createSettler({ ...ledger, mail: createMail(queues), onDegraded }),
    refund: createRefunder({ ...ledger, catalogAt: catalogAt(catalogs) }),
    now,
  }),
});
