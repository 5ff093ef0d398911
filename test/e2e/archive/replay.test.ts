import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { FirehoseClient } from '@aws-sdk/client-firehose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createArchiveSecretReader } from '../../../lib/adapters/dynamodb/archive-secret-reader.ts';
import { createForgetVisitor } from '../../../lib/adapters/dynamodb/forget-visitor.ts';
import { createTombstoneWriter } from '../../../lib/adapters/dynamodb/tombstone-writer.ts';
import { createArchiveStream } from '../../../lib/adapters/firehose/archive-stream.ts';
import { visitorIdOf } from '../../../lib/domain/identity/visitor-id.ts';
import { leaveTombstones } from '../../../lib/service/archive/leave-tombstones.ts';
import { ARCHIVE_STREAM } from '../../../local/environment.ts';
import { TABLE_NAMES } from '../../../local/store/tables.ts';
import { removeTemporaryDirectories, temporaryDirectory } from '../local/helpers.ts';
import { startWorld, type World } from './world.ts';

let world: World;
/** The visitors table before most of it happened, and after all of it. */
let backup: Awaited<ReturnType<World['backUp']>>;
let broken: Awaited<ReturnType<World['backUp']>>;
let ann: unknown;
let bob: unknown;

const FROM = '2020-01-01';

const order = (id: string, revenue: number) => ({
  event: 'Order Completed',
  properties: { order_id: id, revenue, currency: 'USD', products: [{ product_id: 'p1', price: revenue }] },
});

beforeAll(async () => {
  world = await startWorld();
  const { send } = world;
  await send('/v1/track', { anonymousId: 'ann-phone', event: 'Product Viewed', properties: { sku: 'S1' } });
  await send('/v1/identify', {
    userId: 'ann@shop.example',
    anonymousId: 'ann-phone',
    traits: { firstName: 'Annabella', city: 'Groningen' },
  });
  await world.settle();
  backup = await world.backUp();
  await send('/v1/track', { userId: 'ann@shop.example', ...order('o-1', 25.5) });
  await send('/v1/track', {
    userId: 'ann@shop.example',
    event: 'Product Added',
    properties: { product_id: 'p2', price: 9.99, name: 'Tent' },
  });
  await send('/v1/track', { anonymousId: 'ann-phone', event: 'Product Viewed', properties: { sku: 'S2' } });
  await send('/v1/identify', { userId: 'bob', anonymousId: 'bob-laptop', traits: { firstName: 'Bobbert' } });
  await send('/v1/track', { userId: 'bob', ...order('o-2', 7) });
  ann = await world.visitor('user:ann@shop.example');
  bob = await world.visitor('user:bob');
  broken = await world.backUp();
}, 60_000);

afterAll(async () => {
  await world?.stop();
  removeTemporaryDirectories();
});

describe('the archive', () => {
  it('has every event, and nothing that says whose it is', () => {
    expect(
      world
        .lines()
        .map((line) => JSON.parse(line).name)
        .sort(),
    ).toEqual([
      'Order Completed',
      'Order Completed',
      'Product Added',
      'Product Viewed',
      'Product Viewed',
      'identify',
      'identify',
    ]);
    const text = world.lines().join('\n');
    // Long ones: what is sealed may hold three letters of anything by chance.
    const personal = ['ann@shop', 'ann-phone', 'Annabella', 'Groningen', 'bob-laptop', 'Bobbert'];
    for (const word of [...personal, visitorIdOf('user:bob')]) expect(text).not.toContain(word);
    expect(text).toContain('"amount":2550,"currency":"USD"');
  });

  it('brings back what a restored table has lost, and nothing of people whose key went with it', async () => {
    await world.restore(backup);
    expect(await world.visitor('user:ann@shop.example')).not.toEqual(ann);
    expect(await world.visitor('user:bob')).toBeNull();

    const { code, counts } = await world.wend('replay', '--from', FROM);
    expect(code).toBe(0);
    expect(counts).toMatchObject({ replayed: 5, keyLost: 2, erased: 0, sealed: 0, unreadable: 0 });
    expect(await world.visitor('user:ann@shop.example')).toEqual(ann);
    expect(await world.visitor('user:bob')).toBeNull();
  });

  it('opens what is sealed with keys of a table that is broken, and seals it with those of today', async () => {
    expect(world.lines()).toHaveLength(7);
    await world.putAside('wend-broken', broken);
    const { counts } = await world.wend('replay', '--from', FROM, '--keys-from', 'wend-broken');
    expect(counts).toMatchObject({ replayed: 7, keyLost: 0 });
    expect(await world.visitor('user:bob')).toEqual(bob);
    expect(world.lines()).toHaveLength(7 + 2);
  });

  it('changes nothing when it is played again, and archives nothing anew', async () => {
    const lines = world.lines().length;
    const { counts } = await world.wend('replay', '--from', FROM, '--keys-from', 'wend-broken');
    expect(counts).toMatchObject({ replayed: lines, sealed: 0, keyLost: 0 });
    expect(await world.visitor('user:ann@shop.example')).toEqual(ann);
    expect(await world.visitor('user:bob')).toEqual(bob);
    expect(world.lines()).toHaveLength(lines);
  });

  it('plays one person, or a time, or nothing at all to see what it would do', async () => {
    await world.restore(backup);
    const dry = await world.wend('replay', '--from', FROM, '--dry-run');
    expect(dry.counts?.['replayed']).toBeGreaterThan(0);
    const other = await world.wend('replay', '--from', FROM, '--visitor', 'user:nobody');
    expect(other.counts).toMatchObject({ replayed: 0 });
    const before = await world.wend('replay', '--from', FROM, '--to', '2021-01-01');
    expect(before.counts).toMatchObject({ replayed: 0 });
    expect(await world.visitor('user:ann@shop.example')).not.toEqual(ann);
    await world.wend('replay', '--from', FROM, '--visitor', 'user:ann@shop.example');
    expect(await world.visitor('user:ann@shop.example')).toEqual(ann);
  });
});

describe('somebody who was erased', () => {
  const ids = ['user:bob', 'anon:bob-laptop'].map(visitorIdOf);

  /** As an erasure does. */
  const erase = async (erasedAt: number): Promise<void> => {
    const secret = await createArchiveSecretReader(world.dynamo, TABLE_NAMES.visitors)();
    if (secret === null) throw new Error('nothing was archived');
    const firehose = new FirehoseClient({
      endpoint: world.service.busUrl,
      region: 'us-east-1',
      credentials: { accessKeyId: 'wend-local', secretAccessKey: 'wend-local' },
    });
    await leaveTombstones({
      secret: async () => secret,
      writer: createTombstoneWriter(world.dynamo, TABLE_NAMES.visitors),
      stream: createArchiveStream(firehose, ARCHIVE_STREAM),
    })(ids, erasedAt);
    const forget = createForgetVisitor(world.dynamo, TABLE_NAMES, { pause, random: Math.random });
    for (const id of ids) await forget(id, erasedAt);
    firehose.destroy();
  };

  it('does not come back from the archive, nor with what was received before and comes late', async () => {
    await world.restore(broken);
    expect(await world.visitor('user:bob')).toEqual(bob);
    await erase(Date.now());
    expect(await world.visitor('user:bob')).toBeNull();

    // With a key that somebody has kept.
    const { counts } = await world.wend('replay', '--from', FROM, '--keys-from', 'wend-broken');
    expect(counts?.['erased']).toBeGreaterThanOrEqual(2);
    expect(await world.visitor('user:bob')).toBeNull();
    expect(await world.visitor('user:ann@shop.example')).toEqual(ann);
  });

  it('starts anew with what is received later', async () => {
    await world.send('/v1/track', { userId: 'bob', event: 'Product Viewed' });
    expect(await world.visitor('user:bob')).toMatchObject({
      traits: {},
      orders: [],
      stats: { events: { 'Product Viewed': { count: 1 } } },
    });
    await world.wend('replay', '--from', FROM, '--keys-from', 'wend-broken');
    expect(await world.visitor('user:bob')).toMatchObject({
      traits: {},
      stats: { orders: 0, events: { 'Product Viewed': { count: 1 } } },
    });
  });

  it('is forgotten again where a backup brought them back, by the tombstones that the archive keeps', async () => {
    await world.restore(broken);
    expect(await world.visitor('user:bob')).toEqual(bob);
    const { code, counts } = await world.wend('tombstones');
    expect(code).toBe(0);
    expect(counts).toEqual({ tombstones: 2, forgotten: 2 });
    expect(await world.visitor('user:bob')).toBeNull();
    expect(await world.visitor('user:ann@shop.example')).toEqual(ann);
    expect((await world.wend('tombstones')).counts).toEqual({ tombstones: 2, forgotten: 0 });
  });
});

describe('wend archive', () => {
  it('reads files as Firehose writes them, compressed, and leaves out those of days before', async () => {
    const directory = temporaryDirectory();
    const day = (name: string, file: string, content: string | Buffer): void => {
      const folder = join(directory, name);
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, file), content);
    };
    const lines = world.lines();
    day('events/day=2026-11-25', 'wend-archive-1.gz', gzipSync(`${lines.slice(0, 3).join('\n')}\n`));
    day('events/day=2026-11-26', 'wend-archive-2.gz', gzipSync(`${lines.slice(3, 5).join('\n')}\n`));
    day('failed/put-failed/day=2026-11-26', 'wend-archive-3', '{"rawData":"…"}\n');
    const countedFrom = async (from: string): Promise<number> => {
      const { counts } = await world.wend('replay', '--from', from, '--dir', directory, '--dry-run');
      expect(counts).toMatchObject({ unreadable: 0 });
      return Object.values(counts ?? {}).reduce((sum, count) => sum + count, 0);
    };
    expect(await countedFrom(FROM)).toBe(5);
    expect(await countedFrom('2026-11-26')).toBe(2);
  });

  it('says what it can not do', async () => {
    const nobody = await world.wend('replay', '--from', FROM, '--visitor', 'bob');
    expect(nobody).toMatchObject({ code: 2, err: expect.stringContaining("'bob' names nobody") });
    const nowhere = await world.wend('replay', '--from', FROM, '--dir', '/nowhere');
    expect(nowhere).toMatchObject({ code: 1, err: expect.stringContaining("can't be read") });
    const never = await world.wend('replay', '--from', 'yesterday');
    expect(never).toMatchObject({ code: 2, err: expect.stringContaining('Expected a day or a time') });
  });
});
