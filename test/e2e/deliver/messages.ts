import type { DeliveryEffect, OutboundMessage } from '../../../lib/domain/effect/effect.ts';

/** The tests' clock. */
export const NOW = Date.UTC(2026, 10, 26, 10, 0, 1);

export const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

/** A message to be delivered, e-mail where nothing else is said. */
export const deliveryOf = (
  messageId: string,
  overrides: Partial<OutboundMessage> = {},
  address: DeliveryEffect['address'] = { email: 'don@customer.example', phone: null },
): DeliveryEffect => ({
  kind: 'delivery',
  message: {
    messageId,
    at: '2026-11-26T10:00:00.000Z',
    visitorId: 'vAAAAAAAAAAAAAAAAAAAAAA',
    userId: 'u-1',
    anonymousId: null,
    channel: 'email',
    topic: 'cart',
    journeyId: 'abandoned-cart',
    stepId: 'mail',
    content: { subject: 'Your cart', body: 'It is still here.' },
    ...overrides,
  },
  address,
});
