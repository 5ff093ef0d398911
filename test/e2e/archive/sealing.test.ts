import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createArchiveSecret } from '../../../lib/adapters/dynamodb/archive-secret.ts';
import { pack } from '../../../lib/adapters/dynamodb/blob.ts';
import { createForgetVisitor } from '../../../lib/adapters/dynamodb/forget-visitor.ts';
import { readChange } from '../../../lib/adapters/dynamodb/stream-record.ts';
import { createTombstoneWriter } from '../../../lib/adapters/dynamodb/tombstone-writer.ts';
import { stateKey } from '../../../lib/adapters/dynamodb/visitor-items.ts';
import { createVisitorStore } from '../../../lib/adapters/dynamodb/visitor-store.ts';
import { tombstoneName } from '../../../lib/domain/archive/archive-secret.ts';
import { KEY_BYTES } from '../../../lib/domain/archive/cipher.ts';
import { emptyCatalog } from '../../../lib/domain/catalog/empty-catalog.ts';
import { visitorIdOf } from '../../../lib/domain/identity/visitor-id.ts';
import type { VisitorEvent } from '../../../lib/domain/visitor/event.ts';
import type { AppliedMail } from '../../../lib/service/applied-mail.ts';
import { createReactor, primaryKeyOf } from '../../../lib/service/react.ts';
import { TABLE_NAMES } from '../../../local/store/tables.ts';
import { startEmbeddedStore, type TestStore } from '../../embedded-store.ts';
import { catalogOf } from '../../unit/journey/life.ts';
import { event, START } from '../../unit/visitor/people.ts';

const NOW = START + 3_600_000;
const table = TABLE_NAMES.visitors;

let embedded: TestStore;
let client: DynamoDBClient;
const requests: string[] = [];

beforeAll(async () => {
  embedded = await startEmbeddedStore();
  client = new DynamoDBClient({ endpoint: embedded.endpoint });
  client.middlewareStack.add(
    (next, context) => (request) => {
      requests.push(String(context.commandName).replace('Command', ''));
      return next(request);
    },
    { step: 'build' },
  );
});

afterAll(async () => {
  client?.destroy();
  await embedded?.stop();
});

const world = () => {
  const secret = createArchiveSecret(client, table);
  const { mail, timer } = createReactor({
    visitors: createVisitorStore({ client, table, archiveSecret: secret }),
    catalogs: async () => ({ active: emptyCatalog(), rollout: null }),
    now: () => NOW,
    pause,
    random: Math.random,
    newKey: () => randomBytes(KEY_BYTES),
  });
  const told: AppliedMail[] = [];
  const bury = async (idKey: string, erasedAt: number) =>
    createTombstoneWriter(client, table).leave(tombstoneName(await secret(), visitorIdOf(idKey)), erasedAt);
  const forget = (idKey: string, erasedAt: number) =>
    createForgetVisitor(client, TABLE_NAMES, { pause, random: Math.random })(visitorIdOf(idKey), erasedAt);
  return {
    secret,
    told,
    timer,
    bury,
    forget,
    /** Applies events one after the other, as each comes. */
    deliver: async (...events: readonly VisitorEvent[]) => {
      for (const one of events)
        await mail(visitorIdOf(primaryKeyOf(one)), [one], (heard) => told.push(heard));
    },
    erase: async (idKey: string, erasedAt: number) => {
      await bury(idKey, erasedAt);
      await forget(idKey, erasedAt);
    },
  };
};

const itemOf = async (idKey: string) =>
  (await client.send(new GetItemCommand({ TableName: table, Key: stateKey(visitorIdOf(idKey)) }))).Item;

const keyOf = async (idKey: string): Promise<string | undefined> => {
  const key = (await itemOf(idKey))?.['k']?.B;
  return key === undefined ? undefined : Buffer.from(key).toString('hex');
};

const view = (messageId: string, who: Partial<VisitorEvent>, receivedAt = START) =>
  event({ messageId, receivedAt, ...who });

describe('the key of a visitor', () => {
  it('is made with their first event, by the commit itself, and stays', async () => {
    const { deliver, told, timer, secret } = world();
    await secret();
    requests.length = 0;
    await deliver(view('k1', { userId: 'kim' }));
    expect(requests).toEqual(['BatchGetItem', 'PutItem']);
    const key = await keyOf('user:kim');
    expect(key).toMatch(/^[0-9a-f]{64}$/);
    await deliver(view('k2', { userId: 'kim' }), view('k1', { userId: 'kim' }));
    await timer({ visitorId: visitorIdOf('user:kim'), generation: 1 });
    expect(await keyOf('user:kim')).toBe(key);
    expect(told.map(({ sealing }) => Buffer.from(sealing.key).toString('hex'))).toEqual([key, key, key]);
    expect(told.map(({ applied }) => applied.length)).toEqual([1, 1, 0]);
  });

  it('stays with each id where ids are joined: what was sealed before still opens', async () => {
    const { deliver, told } = world();
    await deliver(view('j1', { anonymousId: 'jo-phone' }), view('j2', { userId: 'jo' }));
    const [phone, jo] = [await keyOf('anon:jo-phone'), await keyOf('user:jo')];
    await deliver(
      view('j3', { type: 'identify', name: 'identify', userId: 'jo', anonymousId: 'jo-phone' }),
      view('j4', { anonymousId: 'jo-phone' }),
    );
    expect([await keyOf('anon:jo-phone'), await keyOf('user:jo')]).toEqual([phone, jo]);
    expect((await itemOf('anon:jo-phone'))?.['l']).toBeDefined();
    expect(told.at(-1)).toMatchObject({
      home: visitorIdOf('anon:jo-phone'),
      visitorId: visitorIdOf('user:jo'),
    });
    expect(Buffer.from(told.at(-1)?.sealing.key ?? []).toString('hex')).toBe(jo);
  });

  it('is given to a visitor who was there before there was an archive', async () => {
    const { deliver } = world();
    const { mail } = createReactor({
      visitors: createVisitorStore({ client, table }),
      catalogs: async () => ({ active: emptyCatalog(), rollout: null }),
      now: () => NOW,
      pause,
      random: Math.random,
    });
    await mail(visitorIdOf('user:old'), [view('o1', { userId: 'old' })]);
    expect(await keyOf('user:old')).toBeUndefined();
    await deliver(view('o1', { userId: 'old' }));
    expect(await keyOf('user:old')).toBeDefined();
  });

  it('is the same for many who write at once', async () => {
    const crowd = Array.from({ length: 6 }, () => world());
    await Promise.all(crowd.map(({ deliver }, index) => deliver(view(`r${index}`, { userId: 'race' }))));
    const key = await keyOf('user:race');
    const used = crowd.flatMap(({ told }) =>
      told.map(({ sealing }) => Buffer.from(sealing.key).toString('hex')),
    );
    expect(new Set(used)).toEqual(new Set([key]));
  });

  it('stays where a timer writes the visitor, who is then nobody’s mail', async () => {
    const catalog = catalogOf([
      {
        kind: 'journey',
        id: 'wait',
        enter: { on: 'Cart Left' },
        steps: [
          { id: 'quiet', wait: { for: 'PT1H' } },
          { id: 'note', set: { traits: { waited: true } } },
        ],
      },
    ]);
    const reactorAt = (now: number, newKey?: () => Uint8Array) =>
      createReactor({
        visitors: createVisitorStore({ client, table }),
        catalogs: async () => ({ active: catalog, rollout: null }),
        now: () => now,
        pause,
        random: Math.random,
        ...(newKey === undefined ? {} : { newKey }),
      });
    const id = visitorIdOf('user:waits');
    await reactorAt(START, () => randomBytes(KEY_BYTES)).mail(id, [
      view('w1', { userId: 'waits', name: 'Cart Left' }),
    ]);
    const [key, before] = [await keyOf('user:waits'), (await itemOf('user:waits'))?.['v']?.N];
    await reactorAt(START + 2 * 3_600_000).timer({ visitorId: id, generation: 1 });
    expect((await itemOf('user:waits'))?.['v']?.N).not.toBe(before);
    expect(await keyOf('user:waits')).toBe(key);
  });

  it('does not lie in what is laid aside', () => {
    const record: DynamoDBRecord = {
      eventName: 'MODIFY',
      dynamodb: {
        NewImage: {
          s: { B: 'state' },
          k: { B: 'key' },
          e: { B: Buffer.from(pack({ effects: [] })).toString('base64') },
        },
      },
    };
    const text = JSON.stringify(readChange(record)?.record);
    expect(text).toContain('"e"');
    expect(text).not.toContain('"k"');
    expect(text).not.toContain('"s"');
  });
});

describe('a tombstone', () => {
  it('drops what was received until then, and lets in what was received later', async () => {
    const { deliver, erase, told } = world();
    await deliver(view('e1', { userId: 'eve' }));
    const key = await keyOf('user:eve');
    await erase('user:eve', START + 1000);
    told.length = 0;
    await deliver(view('e2', { userId: 'eve' }, START + 1000), view('e1', { userId: 'eve' }, START));
    expect(await itemOf('user:eve')).toBeUndefined();
    expect(told).toEqual([]);
    await deliver(view('e3', { userId: 'eve' }, START + 1001), view('e4', { userId: 'eve' }, START + 999));
    expect(told.flatMap(({ applied }) => applied.map(({ messageId }) => messageId))).toEqual(['e3']);
    expect(await keyOf('user:eve')).not.toBe(key);
  });

  it('holds for a device whose person was erased, also after somebody else has logged in on it', async () => {
    const { deliver, erase, told } = world();
    await deliver(view('d1', { anonymousId: 'tablet' }));
    await erase('anon:tablet', START + 1000);
    await deliver(
      view('d2', { type: 'identify', name: 'identify', userId: 'dan', anonymousId: 'tablet' }, START + 2000),
    );
    told.length = 0;
    await deliver(view('d3', { anonymousId: 'tablet' }, START + 500));
    expect(told.flatMap(({ applied }) => applied)).toEqual([]);
    await deliver(view('d4', { anonymousId: 'tablet' }, START + 3000));
    expect(told.flatMap(({ applied }) => applied.map(({ messageId }) => messageId))).toEqual(['d4']);
  });

  it('lets somebody who comes back in the midst of their erasure begin anew, and that is not deleted', async () => {
    const { deliver, bury, forget } = world();
    const order = { name: 'Order Completed', properties: { order_id: 'mid-1', revenue: 5 } };
    await deliver(view('m1', { userId: 'mid', ...order }), view('m2', { userId: 'mid' }));
    const key = await keyOf('user:mid');
    await bury('user:mid', START + 1000);
    await deliver(
      view('m3', { userId: 'mid' }, START + 2000),
      view('m4', { userId: 'mid', ...order, properties: { order_id: 'mid-2', revenue: 7 } }, START + 3000),
    );
    await forget('user:mid', START + 1000);
    const id = visitorIdOf('user:mid');
    const stored = (await createVisitorStore({ client, table }).read([id])).get(id);
    if (stored?.kind !== 'visitor') throw new Error('they are gone');
    expect(stored.visitor.state.events).toMatchObject({
      'Product Viewed': { count: 1 },
      'Order Completed': { count: 1 },
    });
    expect(Object.keys(stored.visitor.orders.byId)).toEqual(['mid-2']);
    expect(await keyOf('user:mid')).not.toBe(key);
    await forget('user:mid', START + 4000);
    expect((await createVisitorStore({ client, table }).read([id])).get(id)?.kind).toBe('none');
  });

  it('is the later of two', async () => {
    const { secret, erase, deliver } = world();
    await erase('user:twice', START + 2000);
    await createTombstoneWriter(client, table).leave(
      tombstoneName(await secret(), visitorIdOf('user:twice')),
      START + 1000,
    );
    await deliver(view('t1', { userId: 'twice' }, START + 1500));
    expect(await itemOf('user:twice')).toBeUndefined();
  });
});
