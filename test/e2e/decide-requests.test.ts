import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { createControlStore } from '../../lib/adapters/dynamodb/control-store.ts';
import { createDecisionLog } from '../../lib/adapters/dynamodb/decision-log.ts';
import { decodeCatalog } from '../../lib/domain/catalog/codec.ts';
import { hashOfAnswer, replay } from '../../lib/domain/decision/record.ts';
import { type LocalServiceThread, startLocalService } from '../../local/service-thread.ts';
import { TABLE_NAMES } from '../../local/store/tables.ts';
import { type CountingProxy, startCountingProxy } from './counting-proxy.ts';
import { decisionSchema, type Handler, invoke, startDecide } from './decide-instance.ts';

const batchSchema = z.object({
  RequestItems: z.record(
    z.string(),
    z.object({
      Keys: z.array(z.object({ pk: z.object({ S: z.string() }), sk: z.object({ S: z.string() }) })),
    }),
  ),
});
const publishedSchema = z.object({ version: z.number() });
const putSchema = z.object({
  TableName: z.string(),
  Item: z.looseObject({ r: z.object({ B: z.string() }) }),
});

let service: LocalServiceThread;
let store: CountingProxy;
let bus: CountingProxy;
let client: DynamoDBClient;

const send = async (method: string, path: string, body: unknown, key = 'sk_local'): Promise<string> => {
  const answer = await fetch(`${service.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return text;
};

/** Sends tracking calls, and waits until they took effect. */
const track = async (call: string, body: unknown): Promise<void> => {
  await send('POST', `/v1/${call}`, body);
  await send('POST', '/_local/clock', { advance: 'PT0S' });
};

const startInstance = (maxAgeMs: number) => startDecide(store.url, bus.url, maxAgeMs);

const asked = (): readonly string[] => store.take().map(({ operation }) => operation);

/** The keys of each table that one BatchGetItem asks for, without the visitor ids. */
const keysOf = (body: string) =>
  Object.fromEntries(
    Object.entries(batchSchema.parse(JSON.parse(body)).RequestItems).map(([table, { Keys }]) => [
      table,
      Keys.map(({ sk }) => sk.S),
    ]),
  );

const cartOf = (lines: number) => ({
  id: '0d3b5b8c-7f3e-4f0e-8a37-5b1f6d2a9e10',
  currency: 'USD',
  shipping: 599,
  lines: Array.from({ length: lines }, (_, index) => ({
    id: `line-${index}`,
    sku: `SKU-${index * 7919}`,
    name: `Matte lipstick no. ${index * 37}`,
    category: 'makeup.lipstick',
    quantity: 1 + (index % 3),
    unitPrice: 995 + index * 317,
    attributes: { colour: index % 2 === 0 ? 'red' : 'rose' },
  })),
});

beforeAll(async () => {
  service = await startLocalService();
  store = await startCountingProxy(service.storeUrl);
  bus = await startCountingProxy(service.busUrl);
  client = new DynamoDBClient({
    endpoint: service.storeUrl,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
});

afterAll(async () => {
  client?.destroy();
  await store?.stop();
  await bus?.stop();
  await service?.stop();
});

describe('a decision of a running instance', () => {
  let decide: Handler;

  beforeAll(async () => {
    await track('group', { userId: 'member', groupId: 'acme', traits: { tier: 'gold' } });
    decide = await startInstance(60_000);
    await invoke(decide, { anonymousId: 'warm-up' });
  });

  beforeEach(() => {
    store.take();
    bus.take();
  });

  it.each<[string, object]>([
    ['an anonymous visitor', { anonymousId: 'a-1' }],
    ['a person', { userId: 'u-1' }],
    ['a person with an anonymous id', { userId: 'u-1', anonymousId: 'a-1' }],
    ['a member of an account', { userId: 'member', accountId: 'acme' }],
    [
      'a person with an anonymous id and an account',
      { userId: 'u-2', anonymousId: 'a-2', accountId: 'acme' },
    ],
  ])('of %s asks the store once, and writes once', async (_, ids) => {
    await invoke(decide, { ...ids, placements: ['home.hero'], cart: cartOf(3) });
    expect(asked()).toEqual(['BatchGetItem', 'PutItem']);
    expect(bus.take()).toEqual([]);
  });

  it('reads state and orders of each id, and the account, in that one request', async () => {
    await invoke(decide, { userId: 'u-2', anonymousId: 'a-2', accountId: 'acme' });
    const [read] = store.take();
    expect(keysOf(read?.body ?? '')).toEqual({ [TABLE_NAMES.visitors]: ['V', 'O', 'V', 'O', 'A'] });
  });

  it('writes nothing for a dry run', async () => {
    await invoke(decide, {
      anonymousId: 'a-1',
      events: [{ type: 'track', event: 'Product Viewed', messageId: 'dry-1' }],
      options: { dryRun: true },
    });
    expect(asked()).toEqual(['BatchGetItem']);
    expect(bus.take()).toEqual([]);
  });

  it('with events of its own asks the store once, and the bus once', async () => {
    const { pending } = await invoke(decide, {
      anonymousId: 'a-3',
      placements: ['home.hero'],
      events: [1, 2, 3].map((index) => ({
        type: 'track',
        event: 'Product Viewed',
        messageId: `inline-${index}`,
        properties: { category: 'makeup.lipstick' },
      })),
    });
    expect(pending).toEqual(['inline-1', 'inline-2', 'inline-3']);
    expect(asked()).toEqual(['BatchGetItem', 'PutItem']);
    expect(bus.take().map(({ operation }) => operation)).toEqual(['PutEvents']);
  });

  it('asks twice only where an anonymous id points to a person whom the request does not name', async () => {
    await track('identify', { anonymousId: 'a-9', userId: 'u-9', traits: { preferredName: 'Nina' } });
    const { visitorId } = await invoke(decide, { anonymousId: 'a-9' });
    expect(asked()).toEqual(['BatchGetItem', 'BatchGetItem', 'PutItem']);
    const named = await invoke(decide, { anonymousId: 'a-9', userId: 'u-9' });
    expect(asked()).toEqual(['BatchGetItem', 'PutItem']);
    expect(named.visitorId).toBe(visitorId);
  });

  it('writes a record of at most 2 KB for a cart of 20 lines', async () => {
    await invoke(decide, {
      anonymousId: '9b2c8bd0-5c43-4f5a-9c59-0a6f1d2a3c4e',
      channel: 'web',
      placements: ['home.hero', { id: 'home.grid', limit: 4 }, 'cart.banner'],
      cart: cartOf(20),
      context: { locale: 'en-US', timezone: 'America/New_York', page: { path: '/cart' } },
    });
    const { TableName, Item } = putSchema.parse(JSON.parse(store.take().at(-1)?.body ?? ''));
    const { r, ...rest } = Item;
    expect(TableName).toBe(TABLE_NAMES.log);
    const size = Buffer.from(r.B, 'base64').length + JSON.stringify(rest).length;
    expect(size).toBeGreaterThan(400);
    expect(size).toBeLessThanOrEqual(2048);
  });
});

describe('the control plane', () => {
  let stale: Handler;

  beforeAll(async () => {
    stale = await startInstance(0);
    store.take();
  });

  it('costs the first request of an instance one read more, and the catalog', async () => {
    await invoke(stale, { anonymousId: 'c-1' });
    expect(asked()).toEqual(['BatchGetItem', 'BatchGetItem', 'GetItem', 'GetItem', 'PutItem']);
  });

  it('is looked at in the same request when the last look is too old', async () => {
    await invoke(stale, { anonymousId: 'c-1' });
    const seen = store.take();
    expect(seen.map(({ operation }) => operation)).toEqual(['BatchGetItem', 'PutItem']);
    expect(keysOf(seen[0]?.body ?? '')).toEqual({
      [TABLE_NAMES.visitors]: ['V', 'O'],
      [TABLE_NAMES.log]: ['catalog', 'keys', 'D'],
    });
  });

  it('brings a new version into the very request that sees it', async () => {
    const before = await invoke(stale, { anonymousId: 'c-1', placements: ['only.here'] });
    store.take();
    const experience = { kind: 'experience', id: 'here', placement: 'only.here', content: 'Here' };
    const settings = { kind: 'settings', id: 'settings', currency: 'USD', effort: { Search: 1 } };
    await send('PUT', '/v1/catalog', { definitions: [settings, experience] }, 'ak_local');
    const first = await invoke(stale, { anonymousId: 'c-1', placements: ['only.here'] });
    expect(asked()).toEqual(['BatchGetItem', 'GetItem', 'GetItem', 'PutItem']);
    expect(first.catalogVersion).toBe(before.catalogVersion + 1);
    expect(first.placements['only.here']?.items[0]?.content).toBe('Here');
    await invoke(stale, { anonymousId: 'c-1' });
    expect(asked()).toEqual(['BatchGetItem', 'PutItem']);
    await send('POST', '/v1/catalog/activate', { version: before.catalogVersion }, 'ak_local');
  });
});

describe('an account that may spend so much', () => {
  const reads = (): readonly unknown[] =>
    store
      .take()
      .filter(({ operation }) => operation === 'BatchGetItem')
      .map(({ body }) => keysOf(body));

  it('costs no request more: what it spent is read along with the account', async () => {
    await track('group', { userId: 'buyer', groupId: 'spender', traits: { limit: 10_000 } });
    const definitions = [
      { kind: 'settings', id: 'settings', currency: 'USD' },
      { kind: 'authorization', id: 'firm', limit: 'account.limit', approver: 'account.boss', per: 'P1M' },
      {
        kind: 'experience',
        id: 'left',
        placement: 'desk',
        content: '{{ account.authorization.spent }} of {{ account.authorization.limit }}',
      },
    ];
    await send('PUT', '/v1/catalog', { definitions }, 'ak_local');
    const decide = await startInstance(60_000);
    const ask = async () =>
      (await invoke(decide, { userId: 'buyer', accountId: 'spender', placements: ['desk'] })).placements[
        'desk'
      ]?.items[0]?.content;
    store.take();
    // Only an instance that has not loaded a catalog yet can't know what to ask for.
    expect(await ask()).toBe('0 of 10000');
    expect(reads()).toHaveLength(3);
    const cart = { currency: 'USD', lines: [{ id: 'l', sku: 'S', quantity: 1, unitPrice: 3000 }] };
    const order = { orderId: 'spent', userId: 'buyer', cart };
    await send('POST', '/v1/redemptions', order);
    store.take();
    expect(await ask()).toBe('3000 of 10000');
    expect(reads()).toEqual([{ [TABLE_NAMES.visitors]: ['V', 'O', 'A'], [TABLE_NAMES.log]: ['P#00'] }]);
    // Without the account nothing of it is read, and nothing is known.
    await invoke(decide, { userId: 'buyer', placements: ['desk'] });
    expect(reads()).toEqual([{ [TABLE_NAMES.visitors]: ['V', 'O'] }]);
    await send('POST', '/v1/catalog/activate', { version: 1 }, 'ak_local');
  });
});

describe('an offer that one person may have once', () => {
  it('costs no request more: what they had is in their own memory', async () => {
    const definitions = [
      { kind: 'offer', id: 'once', reward: { type: 'percentage', value: 10 }, limits: { perVisitor: 1 } },
    ];
    await send('PUT', '/v1/catalog', { definitions }, 'ak_local');
    const cart = { currency: 'EUR', lines: [{ id: 'l', sku: 'S', quantity: 1, unitPrice: 3000 }] };
    await send('POST', '/v1/redemptions', { orderId: 'once', anonymousId: 'had-1', cart });
    await send('POST', '/v1/redemptions/once/commit', {});
    await track('identify', { anonymousId: 'had-1', userId: 'had' });
    const decide = await startInstance(60_000);
    await invoke(decide, { userId: 'nobody', cart });
    store.take();
    const { cart: priced, explanation } = await invoke(decide, {
      userId: 'had',
      cart,
      options: { explain: true, dryRun: true },
    });
    expect(asked()).toEqual(['BatchGetItem']);
    expect(priced).toMatchObject({ applied: [] });
    expect(explanation).toMatchObject({
      offers: [{ offerId: 'once', status: 'CAPPED', limit: 'perVisitor' }],
    });
    await send('POST', '/v1/catalog/activate', { version: 1 }, 'ak_local');
  });
});

describe('the record of a decision', () => {
  const visitor = { userId: 'replayed', anonymousId: 'r-1' };
  let rooted = 0;

  beforeAll(async () => {
    await track('identify', {
      ...visitor,
      traits: { preferredName: 'Ann', interests: ['makeup'], secret: 'NL91ABNA0417164300' },
      context: { timezone: 'Asia/Tokyo' },
    });
    await track('group', { userId: 'replayed', groupId: 'acme', traits: { tier: 'gold', limit: 50_000 } });
    for (let index = 0; index < 6; index++) {
      await send('POST', '/v1/track', {
        ...visitor,
        event: index % 2 === 0 ? 'Product Viewed' : 'Search',
        properties: { category: 'electronics.audio' },
      });
    }
    await track('track', {
      ...visitor,
      event: 'Cart Updated',
      properties: { products: [{ product_id: 'p-1', price: 120, quantity: 3, category: 'makeup.lipstick' }] },
    });
    const templates = [
      { kind: 'settings', id: 'settings', currency: 'USD', globalHoldout: 10, effort: { Search: 2 } },
      {
        kind: 'experience',
        id: 'roots',
        placement: 'roots',
        content: { text: '{{ visitor.traits | json }} {{ account | json }} {{ now | date: "%H:%M %Z" }}' },
      },
      {
        kind: 'experience',
        id: 'tired',
        placement: 'tired',
        intent: 'recover',
        where: { 'stats.effort': { $gte: 6 } },
        variants: [
          { id: 'a', weight: 50, content: { text: 'Effort {{ stats.effort }}' } },
          { id: 'b', weight: 50, content: { text: 'You tried {{ stats.effort }} times' } },
        ],
      },
      {
        kind: 'experience',
        id: 'broken',
        placement: 'roots',
        priority: 9,
        content: { text: '{{ 1 | divided_by: 0 }}' },
      },
      { kind: 'authorization', id: 'firm', limit: 'account.limit', approver: 'account.boss', per: 'P1M' },
    ];
    const answer = await send('PUT', '/v1/catalog', { definitions: templates }, 'ak_local');
    rooted = publishedSchema.parse(JSON.parse(answer)).version;
  });

  const body = (more: object): object => ({
    ...visitor,
    placements: ['home.hero', { id: 'home.grid', limit: 4 }, 'cart.banner', 'roots', 'tired'],
    ...more,
  });

  const requests: readonly [string, object][] = [
    ['of a person with a remembered cart', body({})],
    ['of an anonymous visitor', { anonymousId: 'r-2', placements: ['home.hero', 'roots'] }],
    ['with a cart and a context', body({ cart: cartOf(20), context: { timezone: 'Europe/Paris' } })],
    ['with an explanation', body({ options: { explain: true }, cart: cartOf(2) })],
    ['with an account', body({ accountId: 'acme' })],
    [
      'with events that the store does not show yet',
      body({
        events: [
          { type: 'track', event: 'Search', messageId: 'replayed-1' },
          { type: 'identify', messageId: 'replayed-2', traits: { preferredName: 'Annie' } },
        ],
      }),
    ],
  ];

  describe.each([
    ['the shipped catalog', () => ({ version: 1 })],
    ['a catalog that reads whole roots', () => ({ version: rooted })],
    ['a catalog that is being rolled out', () => ({ version: rooted, percent: 100 })],
  ])('by %s', (_, activation) => {
    beforeAll(async () => {
      await send('POST', '/v1/catalog/activate', { version: 1 }, 'ak_local');
      await send('POST', '/v1/catalog/activate', activation(), 'ak_local');
    });

    it.each(requests)('replays the answer to the byte: %s', async (__, request) => {
      const answered = await send('POST', '/v1/decide', request);
      const decision = decisionSchema.parse(JSON.parse(answered));
      const record = await createDecisionLog(client, TABLE_NAMES.log).get(decision.decisionId);
      if (record === null) throw new Error('there is no record');
      expect(record.catalogVersion).toBe(activation().version);
      const bytes = await createControlStore(client, TABLE_NAMES.log).loadVersion(record.catalogVersion);
      const again = replay(record, decodeCatalog(bytes ?? new Uint8Array()));
      expect(JSON.stringify(again)).toBe(answered);
      expect(hashOfAnswer(again)).toBe(record.answerHash);
    });
  });
});
