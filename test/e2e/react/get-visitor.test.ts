import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDecisionLister } from '../../../lib/adapters/dynamodb/decision-lister.ts';
import { createTimelineReader } from '../../../lib/adapters/dynamodb/timeline-reader.ts';
import { visitorAnswerSchema } from '../../../lib/contracts/http/visitor-answer.ts';
import { visitorIdOf } from '../../../lib/domain/identity/visitor-id.ts';
import type { VisitorEvent } from '../../../lib/domain/visitor/event.ts';
import { NotFound } from '../../../lib/runtime/errors.ts';
import { readVisitorOperations } from '../../../lib/service/read-visitor.ts';
import { TABLE_NAMES } from '../../../local/store/tables.ts';
import { catalogOf, definitionsOf } from '../../unit/catalog/support.ts';
import { event, START } from '../../unit/visitor/people.ts';
import { alias, identify, NOW, startWorld, type World } from './world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const catalog = catalogOf(
  definitionsOf([
    { kind: 'segment', id: 'buyers', where: { 'stats.orders': { $gte: 1 } } },
    { kind: 'segment', id: 'nobody', where: { 'stats.orders': { $gte: 99 } } },
  ]),
);

const get = async (id: string) => {
  const read = readVisitorOperations({
    read: world.store.read,
    listDecisions: createDecisionLister(world.client, TABLE_NAMES.log),
    listEntries: createTimelineReader(world.client, TABLE_NAMES.log),
    catalog: async () => catalog,
    now: () => NOW,
  });
  const answer = await read.getVisitor?.run({
    requestId: 'r',
    headers: {},
    receivedAt: NOW,
    traceparent: undefined,
    caller: { id: 'sk', kind: 'secret' },
    params: { id },
    query: {},
    body: undefined,
  });
  return visitorAnswerSchema.parse(answer?.body);
};

const trade = (
  userId: string,
  name: string,
  at: number,
  properties: VisitorEvent['properties'],
): VisitorEvent => event({ messageId: `${userId}-${name}-${at}`, name, userId, at: START + at, properties });

describe('a visitor', () => {
  it('is shown with their orders, newest first, and what became of each', async () => {
    await world.deliver([
      trade('shown', 'Order Completed', 1, { order_id: 'kept', revenue: 10 }),
      trade('shown', 'Order Completed', 2, { order_id: 'part', revenue: 20 }),
      trade('shown', 'Order Completed', 3, { order_id: 'back', revenue: 30 }),
      trade('shown', 'Order Completed', 4, { order_id: 'off', revenue: 40 }),
      trade('shown', 'Order Refunded', 5, { order_id: 'part', total: 5 }),
      trade('shown', 'Order Refunded', 6, { order_id: 'back' }),
      trade('shown', 'Order Cancelled', 7, { order_id: 'off' }),
      trade('shown', 'Order Refunded', 8, { order_id: 'never seen', total: 5 }),
    ]);
    const { orders, stats, segments } = await get('user:shown');
    expect(
      orders.map(({ orderId, status, revenue, refunded }) => [orderId, status, revenue, refunded]),
    ).toEqual([
      ['off', 'cancelled', 4000, 4000],
      ['back', 'refunded', 3000, 3000],
      ['part', 'partly-refunded', 2000, 500],
      ['kept', 'completed', 1000, 0],
    ]);
    expect(stats).toMatchObject({ orders: 3, revenue: 2500, averageOrder: 833 });
    expect(segments).toEqual(['buyers']);
  });

  it('is found under each of their ids, and under those of people they were', async () => {
    await world.deliver([
      identify('f-1', 'f-old', 'f-a'),
      alias('f-2', 'f-old', 'f-new', START + 1),
      event({ messageId: 'f-3', userId: 'f-new', at: START + 2 }),
    ]);
    const { visitorId, userIds, anonymousIds, known } = await get('user:f-new');
    expect({ userIds, anonymousIds, known }).toEqual({
      userIds: ['f-old', 'f-new'],
      anonymousIds: ['f-a'],
      known: true,
    });
    for (const id of ['user:f-old', 'anon:f-a', visitorId, visitorIdOf('anon:f-a')]) {
      expect((await get(id)).visitorId).toBe(visitorId);
    }
  });

  it('whom nobody has met is not found', async () => {
    for (const id of ['user:stranger', 'anon:stranger', visitorIdOf('user:stranger'), 'stranger', 'user:']) {
      await expect(get(id)).rejects.toThrow(NotFound);
    }
  });

  it('shows a cart, consents, preferences, account and household', async () => {
    const who = { userId: 'whole' };
    await world.deliver([
      trade('whole', 'Product Added', 1, { product_id: 'p', price: 3, quantity: 2, cart_id: 'c' }),
      event({ ...who, messageId: 'w-1', context: { consents: { sell: true } } }),
      event({ ...who, messageId: 'w-2', type: 'identify', traits: { preferences: { name: 'Don' } } }),
      event({ ...who, messageId: 'w-3', type: 'group', groupId: 'acme', traits: { plan: 'gold' } }),
      event({ ...who, messageId: 'w-4', type: 'group', groupId: 'home', traits: { type: 'household' } }),
    ]);
    expect(await get('user:whole')).toMatchObject({
      cart: { id: 'c', currency: 'EUR', itemCount: 2, total: 600 },
      consents: { sell: true },
      preferences: { name: 'Don' },
      traits: {},
      account: { id: 'acme', traits: { plan: 'gold' } },
      household: { id: 'home' },
    });
  });
});
