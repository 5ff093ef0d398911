import { randomUUID } from 'node:crypto';
import { createDynamoClient } from '../../lib/adapters/dynamodb/client.ts';
import { createControlStore } from '../../lib/adapters/dynamodb/control-store.ts';
import { createEventBridgeClient, createEventBus } from '../../lib/adapters/eventbridge/event-bus.ts';
import { environmentSchema } from '../../lib/contracts/environment.ts';
import { ROUTES } from '../../lib/contracts/routes.ts';
import { createApiHandler } from '../../lib/runtime/api-handler.ts';
import { now } from '../../lib/runtime/clock.ts';
import { createIdentityTokenVerifier } from '../../lib/runtime/identity-token.ts';
import { createLogger } from '../../lib/runtime/logger.ts';
import { createMetrics } from '../../lib/runtime/metrics.ts';
import { createControlPlane } from '../../lib/service/control-plane.ts';
import { createTracker } from '../../lib/service/track.ts';
import { trackOperations } from '../../lib/service/track-operations.ts';

const environment = environmentSchema.parse(process.env);
const metrics = createMetrics(environment.WEND_ENVIRONMENT);
const control = createControlPlane({
  store: createControlStore(createDynamoClient(), environment.WEND_LOG_TABLE),
  maxAgeMs: environment.WEND_CONTROL_MAX_AGE_MS,
});
const verifyToken = createIdentityTokenVerifier({
  secret: environment.WEND_IDENTITY_SECRET,
  audience: environment.WEND_IDENTITY_AUDIENCE,
});
const track = createTracker({
  bus: createEventBus(createEventBridgeClient(), environment.WEND_EVENT_BUS),
  verifyIdentity: (token) => verifyToken(token, Date.now()),
  newId: randomUUID,
  onTaken: (accepted, rejected) => metrics.add({ EventsAccepted: accepted, EventsRejected: rejected }),
});

/** `POST /v1/track` and the other tracking calls: validates, and puts on the bus. Nothing more. */
export const handler = createApiHandler({
  routes: ROUTES,
  deps: { keys: control, now, logger: createLogger('track-events'), metrics },
  operations: trackOperations(track),
});
