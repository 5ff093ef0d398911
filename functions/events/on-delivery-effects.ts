import { createDynamoClient } from '../../lib/adapters/dynamodb/client.ts';
import { createDeliveryLog } from '../../lib/adapters/dynamodb/delivery-log.ts';
import { createEmail, createSesClient } from '../../lib/adapters/ses/email.ts';
import { createQueueSender, createSqsClient } from '../../lib/adapters/sqs/queue-sender.ts';
import { createWebhook } from '../../lib/adapters/webhook/webhook.ts';
import { environmentSchema, queueUrlsOf } from '../../lib/contracts/environment.ts';
import { now } from '../../lib/runtime/clock.ts';
import { createLogger } from '../../lib/runtime/logger.ts';
import { createConsumer } from '../../lib/service/consume-queue.ts';
import { createMessageDeliverer } from '../../lib/service/deliver/deliver-message.ts';
import { createDeliveryTaker, deliveriesSchema } from '../../lib/service/deliver/take-deliveries.ts';
import { createMail } from '../../lib/service/send-mail.ts';

const environment = environmentSchema.parse(process.env);
const { WEND_EMAIL_FROM: from, WEND_WEBHOOK_URL: url, WEND_WEBHOOK_SECRET: secret } = environment;
const logger = createLogger('on-delivery-effects');
const urls = queueUrlsOf(environment, ['events-received', 'delivery-effects']);
const queues = createQueueSender(createSqsClient(), urls);
const deliver = createMessageDeliverer({
  log: createDeliveryLog(createDynamoClient(), environment.WEND_LOG_TABLE),
  email: from === undefined ? null : createEmail(createSesClient(), from),
  webhook: url === undefined ? null : createWebhook({ url, secret, now }),
  mail: createMail(queues),
  now,
  logger,
});

/** Sends messages by e-mail or to the webhook, each once. */
export const handler = createConsumer({
  schema: deliveriesSchema,
  handle: createDeliveryTaker({ deliver, queues, random: Math.random }),
  logger,
});
