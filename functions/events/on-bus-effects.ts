import { createEventBridgeClient, createEventBus } from '../../lib/adapters/eventbridge/event-bus.ts';
import { busEffectsSchema } from '../../lib/contracts/effects.ts';
import { environmentSchema } from '../../lib/contracts/environment.ts';
import { createLogger } from '../../lib/runtime/logger.ts';
import { createConsumer } from '../../lib/service/consume-queue.ts';
import { createBusPublisher } from '../../lib/service/put-effects-on-bus.ts';

const environment = environmentSchema.parse(process.env);
const logger = createLogger('on-bus-effects');

/** Tells the shop's own systems what visitors' commits tell the world. */
export const handler = createConsumer({
  schema: busEffectsSchema,
  handle: createBusPublisher(createEventBus(createEventBridgeClient(), environment.WEND_EVENT_BUS), logger),
  logger,
});
