import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Answer, experience, percentOff, problemOf, serviceForFile } from './client.ts';

const wend = serviceForFile([
  { kind: 'settings', id: 'settings', currency: 'EUR', globalHoldout: 5, effort: { 'Payment Failed': 2 } },
  { kind: 'segment', id: 'shoes', where: { 'cart.lines.category': 'shoes' } },
  experience('page-default', 'page', { default: true }),
  experience('page-shoes', 'page', {
    where: { $or: [{ segment: 'shoes' }, { 'traits.interests': 'shoes' }] },
    priority: 50,
    limit: { max: 3, per: 'P1D' },
    content: {
      text: "{{ visitor.traits.city | upcase }} {{ cart.lines[0].name }} {{ context.page.path | default: '-' }}",
    },
  }),
  experience('page-often', 'page', {
    where: {
      events: {
        name: 'Product Viewed',
        where: { category: { $regex: 's' } },
        count: { $gte: 2 },
        within: 'P7D',
      },
    },
    priority: 60,
  }),
  percentOff('ten', 10, { where: { 'cart.total': { $gte: 100 } } }),
  percentOff('shoes-20', 20, {
    reward: { type: 'percentage', value: 20, on: 'lines' },
    lines: { 'line.category': 'shoes' },
  }),
]);

/** The figures, texts and shapes on which services break. */
const odd = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    '',
    ' ',
    '0',
    -0,
    0.1,
    -1,
    1e21,
    Number.MAX_SAFE_INTEGER,
    2 ** 53,
    1e308,
    5e-324,
    'NaN',
    '\u0000',
    '\ud800',
    '💥',
    '__proto__',
    'constructor',
    '{{ visitor }}',
    '<b>',
    [],
    {},
    [[]],
    [null],
    { length: -1 },
    { toString: 1 },
    { toJSON: 'x' },
    '2026-02-30T00:00:00Z',
    '+275760-09-13T00:00:00Z',
    '0001-01-01T00:00:00Z',
  ),
  fc.jsonValue({ maxDepth: 3 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
);

/** Usually right, now and then odd. */
const mostly = <T>(good: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 25, arbitrary: good }, { weight: 1, arbitrary: odd });

const id = fc.constantFrom('a-1', 'a-2', 'u-1', 'u-2');
const eventName = fc.constantFrom(
  'Product Viewed',
  'Product Added',
  'Product Removed',
  'Cart Updated',
  'Order Completed',
  'Order Refunded',
  'Order Cancelled',
  'Experience Viewed',
  'Payment Failed',
  'Variant Assigned',
  'Odd',
);

const product = {
  product_id: mostly(fc.constantFrom('p1', 'p2')),
  price: mostly(fc.constantFrom(1, 19.99, '5', null)),
  quantity: mostly(fc.constantFrom(1, 2, '3')),
  category: mostly(fc.constant('shoes')),
  currency: mostly(fc.constantFrom('EUR', 'jpy')),
  size: odd,
};

const properties = fc.record(
  {
    ...product,
    cart_id: mostly(fc.constantFrom('c1', 'c2')),
    order_id: mostly(fc.constantFrom('o1', 'o2')),
    revenue: mostly(fc.constantFrom(5, '7.5')),
    products: mostly(fc.array(fc.record(product, { requiredKeys: [] }), { maxLength: 4 })),
    experienceId: mostly(fc.constantFrom('page-shoes', 'x')),
    anything: odd,
  },
  { requiredKeys: [] },
);

const event = fc.record(
  {
    type: mostly(fc.constantFrom('track', 'track', 'track', 'identify', 'page', 'screen', 'group', 'alias')),
    event: mostly(eventName),
    anonymousId: mostly(id),
    userId: mostly(id),
    previousId: id,
    groupId: mostly(id),
    messageId: mostly(fc.string({ minLength: 1, maxLength: 3 })),
    properties: mostly(properties),
    traits: mostly(fc.dictionary(fc.constantFrom('city', 'interests', 'type', 'preferences', 'x'), odd)),
    context: mostly(
      fc.record({ timezone: odd, locale: odd, consent: mostly(fc.record({ categoryPreferences: odd })) }),
    ),
    timestamp: mostly(fc.constantFrom('2026-11-01T00:00:00Z', '1969-01-01T00:00:00Z')),
    sentAt: mostly(fc.constantFrom('2026-11-22T00:00:00Z', '1969-01-01T00:00:00Z')),
  },
  { requiredKeys: ['type', 'event', 'groupId', 'previousId', 'userId'] },
);

const placement = fc.oneof(
  fc.constantFrom('page', 'other'),
  fc.record({ id: fc.constant('page'), limit: mostly(fc.integer({ min: 1, max: 5 })) }),
);

const line = fc.record(
  {
    sku: fc.constantFrom('s1', 's2'),
    quantity: mostly(fc.integer({ min: 1, max: 5 })),
    unitPrice: mostly(fc.nat(10_000)),
    category: mostly(fc.constant('shoes')),
    attributes: mostly(fc.dictionary(fc.string({ maxLength: 5 }), odd)),
  },
  { requiredKeys: ['sku', 'quantity', 'unitPrice'] },
);
const lines = fc
  .array(line, { maxLength: 4 })
  .map((all) => all.map((one, index) => ({ id: `l${index}`, ...one })));

const cart = fc.record(
  {
    currency: mostly(fc.constantFrom('EUR', 'JPY', 'KWD')),
    shipping: mostly(fc.nat(1000)),
    lines: mostly(lines),
    codes: mostly(fc.array(fc.string({ minLength: 1, maxLength: 10 }), { maxLength: 2 })),
  },
  { requiredKeys: ['currency', 'lines'] },
);

const decideBody = fc.record(
  {
    anonymousId: mostly(id),
    userId: mostly(id),
    accountId: mostly(id),
    channel: mostly(fc.constant('web')),
    placements: mostly(fc.array(placement, { maxLength: 4 })),
    cart: mostly(cart),
    context: mostly(
      fc.record(
        { page: fc.object(), attributes: fc.object(), timezone: mostly(fc.string()), any: odd },
        { requiredKeys: [] },
      ),
    ),
    events: fc.array(event, { maxLength: 2 }),
    recent: fc.array(event, { maxLength: 1 }),
    options: fc.record({ explain: fc.boolean(), dryRun: fc.boolean() }, { requiredKeys: [] }),
  },
  { requiredKeys: ['anonymousId'] },
);

/** An answer that a client can work with: a success in JSON, or a problem with 4xx. */
const isAnswered = (answer: Answer): boolean => {
  if (answer.status === 200) return typeof answer.body === 'object';
  if (answer.status >= 500) throw new Error(`${answer.status}: ${answer.text}`);
  return problemOf(answer).status >= 400;
};

describe('whatever is sent', () => {
  it('decide answers, or says what is wrong', async () => {
    const statuses = new Map<number, number>();
    await fc.assert(
      fc.asyncProperty(decideBody, async (body) => {
        const answer = await wend.post('/v1/decide', body);
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
        return isAnswered(answer);
      }),
      { numRuns: 120 },
    );
    expect(statuses.get(200) ?? 0).toBeGreaterThan(10);
    expect(await wend.isUp()).toBe(true);
  });

  it('tracking takes it or rejects it, and what was taken can be shown', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 12 }), async (batch) => {
        const answer = await wend.post('/v1/batch', { batch });
        return answer.status === 200 && isAnswered(answer);
      }),
      { numRuns: 50 },
    );
    // Every event that was accepted is applied: none stays in the queue and comes again for ever.
    await wend.settle();
    for (const id of ['a-1', 'a-2', 'u-1', 'u-2']) {
      for (const name of [`anon:${id}`, `user:${id}`]) {
        expect(isAnswered(await wend.get(`/v1/visitors/${name}`))).toBe(true);
      }
      expect(
        (await wend.post('/v1/decide', { anonymousId: id, userId: id, placements: ['page'] })).status,
      ).toBe(200);
    }
  });

  it('any JSON on any route with a body is answered', async () => {
    const routes = fc.constantFrom<readonly [string, string]>(
      ['POST', '/v1/decide'],
      ['POST', '/v1/t'],
      ['POST', '/v1/identify'],
      ['POST', '/v1/group'],
      ['POST', '/v1/alias'],
      ['POST', '/v1/batch'],
      ['POST', '/v1/catalog/validate'],
      ['POST', '/v1/catalog/activate'],
      ['POST', '/v1/keys'],
    );
    await fc.assert(
      fc.asyncProperty(routes, odd, async ([method, path], json) =>
        isAnswered(
          await wend.send(method, path, {
            key: 'ak_local',
            raw: JSON.stringify(json),
            headers: { 'content-type': 'application/json' },
          }),
        ),
      ),
      { numRuns: 120 },
    );
  });

  it('any definitions are validated: passed, or refused with a reason', async () => {
    const definition = fc.oneof(
      fc.record({
        kind: fc.constantFrom('experience', 'offer', 'segment', 'journey', 'settings', 'problem'),
        id: fc.constantFrom('a', 'b'),
        where: odd,
        content: odd,
        placement: odd,
        reward: odd,
      }),
      odd,
    );
    await fc.assert(
      fc.asyncProperty(fc.array(definition, { maxLength: 4 }), async (definitions) => {
        const answer = await wend.send('POST', '/v1/catalog/validate', {
          key: 'ak_local',
          json: { definitions },
        });
        return isAnswered(answer);
      }),
      { numRuns: 50 },
    );
  });

  it('any path and query is answered', async () => {
    const segment = fc.oneof(
      fc.webSegment(),
      fc.constantFrom('%00', '%ff', '..', 'user:x', '%2e%2e', "';--"),
    );
    const query = fc.dictionary(
      fc.constantFrom('anonymousId', 'userId', 'placements', 'x'),
      fc.string({ maxLength: 20 }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('visitors', 'journey', 'keys', 'x'),
        segment,
        query,
        async (room, last, search) => {
          const path = room === 'journey' ? '/v1/journey' : `/v1/${room}/${last}`;
          return isAnswered(await wend.get(`${path}?${new URLSearchParams(search)}`));
        },
      ),
      { numRuns: 50 },
    );
  });
});
