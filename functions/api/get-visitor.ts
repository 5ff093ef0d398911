import { createDynamoClient } from '../../lib/adapters/dynamodb/client.ts';
import { createControlStore } from '../../lib/adapters/dynamodb/control-store.ts';
import { createDecisionLister } from '../../lib/adapters/dynamodb/decision-lister.ts';
import { createTimelineReader } from '../../lib/adapters/dynamodb/timeline-reader.ts';
import { createVisitorReader } from '../../lib/adapters/dynamodb/visitor-store.ts';
import { environmentSchema, operatorsOf } from '../../lib/contracts/environment.ts';
import { ROUTES } from '../../lib/contracts/routes.ts';
import { createApiHandler } from '../../lib/runtime/api-handler.ts';
import { now } from '../../lib/runtime/clock.ts';
import { createLogger } from '../../lib/runtime/logger.ts';
import { createOperatorVerifier } from '../../lib/runtime/operator-token.ts';
import { createCatalogLibrary } from '../../lib/service/catalog-library.ts';
import { createControlPlane } from '../../lib/service/control-plane.ts';
import { readVisitorOperations } from '../../lib/service/read-visitor.ts';

const environment = environmentSchema.parse(process.env);
const operators = createOperatorVerifier(operatorsOf(environment));
const dynamo = createDynamoClient();
const store = createControlStore(dynamo, environment.WEND_LOG_TABLE);
const catalogs = createCatalogLibrary(store);
const control = createControlPlane({ store, maxAgeMs: environment.WEND_CONTROL_MAX_AGE_MS });

/** `GET /v1/visitors/{id}` and its timeline. */
export const handler = createApiHandler({
  routes: ROUTES,
  deps: { keys: control, now, logger: createLogger('get-visitor'), operators },
  operations: readVisitorOperations({
    listDecisions: createDecisionLister(dynamo, environment.WEND_LOG_TABLE),
    listEntries: createTimelineReader(dynamo, environment.WEND_LOG_TABLE),
    read: createVisitorReader(dynamo, environment.WEND_VISITORS_TABLE),
    catalog: async () => (await catalogs((await control.current()).pointer)).active,
    now,
  }),
});
