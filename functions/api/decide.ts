import { randomUUID } from 'node:crypto';
import { createDynamoClient } from '../../lib/adapters/dynamodb/client.ts';
import { createControlStore } from '../../lib/adapters/dynamodb/control-store.ts';
import { createDecisionLog } from '../../lib/adapters/dynamodb/decision-log.ts';
import { createDecisionReader } from '../../lib/adapters/dynamodb/decision-reader.ts';
import { createGuessCounter } from '../../lib/adapters/dynamodb/guess-counter.ts';
import { createCodeSecretReader } from '../../lib/adapters/dynamodb/secret-reader.ts';
import { createEventBridgeClient, createEventBus } from '../../lib/adapters/eventbridge/event-bus.ts';
import { environmentSchema } from '../../lib/contracts/environment.ts';
import { ROUTES } from '../../lib/contracts/routes.ts';
import { SERVICE_VERSION } from '../../lib/contracts/version.ts';
import { createApiHandler } from '../../lib/runtime/api-handler.ts';
import { now } from '../../lib/runtime/clock.ts';
import { createIdentityTokenVerifier } from '../../lib/runtime/identity-token.ts';
import { createLogger } from '../../lib/runtime/logger.ts';
import { createMetrics } from '../../lib/runtime/metrics.ts';
import { createCatalogLibrary } from '../../lib/service/catalog-library.ts';
import { createCodeDesk } from '../../lib/service/codes/code-desk.ts';
import { createCodeSecret } from '../../lib/service/codes/code-secret.ts';
import { createControlPlane } from '../../lib/service/control-plane.ts';
import { decideOperations } from '../../lib/service/decide-operations.ts';
import { createMeasuredDecider } from '../../lib/service/measure-decide.ts';

const environment = environmentSchema.parse(process.env);
const metrics = createMetrics(environment.WEND_ENVIRONMENT);
const dynamo = createDynamoClient();
const logger = createLogger('decide');
const store = createControlStore(dynamo, environment.WEND_LOG_TABLE);
const control = createControlPlane({ store, maxAgeMs: environment.WEND_CONTROL_MAX_AGE_MS });
const verifyToken = createIdentityTokenVerifier({
  secret: environment.WEND_IDENTITY_SECRET,
  audience: environment.WEND_IDENTITY_AUDIENCE,
});
const onDegraded = (reason: string, error: unknown): void =>
  logger.warn('The decision is degraded.', { reason }, error);
const decide = createMeasuredDecider(metrics, {
  read: createDecisionReader(dynamo, environment.WEND_VISITORS_TABLE, environment.WEND_LOG_TABLE),
  control,
  catalogs: createCatalogLibrary(store),
  bus: createEventBus(createEventBridgeClient(), environment.WEND_EVENT_BUS),
  record: createDecisionLog(dynamo, environment.WEND_LOG_TABLE).put,
  verifyIdentity: (token) => verifyToken(token, Date.now()),
  newId: randomUUID,
  codeVersion: SERVICE_VERSION,
  codes: createCodeDesk({
    secret: createCodeSecret(createCodeSecretReader(dynamo, environment.WEND_LOG_TABLE), control),
    count: createGuessCounter(dynamo, environment.WEND_LOG_TABLE),
    onDegraded,
  }),
  onDegraded,
});

/** `POST /v1/decide` and `GET /v1/journey`. */
export const handler = createApiHandler({
  routes: ROUTES,
  deps: { keys: { find: control.findProvisionally }, now, logger, metrics },
  operations: decideOperations(decide),
});
