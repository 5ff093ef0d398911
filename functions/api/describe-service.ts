import { createDynamoClient } from '../../lib/adapters/dynamodb/client.ts';
import { createControlStore } from '../../lib/adapters/dynamodb/control-store.ts';
import { environmentSchema } from '../../lib/contracts/environment.ts';
import { ROUTES } from '../../lib/contracts/routes.ts';
import { createApiHandler } from '../../lib/runtime/api-handler.ts';
import { now } from '../../lib/runtime/clock.ts';
import { describeServiceOperations } from '../../lib/runtime/describe-service.ts';
import { createLogger } from '../../lib/runtime/logger.ts';
import { createControlPlane } from '../../lib/service/control-plane.ts';

const environment = environmentSchema.parse(process.env);
const control = createControlPlane({
  store: createControlStore(createDynamoClient(), environment.WEND_LOG_TABLE),
  maxAgeMs: environment.WEND_CONTROL_MAX_AGE_MS,
});
const logger = createLogger('describe-service');

/** GET /health and /openapi.json; also behind `$default`, where it tells 404 from 405 and answers preflights. */
export const handler = createApiHandler({
  routes: ROUTES,
  // Its own routes need no key, and those of others end here before one is asked for.
  deps: { keys: { find: async () => null }, now, logger },
  operations: describeServiceOperations({
    catalogVersion: async () => (await control.current()).pointer.active,
    logger,
  }),
});
