import type { Deliverer, Handover } from '../../domain/delivery/delivery.ts';
import { deliveryIdOf } from '../../domain/delivery/delivery-id.ts';
import type { DeliveryEffect } from '../../domain/effect/effect.ts';
import { readSecrets, signatureOf, WebhookMisconfigured } from './signature.ts';

/** How long the receiver has for its answer. */
const TIMEOUT_MS = 10_000;

export interface WebhookOptions {
  readonly url: string;
  /** `whsec_…`; two with a space between them while the receiver changes over. */
  readonly secret: string | undefined;
  /** The service's clock, milliseconds since 1970. */
  readonly now: () => number;
  readonly timeoutMs?: number;
}

/** The type that tells the receiver what the body holds. */
const MESSAGE_REQUESTED = 'message.requested';

const bodyOf = ({ message, address }: DeliveryEffect): string =>
  JSON.stringify({ type: MESSAGE_REQUESTED, timestamp: message.at, data: { ...message, address } });

/** Whether the same request may fare better later: overload, a timeout, an outage, or a URL that has moved. */
const mayPass = (status: number): boolean =>
  status < 400 || status >= 500 || status === 408 || status === 429;

const handoverOf = (status: number): Handover => {
  if (status >= 200 && status < 300) return { outcome: 'delivered' };
  return { outcome: mayPass(status) ? 'unavailable' : 'refused', reason: `status-${status}` };
};

const failureOf = (error: unknown): Handover => ({
  outcome: 'unavailable',
  reason: error instanceof Error && error.name === 'TimeoutError' ? 'timeout' : 'unreachable',
});

/**
 * Hands messages of any channel to a webhook as Standard Webhooks 1.0 says
 * (https://github.com/standard-webhooks/standard-webhooks). Redirects are not followed: the address is the operator's,
 * and nobody else's word sends a person's data elsewhere. Of the answer only the status is read.
 *
 * @throws WebhookMisconfigured where nothing could be signed, when it is made
 */
export const createWebhook = ({ url, secret, now, timeoutMs = TIMEOUT_MS }: WebhookOptions): Deliverer => {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new WebhookMisconfigured('WEND_WEBHOOK_URL: expected an https or http URL');
  }
  if (secret === undefined) {
    throw new WebhookMisconfigured('WEND_WEBHOOK_URL is set, and WEND_WEBHOOK_SECRET is not');
  }
  const secrets = readSecrets(secret);
  return {
    deliver: async (effect) => {
      const id = deliveryIdOf(effect.message.messageId);
      const timestamp = Math.floor(now() / 1000);
      const body = bodyOf(effect);
      try {
        const response = await fetch(url, {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            'user-agent': 'Wend',
            'webhook-id': id,
            'webhook-timestamp': String(timestamp),
            'webhook-signature': signatureOf(secrets, { id, timestamp, body }),
          },
          body,
          redirect: 'manual',
          signal: AbortSignal.timeout(timeoutMs),
        });
        // However long the answer's body is, or however slowly it comes: nobody waits for it.
        await response.body?.cancel().catch(() => undefined);
        return handoverOf(response.status);
      } catch (error) {
        return failureOf(error);
      }
    },
  };
};
