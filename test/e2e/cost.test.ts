import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LINE_BYTES, USAGE } from '../../cli/cost/usage.ts';
import { DEMO_CATALOG, type LocalServiceThread, startServiceThread } from '../../local/service-thread.ts';
import { startDynoxide } from '../../local/store/dynoxide.ts';
import { archivedIn } from './archive/archived-in.ts';
import { invoke, startDecide } from './decide-instance.ts';
import { removeTemporaryDirectories, temporaryDirectory } from './local/helpers.ts';
import { type Metered, type MeteringProxy, startMeteringProxy } from './metering-proxy.ts';

/** Shoppers of whom one in five buys. */
const SHOPPERS = 10;
const BUYERS = SHOPPERS / 5;
const EVENTS = SHOPPERS * 5 + BUYERS;

/** A service in memory archives nothing. */
const directory = temporaryDirectory();

let store: { readonly endpoint: string; readonly stop: () => Promise<void> };
let meter: MeteringProxy;
let service: LocalServiceThread;

const send = async (path: string, body: object): Promise<void> => {
  const answer = await fetch(`${service.url}${path}`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk_local', 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  await answer.text();
};

/** Applies all that was accepted. */
const settle = (): Promise<void> => send('/_local/clock', { advance: 'PT0S' });

const track = (anonymousId: string, event: string, properties: object = {}): Promise<void> =>
  send('/v1/track', { anonymousId, event, properties });

const product = (index: number) => ({
  cart_id: `c-${index}`,
  product_id: `SKU-${index}`,
  name: 'Matte lipstick',
  price: 12.99,
  quantity: 1,
});

/** What each shopper does, page by page. */
const PAGES: readonly ((index: number) => Promise<void>)[] = [
  (index) => send('/v1/page', { anonymousId: `a-${index}`, name: 'home' }),
  (index) => track(`a-${index}`, 'Product Viewed', product(index)),
  (index) => track(`a-${index}`, 'Product Viewed', product(index + 1)),
  (index) => track(`a-${index}`, 'Product Added', product(index)),
  (index) => track(`a-${index}`, 'Cart Viewed', { cart_id: `c-${index}`, products: [product(index)] }),
];

const buy = (index: number): Promise<void> =>
  track(`a-${index}`, 'Order Completed', {
    order_id: `o-${index}`,
    total: 12.99,
    currency: 'USD',
    products: [product(index)],
  });

beforeAll(async () => {
  store = await startDynoxide(undefined);
  meter = await startMeteringProxy(store.endpoint);
  service = await startServiceThread(
    { port: 0, dataDirectory: directory, catalog: DEMO_CATALOG, storeEndpoint: meter.url },
    { ...process.env, AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
  );
});

afterAll(async () => {
  await service?.stop();
  await meter?.stop();
  await store?.stop();
  removeTemporaryDirectories();
});

/** What one of many took. */
const each = (metered: Metered, of: number) => ({
  readUnits: metered.readUnits / of,
  writeUnits: metered.writeUnits / of,
  messages: metered.messages / of,
});

const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);

/** Within a twentieth: a catalog that changes by a journey moves it by less. */
const expectAbout = (counted: number, reckoned: number): void => {
  expect(counted).toBeGreaterThan(reckoned * 0.95);
  expect(counted).toBeLessThan(reckoned * 1.05);
};

describe('what is paid for, counted of the code that runs', () => {
  it('is for an event what `wend cost` reckons with', { timeout: 60_000 }, async () => {
    await settle();
    meter.take();
    for (const visit of PAGES) {
      // Every event is a commit of its own: nobody's next one comes before the last one was applied.
      await Promise.all(numbers(SHOPPERS).map(visit));
      await settle();
    }
    await Promise.all(numbers(BUYERS).map(buy));
    await settle();
    const { readUnits, writeUnits, messages } = each(meter.take(), EVENTS);
    expectAbout(readUnits, USAGE.event.readUnits);
    expectAbout(writeUnits, USAGE.event.writeUnits);
    // Sent in batches, received and deleted so, on top of the one that the bus sends.
    expectAbout(1.2 + messages * 0.3, USAGE.event.queueRequests);
    const lines = archivedIn(directory);
    expect(lines).toHaveLength(EVENTS);
    expectAbout(lines.reduce((bytes, line) => bytes + line.length + 1, 0) / EVENTS, LINE_BYTES);
  });

  it('is for a decision what `wend cost` reckons with', { timeout: 60_000 }, async () => {
    const decide = await startDecide(meter.url, service.busUrl, 60_000);
    const ask = (index: number) =>
      invoke(decide, { anonymousId: `a-${index}`, placements: ['home.hero', 'home.grid', 'cart.banner'] });
    // Who is decided for the first time has draws to be remembered: events, which are reckoned as such.
    for (const index of numbers(SHOPPERS)) await ask(index);
    await settle();
    meter.take();
    for (const index of numbers(SHOPPERS)) await ask(index);
    const { readUnits, writeUnits } = each(meter.take(), SHOPPERS);
    expectAbout(readUnits, USAGE.decision.readUnits);
    expectAbout(writeUnits, USAGE.decision.writeUnits);
  });
});
