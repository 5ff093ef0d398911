import { GetItemCommand, QueryCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { counterKey } from '../../../lib/adapters/dynamodb/counter-items.ts';
import { visitorIdOf } from '../../../lib/domain/identity/visitor-id.ts';
import { MARK_LIFE_MS } from '../../../lib/domain/visitor/marks.ts';
import { businessEvent, follow, NOW, startWorld, type World } from './world.ts';

let world: World;
let subjects = 0;

/** A subject of a test's own. */
const freshSubject = (): string => `flight/${++subjects}`;

const idOf = (index: number): string => visitorIdOf(`user:follower-${index}`);

const counted = async (counter: string): Promise<number> => {
  const { Item: item } = await world.client.send(
    new GetItemCommand({
      TableName: world.table,
      Key: counterKey(counter),
    }),
  );
  return Number(item?.n?.N ?? 0);
};

beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());
afterEach(() => {
  world.setClock(NOW);
  world.queues.breakWith(undefined);
  world.queues.sent.length = 0;
});

describe('a business event', () => {
  it('reaches every follower of its subject and nobody else', async () => {
    const [subject, other] = [freshSubject(), freshSubject()];
    await world.fill([0, 1, 2].map((index) => follow({ subject, visitorId: idOf(index) })));
    await world.fill([follow({ subject: other, visitorId: idOf(3) })]);
    await world.take(businessEvent({ subject }));
    await world.runFanOut();
    const mail = world.mail();
    expect(mail.map(([id]) => id).sort()).toEqual([0, 1, 2].map(idOf).sort());
    expect(mail[0]?.[1]).toMatchObject({
      type: 'business',
      name: 'flight.delayed',
      subject,
      messageId: 'ce:test:1',
    });
  });

  it('reaches the person whom its subject names, without a follow and known or not', async () => {
    await world.take(businessEvent({ subject: 'user/u-1', messageId: 'ce:test:u' }));
    expect(world.queues.take('fan-out')).toEqual([]);
    expect(world.named()).toEqual([expect.objectContaining({ userId: 'u-1', messageId: 'ce:test:u' })]);
  });

  it('without a follower is kept, and counted once however often it comes', async () => {
    const subject = freshSubject();
    const event = businessEvent({ subject, type: 'parcel.stuck' });
    for (let time = 0; time < 3; time++) {
      await world.take(event);
      await world.runFanOut();
    }
    expect(world.mail()).toEqual([]);
    expect(await world.subjects.latest(subject, 'parcel.stuck')).toEqual(event);
    expect(await counted('business/parcel.stuck/unfollowed')).toBe(1);
    await world.take({ ...event, messageId: 'ce:test:2', at: event.at + 1 });
    await world.runFanOut();
    expect(await counted('business/parcel.stuck/unfollowed')).toBe(2);
  });

  it('reaches nobody whose follow has ended, though their item is still there', async () => {
    const subject = freshSubject();
    await world.fill([
      follow({ subject, visitorId: idOf(0), until: NOW }),
      follow({ subject, visitorId: idOf(1), until: NOW + 1 }),
    ]);
    await world.take(businessEvent({ subject }));
    await world.runFanOut();
    expect(world.mail().map(([id]) => id)).toEqual([idOf(1)]);
  });

  it('goes to the best rank first, ties by visitor id', async () => {
    const ranks = fc.array(fc.integer({ min: -2, max: 2 }), { minLength: 1, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(ranks, async (all) => {
        const subject = freshSubject();
        const follows = all.map((rank, index) => follow({ subject, visitorId: idOf(index), rank }));
        await world.fill(follows);
        await world.take(businessEvent({ subject }));
        await world.runFanOut();
        const expected = follows
          .toSorted((a, b) => b.rank - a.rank || (a.visitorId < b.visitorId ? -1 : 1))
          .map(({ visitorId }) => visitorId);
        expect(world.mail().map(([id]) => id)).toEqual(expected);
      }),
      { numRuns: 15 },
    );
  });
});

describe('revisions', () => {
  it('end with the latest, in whatever order they come, and an older one that comes late changes nothing', async () => {
    const revision = fc.record({
      at: fc.integer({ min: 0, max: 3 }),
      sequence: fc.constantFrom(null, '1', '2'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(revision, { minLength: 1, maxLength: 6 }), async (all) => {
        world.queues.sent.length = 0;
        const subject = freshSubject();
        const events = all.map(({ at, sequence }, index) =>
          businessEvent({ subject, at: NOW + at, sequence, messageId: `ce:test:${index}` }),
        );
        for (const event of events) {
          const before = await world.subjects.latest(subject, event.type);
          const outcome = await world.take(event);
          const after = await world.subjects.latest(subject, event.type);
          expect(after).toEqual(outcome === 'older' ? before : event);
          expect(world.queues.take('fan-out')).toHaveLength(outcome === 'older' ? 0 : 1);
        }
        const kept = await world.subjects.latest(subject, 'flight.delayed');
        for (const event of events.toReversed()) await world.take(event);
        expect(await world.subjects.latest(subject, 'flight.delayed')).toEqual(kept);
        expect(kept?.at).toBe(Math.max(...events.map(({ at }) => at)));
      }),
      { numRuns: 15 },
    );
  });

  it('that come at the same time leave the latest', async () => {
    const subject = freshSubject();
    const events = Array.from({ length: 5 }, (_, index) =>
      businessEvent({ subject, at: NOW + index, messageId: `ce:test:${index}` }),
    );
    await Promise.all(events.map((event) => world.take(event)));
    expect(await world.subjects.latest(subject, 'flight.delayed')).toEqual(events[4]);
  });

  it('are none where a sender tries again, even if it names another time', async () => {
    const event = businessEvent({ subject: freshSubject() });
    expect(await world.take(event)).toBe('kept');
    expect(await world.take({ ...event, at: NOW, receivedAt: NOW })).toBe('same');
    expect(await world.subjects.latest(event.subject, event.type)).toEqual(event);
  });

  it('stop the fan-out of what they supersede', async () => {
    const subject = freshSubject();
    await world.fill(
      Array.from({ length: 1200 }, (_, index) => follow({ subject, visitorId: idOf(index), rank: -index })),
    );
    await world.take(businessEvent({ subject, messageId: 'ce:test:40' }));
    const [first] = world.queues.take('fan-out');
    await world.fanOut(first?.body as Parameters<World['fanOut']>[0]);
    await world.take(businessEvent({ subject, messageId: 'ce:test:180', at: NOW }));
    await world.runFanOut();
    const told = Map.groupBy(world.mail(), ([, event]) => event.messageId);
    expect(told.get('ce:test:40')?.length).toBeLessThan(1200);
    expect(new Set(told.get('ce:test:180')?.map(([id]) => id)).size).toBe(1200);
  });

  it('of different types do not supersede each other', async () => {
    const subject = freshSubject();
    await world.take(businessEvent({ subject, messageId: 'ce:test:late' }));
    await world.take(
      businessEvent({ subject, messageId: 'ce:test:gone', type: 'flight.cancelled', at: NOW }),
    );
    expect((await world.subjects.allLatest(subject)).map(({ messageId }) => messageId).sort()).toEqual([
      'ce:test:gone',
      'ce:test:late',
    ]);
  });
});

describe('a follow', () => {
  const effects = (visitorId: string, subject: string, mine: object = {}) => ({
    visitorId,
    version: 1,
    at: NOW,
    effects: [
      { kind: 'follow', followId: 'f', subject, until: NOW + 1000, rank: 1, wave: null, ...mine } as const,
    ],
  });

  it('tells the visitor what was told of the subject before', async () => {
    const subject = freshSubject();
    await world.take(businessEvent({ subject, messageId: 'ce:test:old', at: NOW - 10 }));
    await world.take(businessEvent({ subject, messageId: 'ce:test:new', at: NOW }));
    await world.takeFollows(effects(idOf(0), subject));
    expect(world.mail().map(([id, { messageId }]) => [id, messageId])).toEqual([[idOf(0), 'ce:test:new']]);
  });

  it('tells it in one message, in the order in which it happened, so that nothing comes of what is over', async () => {
    const subject = freshSubject();
    const cancelled = { subject, type: 'flight.cancelled', messageId: 'ce:test:over', at: NOW };
    await world.take(businessEvent(cancelled));
    await world.take(businessEvent({ subject, messageId: 'ce:test:late', at: NOW - 10 }));
    world.queues.sent.length = 0;
    await world.takeFollows(effects(idOf(0), subject));
    expect(world.queues.sent).toHaveLength(1);
    expect(world.mail().map(([, { messageId }]) => messageId)).toEqual(['ce:test:late', 'ce:test:over']);
  });

  it('misses nothing that comes at the very moment', async () => {
    for (let round = 0; round < 20; round++) {
      const subject = freshSubject();
      await Promise.all([
        world.take(businessEvent({ subject })).then(() => world.runFanOut()),
        world.takeFollows(effects(idOf(0), subject)),
      ]);
      expect(new Set(world.mail().map(([id]) => id))).toEqual(new Set([idOf(0)]));
    }
  });

  it('is one follow however often it comes, as long as the longest and ranked as the latest', async () => {
    const subject = freshSubject();
    await world.takeFollows(effects(idOf(0), subject));
    await world.takeFollows({ ...effects(idOf(0), subject, { rank: 9, until: NOW + 50 }), at: NOW + 5 });
    await world.takeFollows(effects(idOf(0), subject));
    const { followers } = await world.followers.page(subject, null, 10);
    expect(followers).toEqual([expect.objectContaining({ visitorId: idOf(0), until: NOW + 1000 })]);
    await world.takeFollows(effects(idOf(1), subject, { rank: 5 }));
    const ranked = await world.followers.page(subject, null, 10);
    expect(ranked.followers.map(({ visitorId }) => visitorId)).toEqual([idOf(0), idOf(1)]);
  });

  it('of what concerns one other person tells nothing', async () => {
    await world.take(businessEvent({ subject: 'user/somebody-else' }));
    world.queues.sent.length = 0;
    await world.takeFollows(effects(idOf(0), 'user/somebody-else'));
    expect(world.queues.sent).toEqual([]);
  });

  it('that is over already, or of a subject that no event can have, is not kept', async () => {
    const [subject, long] = [freshSubject(), 'x'.repeat(2049)];
    await world.takeFollows(effects(idOf(0), subject, { until: NOW }));
    await world.takeFollows(effects(idOf(0), long));
    for (const one of [subject, long]) {
      expect((await world.followers.page(one, null, 10)).followers).toEqual([]);
    }
  });

  it('tells nothing that is older than a message is remembered', async () => {
    const subject = freshSubject();
    await world.take(businessEvent({ subject, at: NOW, receivedAt: NOW - MARK_LIFE_MS }));
    await world.takeFollows(effects(idOf(0), subject));
    expect(world.mail()).toEqual([]);
  });
});

describe('waves', () => {
  it('tell so many, pause, and go on, over pauses that a queue can not hold a message back for', async () => {
    const subject = freshSubject();
    const wave = { size: 2, gapMs: 20 * 60_000 };
    await world.fill(
      [0, 1, 2].map((index) => follow({ subject, visitorId: idOf(index), rank: -index, wave })),
    );
    await world.take(businessEvent({ subject }));
    const step = async () => {
      const [message] = world.queues.take('fan-out');
      await world.fanOut(message?.body as Parameters<World['fanOut']>[0]);
      return world.queues.sent.find(({ queue }) => queue === 'fan-out')?.delay;
    };
    expect(await step()).toBe(900);
    expect(world.mail().map(([id]) => id)).toEqual([idOf(0), idOf(1)]);
    world.setClock(NOW + 15 * 60_000);
    expect(await step()).toBe(300);
    expect(world.mail()).toEqual([]);
    world.setClock(NOW + 20 * 60_000);
    expect(await step()).toBeUndefined();
    expect(world.mail().map(([id]) => id)).toEqual([idOf(2)]);
  });
});

describe('sizes', () => {
  it('a subject of 2 KB has followers and revisions as any other', async () => {
    const subject = `flight/${'ü'.repeat(1020)}`;
    await world.fill([follow({ subject, visitorId: idOf(0) })]);
    await world.take(businessEvent({ subject, type: 't'.repeat(200) }));
    await world.runFanOut();
    expect(world.mail().map(([id, event]) => [id, event.subject])).toEqual([[idOf(0), subject]]);
  });

  it('of ever more subjects no item and no key grows: each subject is an item of its own', async () => {
    const events = Array.from({ length: 100 }, (_, index) =>
      businessEvent({ subject: `parcel/${index}`, messageId: `ce:parcel:${index}` }),
    );
    for (const event of events) {
      await world.take(event);
      await world.takeFollows({
        visitorId: visitorIdOf('user:collector'),
        version: 1,
        at: NOW,
        effects: [
          { kind: 'follow', followId: 'f', subject: event.subject, until: null, rank: 0, wave: null },
        ],
      });
    }
    const { Items: items = [] } = await world.client.send(
      new ScanCommand({ TableName: world.table, Limit: 1000 }),
    );
    const bytes = items.map((item) => JSON.stringify(item).length);
    expect(Math.max(...bytes)).toBeLessThan(8192);
    const own = await world.client.send(
      new QueryCommand({
        TableName: world.table,
        KeyConditionExpression: 'pk = :visitor',
        ExpressionAttributeValues: { ':visitor': { S: visitorIdOf('user:collector') } },
      }),
    );
    expect(own.Count).toBe(100);
  });
});

describe('a fan-out to 100,000 followers', () => {
  it('that is killed in the middle, between mail and message for the next page, ends without a gap or a double', async () => {
    const subject = freshSubject();
    const count = 100_000;
    await world.fill(
      Array.from({ length: count }, (_, index) =>
        follow({ subject, visitorId: idOf(index), rank: index % 97 }),
      ),
    );
    await world.take(businessEvent({ subject, messageId: 'ce:test:all' }));
    let sends = 0;
    let deaths = 0;
    world.queues.breakWith((queue) => {
      sends += 1;
      // Every seventh step dies before what it would send is durable, be it mail or the next page.
      if (sends % 7 === 0 || (queue === 'fan-out' && sends % 50 === 1)) throw new Error('killed');
    });
    await world.runFanOut(() => {
      deaths += 1;
    });
    expect(deaths).toBeGreaterThan(20);
    const mail = world.mail();
    const marks = new Set(mail.map(([id, { messageId }]) => `${id} ${messageId}`));
    expect(mail.length).toBeGreaterThan(count);
    expect(marks.size).toBe(count);
    expect(new Set(mail.map(([id]) => id)).size).toBe(count);
    // Once repeats are taken out, the order is that of rank.
    const rankOf = new Map(Array.from({ length: count }, (_, index) => [idOf(index), index % 97]));
    const ranks = [...new Set(mail.map(([id]) => id))].map((id) => rankOf.get(id) ?? -1);
    expect(ranks.every((rank, index) => index === 0 || rank <= (ranks[index - 1] ?? 0))).toBe(true);
  }, 240_000);
});
