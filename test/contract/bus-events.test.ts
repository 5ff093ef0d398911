import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import {
  BUSINESS_EVENT,
  type BusEventContract,
  EMITTED_EVENT,
  NAMED_EVENTS,
  PUBLISHED_EVENT,
} from '../../lib/contracts/bus-events.ts';
import { fresh, serviceForFile } from './client.ts';

/* What a shop's own rules can match on the bus. */

const wend = serviceForFile([
  { kind: 'settings', id: 'settings', currency: 'EUR', publish: ['Order Completed'] },
  {
    kind: 'problem',
    id: 'broken',
    opens: { on: 'Complaint Made', key: 'event.properties.id' },
    closes: [{ on: 'Complaint Solved', key: 'event.properties.id' }],
    severity: 'low',
  },
  {
    kind: 'offer',
    id: 'apology',
    label: 'Our apology',
    reward: { type: 'amount', value: 500, on: 'order' },
    apply: 'automatic',
    requiresGrant: true,
    intent: 'recover',
  },
  {
    kind: 'journey',
    id: 'care',
    enter: { on: 'Complaint Made', key: 'event.properties.id' },
    exit: [{ on: 'Complaint Solved' }],
    goal: { on: 'Order Completed', within: 'P7D' },
    holdout: 0,
    steps: [
      { id: 'sorry', grant: { offer: 'apology', for: 'P1D', because: 'Something of yours is broken' } },
      { id: 'tell', message: { channel: 'email', topic: 'service', content: { body: 'We are on it' } } },
      { id: 'say', emit: { event: 'Care Begun', properties: { desk: 'night' } } },
      { id: 'rest', wait: { for: 'P1D' } },
    ],
  },
]);

const schema = z.object({
  events: z.array(
    z.looseObject({ 'detail-type': z.string(), detail: z.looseObject({ userId: z.string().nullish() }) }),
  ),
});

/** Events of one name about one person, oldest first. */
const onBus = async (name: string, userId: string) => {
  await wend.settle();
  const { events } = schema.parse((await wend.get('/_local/bus')).body);
  return events
    .filter((event) => event['detail-type'] === name && event.detail.userId === userId)
    .map(({ detail }) => detail)
    .reverse();
};

const item = { product_id: 'p', price: 10, cart_id: 'c' };

describe('the bus', () => {
  it('is told when the last line of a cart goes, once', async () => {
    const userId = fresh('u');
    await wend.track('Product Added', { userId }, { ...item, quantity: 2 });
    await wend.track('Product Removed', { userId }, item);
    expect(await onBus('Cart Emptied', userId)).toEqual([]);
    await wend.track('Product Removed', { userId }, item, { messageId: `${userId}-last` });
    await wend.track('Product Removed', { userId }, item, { messageId: `${userId}-last` });
    await wend.track('Product Removed', { userId }, item);
    expect(await onBus('Cart Emptied', userId)).toEqual([expect.objectContaining({ userId, cart_id: 'c' })]);
  });

  it('has one by one the events that the settings publish, with what they said, and no others', async () => {
    const userId = fresh('u');
    await wend.track('Product Added', { userId }, item);
    await wend.track('Order Completed', { userId }, { order_id: fresh('o'), revenue: 20 });
    const [order, ...more] = await onBus('Order Completed', userId);
    expect(order).toMatchObject({ userId, properties: { revenue: 20 } });
    expect(more).toEqual([]);
    expect(await onBus('Product Added', userId)).toEqual([]);
  });
});

const entrySchema = z.looseObject({
  source: z.string(),
  'detail-type': z.string(),
  detail: z.looseObject({}),
});

/** By which schema of the registry a rule is written that shall match an entry. */
const contractOf = (entry: z.infer<typeof entrySchema>): BusEventContract | undefined => {
  if (entry.detail['specversion'] !== undefined) return BUSINESS_EVENT;
  const name = entry['detail-type'];
  const named = NAMED_EVENTS.find(({ detailType }) => detailType === name);
  return (
    named ?? new Map([['Order Completed', PUBLISHED_EVENT] as const, ['Care Begun', EMITTED_EVENT]]).get(name)
  );
};

describe('the schemas of the bus', () => {
  it('describe all that Wend puts on it, to the last field', async () => {
    const userId = fresh('u');
    const complaint = { id: fresh('k') };
    await wend.track('Complaint Made', { userId }, complaint);
    await wend.settle();
    await wend.track('Complaint Solved', { userId }, complaint);
    await wend.track('Product Added', { userId }, item);
    await wend.track('Order Completed', { userId }, { order_id: fresh('o'), revenue: 20 });
    const event = {
      specversion: '1.0',
      id: fresh('e'),
      source: 'test',
      type: 'shop.closed',
      subject: 'shop/1',
    };
    const headers = { 'content-type': 'application/cloudevents+json' };
    expect((await wend.send('POST', '/v1/events', { raw: JSON.stringify(event), headers })).status).toBe(202);
    await wend.settle();

    const { body } = await wend.get('/_local/bus');
    const { events } = z.object({ events: z.array(entrySchema) }).parse(body);
    for (const entry of events) {
      const contract = contractOf(entry);
      expect([entry['detail-type'], contract?.detail.safeParse(entry.detail)]).toEqual([
        contract?.detailType ?? entry['detail-type'],
        { success: true, data: entry.detail },
      ]);
      expect(contract?.source ?? entry.source).toBe(entry.source);
    }
    const seen = new Set(events.map((entry) => entry['detail-type']));
    const expected = [...NAMED_EVENTS.map(({ detailType }) => detailType), 'Care Begun', 'shop.closed'];
    expect(expected.filter((name) => name === undefined || !seen.has(name))).toEqual([]);
  });
});
