import { randomUUID } from 'node:crypto';
import { createDynamoClient } from '../../lib/adapters/dynamodb/client.ts';
import { createControlStore } from '../../lib/adapters/dynamodb/control-store.ts';
import { environmentSchema, operatorsOf } from '../../lib/contracts/environment.ts';
import { ROUTES } from '../../lib/contracts/routes.ts';
import { createApiHandler } from '../../lib/runtime/api-handler.ts';
import { now } from '../../lib/runtime/clock.ts';
import { createLogger } from '../../lib/runtime/logger.ts';
import { createOperatorVerifier } from '../../lib/runtime/operator-token.ts';
import { createControlPlane } from '../../lib/service/control-plane.ts';
import { keyOperations } from '../../lib/service/key-operations.ts';

const environment = environmentSchema.parse(process.env);
const operators = createOperatorVerifier(operatorsOf(environment));
const store = createControlStore(createDynamoClient(), environment.WEND_LOG_TABLE);
const control = createControlPlane({ store, maxAgeMs: environment.WEND_CONTROL_MAX_AGE_MS });

/** The routes under `/v1/keys`. */
export const handler = createApiHandler({
  routes: ROUTES,
  deps: { keys: control, now, logger: createLogger('manage-keys'), operators },
  operations: keyOperations({ store, now, newId: randomUUID }),
});
