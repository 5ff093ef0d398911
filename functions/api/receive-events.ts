import { createDynamoClient } from '../../lib/adapters/dynamodb/client.ts';
import { createControlStore } from '../../lib/adapters/dynamodb/control-store.ts';
import { createEventBridgeClient, createEventBus } from '../../lib/adapters/eventbridge/event-bus.ts';
import { environmentSchema } from '../../lib/contracts/environment.ts';
import { ROUTES } from '../../lib/contracts/routes.ts';
import { createApiHandler } from '../../lib/runtime/api-handler.ts';
import { now } from '../../lib/runtime/clock.ts';
import { createLogger } from '../../lib/runtime/logger.ts';
import { createMetrics } from '../../lib/runtime/metrics.ts';
import { createEventReceiver } from '../../lib/service/business/receive-events.ts';
import { receiveOperations } from '../../lib/service/business/receive-operations.ts';
import { createControlPlane } from '../../lib/service/control-plane.ts';

const environment = environmentSchema.parse(process.env);
const metrics = createMetrics(environment.WEND_ENVIRONMENT);
const control = createControlPlane({
  store: createControlStore(createDynamoClient(), environment.WEND_LOG_TABLE),
  maxAgeMs: environment.WEND_CONTROL_MAX_AGE_MS,
});
const receive = createEventReceiver(createEventBus(createEventBridgeClient(), environment.WEND_EVENT_BUS));

/** `POST /v1/events`: validates CloudEvents, and puts them on the bus. Nothing more. */
export const handler = createApiHandler({
  routes: ROUTES,
  deps: { keys: control, now, logger: createLogger('receive-events'), metrics },
  operations: receiveOperations(async (body, receivedAt) => {
    const accepted = await receive(body, receivedAt);
    metrics.add({ EventsAccepted: accepted });
    return accepted;
  }),
});
