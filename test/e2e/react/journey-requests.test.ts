import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { unpack } from '../../../lib/adapters/dynamodb/blob.ts';
import { stateKey } from '../../../lib/adapters/dynamodb/visitor-items.ts';
import { visitorIdOf } from '../../../lib/domain/identity/visitor-id.ts';
import type { VisitorEvent } from '../../../lib/domain/visitor/event.ts';
import { createReactor } from '../../../lib/service/react.ts';
import { TABLE_NAMES } from '../../../local/store/tables.ts';
import { catalogOf, HOUR, MINUTE, MORNING } from '../../unit/journey/life.ts';
import { event } from '../../unit/visitor/people.ts';
import { startWorld, type World } from './world.ts';

const ONE_READ_ONE_WRITE = ['BatchGetItem', 'PutItem'];

/** A cart left is a message, a grant and a timer at once; a task and a follow come of other events. */
const catalog = catalogOf([
  {
    kind: 'journey',
    id: 'left-cart',
    enter: { on: 'Cart Left', key: 'event.properties.cart', again: 'always' },
    exit: [{ on: 'Cart Taken Up', key: 'event.properties.cart' }],
    steps: [
      { id: 'mail', message: { channel: 'email', topic: 'cart', content: { subject: 'Your cart' } } },
      { id: 'sweeten', grant: { offer: 'comeback', for: 'P2D' } },
      { id: 'quiet', wait: { for: 'PT1H' } },
      { id: 'again', message: { channel: 'email', topic: 'cart', content: { subject: 'Still your cart' } } },
      { id: 'show', show: { placement: 'home.hero', content: {}, for: 'P1D' } },
    ],
  },
  {
    kind: 'journey',
    id: 'helper',
    enter: { on: 'Help Wanted' },
    steps: [{ id: 'call', task: { queue: 'service', summary: 'Call them' } }],
  },
  { kind: 'follow', id: 'order', on: 'Parcel Sent', subject: 'parcel/{{ event.properties.parcel }}' },
  {
    kind: 'problem',
    id: 'late',
    opens: { on: 'parcel.late', key: 'event.subject' },
    closes: [{ on: 'parcel.there', key: 'event.subject' }],
    severity: 'high',
    expires: 'P9D',
  },
  {
    kind: 'offer',
    id: 'comeback',
    label: 'Come back',
    reward: { type: 'percentage', value: 10, on: 'order' },
    apply: 'automatic',
    requiresGrant: true,
  },
]);

let world: World;

beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());
beforeEach(() => {
  world.requests.length = 0;
});

/** React at a moment, over the catalog. */
const reactorAt = (now: number) =>
  createReactor({
    visitors: world.store,
    catalogs: async () => ({ active: catalog, rollout: null }),
    now: () => now,
    pause: async () => {},
    random: () => 0,
  });

const happened = (userId: string, messageId: string, name: string, mine: Partial<VisitorEvent> = {}) =>
  event({ messageId, name, userId, at: MORNING, receivedAt: MORNING, ...mine });

const leaves = (userId: string, cart: string): VisitorEvent =>
  happened(userId, `leaves-${cart}`, 'Cart Left', { properties: { cart } });

/** What the last commit wants of the world. */
const kindsWanted = async (userId: string): Promise<readonly string[]> => {
  const Key = stateKey(visitorIdOf(`user:${userId}`));
  const { Item } = await world.client.send(
    new GetItemCommand({ TableName: TABLE_NAMES.visitors, Key, ConsistentRead: true }),
  );
  const packed = Item?.e?.B;
  const { effects } =
    packed === undefined ? { effects: [] } : (unpack(packed) as { effects: readonly { kind: string }[] });
  return [...new Set(effects.map(({ kind }) => kind))].sort();
};

describe('a commit with journeys is one read and one write', () => {
  it('where a message, a grant and a timer come of one event', async () => {
    await reactorAt(MORNING).mail(visitorIdOf('user:one'), [leaves('one', 'c')]);
    expect(world.requests).toEqual(ONE_READ_ONE_WRITE);
    expect(await kindsWanted('one')).toEqual(['bus', 'count', 'delivery', 'timeline', 'timer']);
    const { state } = await world.visitor('user:one');
    expect(state.grants).toHaveLength(1);
    expect(state.messages).toHaveLength(1);
    expect(state.timer.due).toBe(MORNING + HOUR);
  });

  it('where many events are folded, each with journeys, effects and timers of its own', async () => {
    const events = [
      ...Array.from({ length: 20 }, (_, cart) => leaves('many', `c${cart}`)),
      happened('many', 'help', 'Help Wanted'),
      happened('many', 'sent', 'Parcel Sent', { properties: { parcel: 'p1' } }),
      happened('many', 'late', 'parcel.late', { type: 'business', subject: 'parcel/p1', data: {} }),
    ];
    await reactorAt(MORNING).mail(visitorIdOf('user:many'), events);
    expect(world.requests).toEqual(ONE_READ_ONE_WRITE);
    expect(await kindsWanted('many')).toEqual([
      'bus',
      'count',
      'delivery',
      'follow',
      'task',
      'timeline',
      'timer',
    ]);
    expect((await world.visitor('user:many')).state.journeys.instances).toHaveLength(20);
  });

  it('where a timer fires and a message, a show and the next timer come of it', async () => {
    const visitorId = visitorIdOf('user:fires');
    await reactorAt(MORNING).mail(visitorId, [leaves('fires', 'c')]);
    world.requests.length = 0;
    await reactorAt(MORNING + HOUR).timer({ visitorId, generation: 1 });
    expect(world.requests).toEqual(ONE_READ_ONE_WRITE);
    expect(await kindsWanted('fires')).toEqual(expect.arrayContaining(['delivery', 'timer']));
  });

  it('where an exit withdraws what a journey granted', async () => {
    const visitorId = visitorIdOf('user:exits');
    await reactorAt(MORNING).mail(visitorId, [leaves('exits', 'c')]);
    world.requests.length = 0;
    const taken = happened('exits', 'taken', 'Cart Taken Up', {
      at: MORNING + MINUTE,
      properties: { cart: 'c' },
    });
    await reactorAt(MORNING + MINUTE).mail(visitorId, [taken]);
    expect(world.requests).toEqual(ONE_READ_ONE_WRITE);
    expect((await world.visitor('user:exits')).state.grants.map(({ status }) => status)).toEqual([
      'withdrawn',
    ]);
  });
});

describe('a timer that finds nothing due', () => {
  it('reads once and writes nothing where another is armed by now', async () => {
    const visitorId = visitorIdOf('user:early');
    await reactorAt(MORNING).mail(visitorId, [leaves('early', 'c')]);
    world.requests.length = 0;
    await reactorAt(MORNING + MINUTE).timer({ visitorId, generation: 99 });
    expect(world.requests).toEqual(['BatchGetItem']);
  });
});
