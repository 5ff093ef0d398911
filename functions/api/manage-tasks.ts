import { createDynamoClient } from '../../lib/adapters/dynamodb/client.ts';
import { createControlStore } from '../../lib/adapters/dynamodb/control-store.ts';
import { createTaskStore } from '../../lib/adapters/dynamodb/task-store.ts';
import { createQueueSender, createSqsClient } from '../../lib/adapters/sqs/queue-sender.ts';
import { environmentSchema, operatorsOf, queueUrlsOf } from '../../lib/contracts/environment.ts';
import { ROUTES } from '../../lib/contracts/routes.ts';
import { createApiHandler } from '../../lib/runtime/api-handler.ts';
import { now } from '../../lib/runtime/clock.ts';
import { createLogger } from '../../lib/runtime/logger.ts';
import { createOperatorVerifier } from '../../lib/runtime/operator-token.ts';
import { createControlPlane } from '../../lib/service/control-plane.ts';
import { createMail } from '../../lib/service/send-mail.ts';
import { taskOperations } from '../../lib/service/task-operations.ts';
import { createOrderTender } from '../../lib/service/tend-order.ts';

const environment = environmentSchema.parse(process.env);
const operators = createOperatorVerifier(operatorsOf(environment));
const dynamo = createDynamoClient();
const store = createControlStore(dynamo, environment.WEND_LOG_TABLE);
const control = createControlPlane({ store, maxAgeMs: environment.WEND_CONTROL_MAX_AGE_MS });
const queues = createQueueSender(
  createSqsClient(),
  queueUrlsOf(environment, ['events-received', 'order-effects']),
);
const logger = createLogger('manage-tasks');

/** The routes under `/v1/tasks`. */
export const handler = createApiHandler({
  routes: ROUTES,
  deps: { keys: control, now, logger, operators },
  operations: taskOperations({
    tasks: createTaskStore(dynamo, environment.WEND_LOG_TABLE),
    mail: createMail(queues),
    tendOrder: createOrderTender(queues),
    now,
    logger,
  }),
});
