import { createDynamoClient } from '../../lib/adapters/dynamodb/client.ts';
import { createControlStore } from '../../lib/adapters/dynamodb/control-store.ts';
import { CODE_SECRET_KEY } from '../../lib/adapters/dynamodb/secret-reader.ts';
import { createSecretWriter } from '../../lib/adapters/dynamodb/secret-writer.ts';
import { createVisitorSampler } from '../../lib/adapters/dynamodb/visitor-sampler.ts';
import { environmentSchema, operatorsOf } from '../../lib/contracts/environment.ts';
import { ROUTES } from '../../lib/contracts/routes.ts';
import { createApiHandler } from '../../lib/runtime/api-handler.ts';
import { now } from '../../lib/runtime/clock.ts';
import { createLogger } from '../../lib/runtime/logger.ts';
import { createOperatorVerifier } from '../../lib/runtime/operator-token.ts';
import { createCatalogLibrary } from '../../lib/service/catalog-library.ts';
import { catalogOperations } from '../../lib/service/catalog-operations.ts';
import { codeOperations } from '../../lib/service/codes/code-operations.ts';
import { createControlPlane } from '../../lib/service/control-plane.ts';

const environment = environmentSchema.parse(process.env);
const operators = createOperatorVerifier(operatorsOf(environment));
const dynamo = createDynamoClient();
const store = createControlStore(dynamo, environment.WEND_LOG_TABLE);
const control = createControlPlane({ store, maxAgeMs: environment.WEND_CONTROL_MAX_AGE_MS });

const catalogs = createCatalogLibrary(store);
const ensureSecret = createSecretWriter(dynamo, environment.WEND_LOG_TABLE, CODE_SECRET_KEY);

/** The routes under `/v1/catalog`, and the codes of its offers. */
export const handler = createApiHandler({
  routes: ROUTES,
  deps: { keys: control, now, logger: createLogger('manage-catalog'), operators },
  operations: {
    ...catalogOperations({
      store,
      catalogs,
      sample: createVisitorSampler(dynamo, environment.WEND_VISITORS_TABLE),
      ensureSecret,
      now,
    }),
    ...codeOperations({ store, catalogs, ensureSecret }),
  },
});
