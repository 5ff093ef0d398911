import type { TrackingCall } from './tracking.ts';

/** Examples of the OpenAPI document; a test feeds each of them to the schema that it illustrates. */
export const DECIDE_EXAMPLE = {
  anonymousId: 'a-1',
  channel: 'web',
  placements: ['home.hero', { id: 'home.grid', limit: 4 }],
  cart: {
    id: 'c-1',
    currency: 'EUR',
    shipping: 499,
    lines: [{ id: 'l1', sku: 'LIP-01', name: 'Lipstick', category: 'makeup', quantity: 2, unitPrice: 1299 }],
    codes: ['WELCOME'],
  },
  context: { locale: 'en-GB', timezone: 'Europe/London', page: { path: '/' } },
  events: [{ type: 'track', event: 'Product Viewed', messageId: 'm-1', properties: { sku: 'LIP-01' } }],
  options: { dryRun: false },
};

export const JOURNEY_EXAMPLE = { anonymousId: 'a-1', placements: 'home.hero,home.grid', channel: 'app' };

export const TRACKING_EXAMPLES: { readonly [Call in TrackingCall]: { readonly [field: string]: unknown } } = {
  track: {
    messageId: 'm-1',
    anonymousId: 'a-1',
    event: 'Product Added',
    timestamp: '2026-01-31T09:30:00Z',
    properties: {
      cart_id: 'c-1',
      sku: 'LIP-01',
      name: 'Lipstick',
      price: 12.99,
      currency: 'EUR',
      quantity: 2,
    },
  },
  identify: {
    messageId: 'm-2',
    anonymousId: 'a-1',
    userId: 'u-1',
    traits: { interests: ['makeup'], preferences: { name: 'Don' } },
    context: { consent: { categoryPreferences: { personalization: true } } },
  },
  page: { messageId: 'm-3', anonymousId: 'a-1', name: 'Home', properties: { path: '/' } },
  screen: { messageId: 'm-4', anonymousId: 'a-1', name: 'Start' },
  group: { messageId: 'm-5', userId: 'u-1', groupId: 'acme', traits: { plan: 'gold' } },
  alias: { messageId: 'm-6', userId: 'u-1', previousId: 'a-1' },
  batch: {
    sentAt: '2026-01-31T09:30:01Z',
    batch: [
      { type: 'page', messageId: 'm-7', anonymousId: 'a-1', name: 'Home' },
      {
        type: 'track',
        messageId: 'm-8',
        anonymousId: 'a-1',
        event: 'Product Viewed',
        properties: { sku: 'LIP-01' },
      },
    ],
  },
};

export const BUSINESS_EVENT_EXAMPLE = {
  specversion: '1.0',
  id: 'ba117-2026-11-22-3',
  source: '/operations/flights',
  type: 'flight.delayed',
  subject: 'flight/BA117/2026-11-22',
  time: '2026-11-22T09:30:00Z',
  sequence: '3',
  datacontenttype: 'application/json',
  data: { delayMinutes: 180 },
};

export const PUBLISH_EXAMPLE = {
  definitions: [
    {
      kind: 'experience',
      id: 'welcome',
      placement: 'home.hero',
      default: true,
      content: { headline: "Hello {{ visitor.preferredName | default: 'there' }}" },
    },
  ],
};

export const REDEMPTION_EXAMPLE = {
  orderId: 'o-1',
  userId: 'u-1',
  cart: {
    currency: 'EUR',
    shipping: 499,
    lines: [{ id: 'l1', sku: 'LIP-01', category: 'makeup', quantity: 2, unitPrice: 1299 }],
  },
};
