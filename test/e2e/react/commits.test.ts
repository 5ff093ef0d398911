import { DeleteItemCommand, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ordersKey, stateKey } from '../../../lib/adapters/dynamodb/visitor-items.ts';
import { visitorIdOf } from '../../../lib/domain/identity/visitor-id.ts';
import { VARIANT_ASSIGNED } from '../../../lib/domain/visitor/apply.ts';
import type { VisitorEvent } from '../../../lib/domain/visitor/event.ts';
import { MARK_LIFE_MS } from '../../../lib/domain/visitor/marks.ts';
import type { VisitorStore } from '../../../lib/domain/visitor/visitor-store.ts';
import { TABLE_NAMES } from '../../../local/store/tables.ts';
import { event, START } from '../../unit/visitor/people.ts';
import { foldedText, identify, NOW, profileTextOf, startWorld, trackAll, type World } from './world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());
beforeEach(() => {
  world.requests.length = 0;
});

const order = (userId: string, id: string, at = START): VisitorEvent =>
  event({
    messageId: `order-${id}`,
    name: 'Order Completed',
    userId,
    at,
    properties: { order_id: id, revenue: 5 },
  });

describe('a commit', () => {
  it('folds the events of one visitor into one read and one write', async () => {
    const events = trackAll({ userId: 'fold' }, 40);
    await world.react('user:fold', events);
    expect(world.requests).toEqual(['BatchGetItem', 'PutItem']);
    expect(profileTextOf(await world.visitor('user:fold'))).toBe(foldedText(events));
  });

  it('writes state and orders in one transaction', async () => {
    const events = [order('buyer', '1'), order('buyer', '2')];
    await world.react('user:buyer', events);
    expect(world.requests).toEqual(['BatchGetItem', 'TransactWriteItems']);
    expect(profileTextOf(await world.visitor('user:buyer'))).toBe(foldedText(events));
  });

  it('writes a person and the ids that join them in one transaction', async () => {
    await world.react('anon:joiner-a', trackAll({ anonymousId: 'joiner-a' }, 3));
    world.requests.length = 0;
    await world.react('user:joiner', [identify('login', 'joiner', 'joiner-a')]);
    expect(world.requests).toEqual(['BatchGetItem', 'TransactWriteItems']);
  });

  it('does not touch the link again when the same person logs in once more', async () => {
    await world.react('user:again', [identify('again-1', 'again', 'again-a')]);
    world.requests.length = 0;
    await world.react('user:again', [identify('again-2', 'again', 'again-a', START + 1)]);
    expect(world.requests).toEqual(['BatchGetItem', 'PutItem']);
  });

  it('writes nothing for repeats', async () => {
    const events = trackAll({ userId: 'repeats' }, 5);
    await world.react('user:repeats', events);
    world.requests.length = 0;
    await world.react('user:repeats', events);
    expect(world.requests).toEqual(['BatchGetItem']);
  });

  it('drops what was accepted more than fifteen days ago', async () => {
    const [old, fresh] = trackAll({ userId: 'old' }, 2);
    if (old === undefined || fresh === undefined) throw new Error('two events');
    await world.react('user:old', [
      { ...old, receivedAt: NOW - MARK_LIFE_MS },
      { ...fresh, receivedAt: NOW },
    ]);
    expect((await world.visitor('user:old')).state.events['Product Viewed']?.count).toBe(1);
  });

  it('takes a batch of thousands of events in parts', async () => {
    const events = trackAll({ userId: 'thousands' }, 1200);
    await world.react('user:thousands', events);
    expect(profileTextOf(await world.visitor('user:thousands'))).toBe(foldedText(events));
  });

  it('joins more ids than a transaction holds', async () => {
    const logins = Array.from({ length: 90 }, (_, index) =>
      identify(`many-${index}`, 'many', `many-a${index}`),
    );
    await world.react('user:many', logins);
    expect((await world.find('anon:many-a89')).visitorId).toBe(visitorIdOf('user:many'));
    expect(profileTextOf(await world.visitor('user:many'))).toBe(foldedText(logins));
  });

  it('keeps names that every object has apart from what it has', async () => {
    const names = ['__proto__', 'constructor', 'toString'];
    const events = names.flatMap((name, index): VisitorEvent[] => [
      event({ messageId: `hostile-${index}`, name, userId: '__proto__' }),
      { ...order('__proto__', name), messageId: `hostile-order-${index}` },
    ]);
    await world.react('user:__proto__', events);
    expect(profileTextOf(await world.visitor('user:__proto__'))).toBe(foldedText(events));
  });

  it('changes an account only for a sender who may', async () => {
    const group = (messageId: string, terms: string, may: Partial<VisitorEvent>): VisitorEvent =>
      event({
        messageId,
        type: 'group',
        name: 'group',
        userId: 'g',
        groupId: 'acme',
        traits: { terms },
        ...may,
      });
    await world.react('user:g', [group('g1', 'net 30', { mayChangeAccount: true })]);
    const written = world.requests.filter((request) => request === 'PutItem').length;
    world.requests.length = 0;
    await world.react('user:g', [group('g2', 'free', { at: START + 1 })]);
    expect(written).toBe(2);
    expect(world.requests).toEqual(['BatchGetItem', 'PutItem']);
  });
});

describe('lost races', () => {
  it('lose nothing and count nothing twice, with many reactors on one visitor', async () => {
    const events = [...trackAll({ userId: 'race' }, 60), ...['1', '2', '3'].map((id) => order('race', id))];
    const shares = Array.from({ length: 12 }, (_, share) =>
      events.filter((_one, index) => index % 6 === share % 6),
    );
    await Promise.all(shares.map((share) => world.deliver(share)));
    expect(profileTextOf(await world.visitor('user:race'))).toBe(foldedText(events));
  });

  it('are found out where orders were read before somebody else wrote them', async () => {
    await world.react('user:torn', [order('torn', '1')]);
    const stale = await world.find('user:torn');
    await world.react('user:torn', [order('torn', '2', START + 1)]);
    const { version } = await world.find('user:torn');
    const outcome = await world.store.commit({
      person: {
        visitorId: stale.visitorId,
        version,
        ordersVersion: stale.ordersVersion,
        visitor: stale.visitor,
        writesOrders: true,
        effects: [],
        due: null,
      },
      links: [],
      at: START,
      anonymousRetentionMs: 1,
    });
    expect(outcome).toBe('conflict');
  });
});

describe('an anonymous visitor who was forgotten', () => {
  const bought = (anonymousId: string, id: string): VisitorEvent => {
    const { userId: _, ...rest } = order('', id);
    return { ...rest, anonymousId };
  };
  /** As DynamoDB does to what is past its `ttl`: the state goes first, the orders later. */
  const forget = async (idKey: string): Promise<void> => {
    await world.client.send(
      new DeleteItemCommand({ TableName: TABLE_NAMES.visitors, Key: stateKey(visitorIdOf(idKey)) }),
    );
  };

  it('and whose orders are still there can order again, as somebody new', async () => {
    await world.react('anon:back', [bought('back', 'before')]);
    await forget('anon:back');
    await world.react('anon:back', [bought('back', 'after')]);
    expect(profileTextOf(await world.visitor('anon:back'))).toBe(foldedText([bought('back', 'after')]));
  });

  it('and comes back without ordering has no orders', async () => {
    const events = trackAll({ anonymousId: 'looks' }, 1, 'looks');
    await world.react('anon:looks', [bought('looks', 'before')]);
    await forget('anon:looks');
    await world.react('anon:looks', events);
    expect(profileTextOf(await world.visitor('anon:looks'))).toBe(foldedText(events));
  });

  it('and logs in leaves no orders behind', async () => {
    await world.react('anon:logs-in', [bought('logs-in', 'before')]);
    await forget('anon:logs-in');
    await world.react('user:logged-in', [identify('logs-in', 'logged-in', 'logs-in')]);
    const Key = ordersKey(visitorIdOf('anon:logs-in'));
    const left = await world.client.send(new GetItemCommand({ TableName: TABLE_NAMES.visitors, Key }));
    expect(left.Item).toBeUndefined();
  });

  it.each<[string, Partial<VisitorEvent>]>([
    [
      'of whom only a draw is known',
      { name: VARIANT_ASSIGNED, own: true, properties: { experiment: 'test', variant: 'a' } },
    ],
    // DynamoDB leaves what is past its time by more than five years.
    ['who says that it happened long ago', { at: Date.UTC(2015, 0, 1) }],
  ])('%s expires one retention after the service heard of them', async (who, mine) => {
    const anonymousId = `expires ${who}`;
    await world.react(`anon:${anonymousId}`, [
      event({ messageId: who, anonymousId, receivedAt: NOW, ...mine }),
    ]);
    const Key = stateKey(visitorIdOf(`anon:${anonymousId}`));
    const { Item } = await world.client.send(new GetItemCommand({ TableName: TABLE_NAMES.visitors, Key }));
    expect(Item?.ttl?.N).toBe(String(Math.ceil((NOW + 30 * 86_400_000) / 1000)));
  });
});

describe('a message', () => {
  it('takes effect once, though hundreds came since', async () => {
    const events = trackAll({ userId: 'busy' }, 300);
    for (let from = 0; from < events.length; from += 50) {
      await world.react('user:busy', events.slice(from, from + 50));
    }
    await world.react('user:busy', events.slice(0, 3));
    await world.react('user:busy', events);
    const visitor = await world.visitor('user:busy');
    expect(profileTextOf(visitor)).toBe(foldedText(events));
    expect(visitor.state.markHomes).toHaveLength(1);
  });

  it('takes effect once, though its visitor joined somebody since', async () => {
    const events = trackAll({ anonymousId: 'busy-a' }, 150, 'anonymous');
    await world.react('anon:busy-a', events.slice(0, 100));
    await world.react('anon:busy-a', events.slice(100));
    const login = identify('busy-login', 'busy-u', 'busy-a', START + 5);
    await world.react('user:busy-u', [login]);
    await world.react('anon:busy-a', events);
    expect(profileTextOf(await world.visitor('user:busy-u'))).toBe(foldedText([...events, login]));
  });

  it('is not lost when react dies between putting marks away and its commit', async () => {
    const events = trackAll({ userId: 'killed' }, 260);
    await world.react('user:killed', events.slice(0, 70));
    await world.react('user:killed', events.slice(70, 90));
    let dies = true;
    const dying: VisitorStore = {
      ...world.store,
      commit: async (commit) => {
        if (dies) throw new Error('killed');
        return world.store.commit(commit);
      },
    };
    const react = world.reactor(dying);
    await expect(react('user:killed', events.slice(90))).rejects.toThrow('killed');
    dies = false;
    await react('user:killed', events.slice(90));
    await react('user:killed', events);
    expect(profileTextOf(await world.visitor('user:killed'))).toBe(foldedText(events));
  });
});
