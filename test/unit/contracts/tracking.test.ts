import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readEvents, readInlineEvents, type TrackingCall } from '../../../lib/contracts/http/tracking.ts';
import type { VisitorEvent } from '../../../lib/domain/visitor/event.ts';
import { failsOn } from '../law.ts';

const RECEIVED = Date.parse('2026-11-22T08:00:00Z');
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const iso = (at: number): string => new Date(at).toISOString();

const options = () => {
  let next = 0;
  return { receivedAt: RECEIVED, newId: () => `new-${++next}` };
};

const read = (call: TrackingCall, body: unknown) => {
  const result = readEvents(call, body, options());
  if (result.outcome !== 'read') throw new Error(`expected to read, got ${result.outcome}`);
  return result;
};

const one = (call: TrackingCall, body: unknown): VisitorEvent => {
  const { events, rejected } = read(call, body);
  const [first] = events;
  if (first === undefined) throw new Error(JSON.stringify(rejected));
  return first.event;
};

const errorsOf = (call: TrackingCall, body: unknown) => read(call, body).rejected[0]?.errors ?? [];
const pathsOf = (call: TrackingCall, body: unknown) => errorsOf(call, body).map((error) => error.path);

describe('an event', () => {
  it('is what an SDK sends, normalised', () => {
    expect(
      one('track', {
        type: 'track',
        event: 'Product Viewed',
        messageId: 'm-1',
        userId: 7,
        anonymousId: null,
        timestamp: iso(RECEIVED - HOUR),
        properties: { sku: 'LIP-01' },
        context: { library: { name: 'x' }, locale: 'nl-NL', timezone: 'Europe/Amsterdam' },
        integrations: { All: true },
        _metadata: {},
      }),
    ).toEqual({
      messageId: 'm-1',
      type: 'track',
      name: 'Product Viewed',
      at: RECEIVED - HOUR,
      receivedAt: RECEIVED,
      userId: '7',
      properties: { sku: 'LIP-01' },
      traits: {},
      context: { locale: 'nl-NL', timezone: 'Europe/Amsterdam' },
    });
  });

  it('gets a messageId where it has none', () => {
    expect(one('track', { event: 'x', anonymousId: 'a' }).messageId).toBe('new-1');
    expect(one('track', { event: 'x', anonymousId: 'a', messageId: '' }).messageId).toBe('new-1');
  });

  it.each([
    ['identify', {}, 'identify'],
    ['page', {}, 'Page Viewed'],
    ['screen', {}, 'Screen Viewed'],
    ['group', { groupId: 'g' }, 'group'],
    ['alias', { userId: 'u', previousId: 'p' }, 'alias'],
  ] as const)('of %s is named by its call', (call, body, name) => {
    expect(one(call, { anonymousId: 'a', ...body }).name).toBe(name);
  });

  it('of the route counts for a single call, whatever type its body names', () => {
    expect(one('page', { type: 'track', anonymousId: 'a' }).type).toBe('page');
  });

  it("puts a page's name and category beside its properties, which win", () => {
    const event = one('page', {
      anonymousId: 'a',
      name: 'Home',
      category: 'Shop',
      properties: { name: 'Own' },
    });
    expect(event.properties).toEqual({ name: 'Own', category: 'Shop' });
  });

  it('joins the anonymous id where alias names no previous one', () => {
    expect(one('alias', { userId: 'u', anonymousId: 'a' }).previousId).toBe('a');
    expect(pathsOf('alias', { userId: 'u' })).toEqual(['previousId']);
    expect(pathsOf('alias', { previousId: 'p', anonymousId: 'a' })).toEqual(['userId']);
  });

  it('keeps consents that are true or false, and no other', () => {
    const context = { consent: { categoryPreferences: { ads: false, personalization: true, odd: 'yes' } } };
    expect(one('identify', { userId: 'u', context }).context.consents).toEqual({
      ads: false,
      personalization: true,
    });
    expect(one('identify', { userId: 'u', context: { consent: 'all', locale: 5 } }).context).toEqual({});
  });

  it('hands over its identity token apart from what is stored', () => {
    const { events } = read('identify', { userId: 'u', context: { identityToken: 'a.b.c' } });
    expect(events[0]?.identityToken).toBe('a.b.c');
    expect(JSON.stringify(events[0]?.event)).not.toContain('a.b.c');
  });

  it('loses keys that reach a prototype, and nothing else', () => {
    const body: unknown = JSON.parse(
      '{"anonymousId":"a","event":"x","properties":{"__proto__":{"p":1},"constructor":1,"n":{"prototype":2,"k":3}}}',
    );
    const { properties } = one('track', body);
    expect(properties).toEqual({ n: { k: 3 } });
    expect(Object.getPrototypeOf(properties)).toBe(Object.prototype);
  });
});

describe('an invalid event names what is wrong with it', () => {
  it.each<[string, TrackingCall, unknown, string[]]>([
    ['nobody', 'track', { event: 'x' }, ['anonymousId']],
    ['empty ids', 'track', { event: 'x', userId: '', anonymousId: '' }, ['anonymousId']],
    ['no event name', 'track', { anonymousId: 'a' }, ['event']],
    ['an empty event name', 'track', { anonymousId: 'a', event: '' }, ['event']],
    ['a long event name', 'track', { anonymousId: 'a', event: 'x'.repeat(201) }, ['event']],
    ['a long id', 'track', { anonymousId: 'a'.repeat(513), event: 'x' }, ['anonymousId']],
    [
      'a long messageId',
      'track',
      { anonymousId: 'a', event: 'x', messageId: 'm'.repeat(256) },
      ['messageId'],
    ],
    ['an id that is an object', 'identify', { userId: {} }, ['userId']],
    ['properties that are a list', 'track', { anonymousId: 'a', event: 'x', properties: [] }, ['properties']],
    ['traits that are text', 'identify', { userId: 'u', traits: 'x' }, ['traits']],
    ['a context that is text', 'identify', { userId: 'u', context: 'x' }, ['context']],
    ['no groupId', 'group', { userId: 'u' }, ['groupId']],
    ['a time that is none', 'track', { anonymousId: 'a', event: 'x', timestamp: 'yesterday' }, ['timestamp']],
    [
      'a day that is none',
      'track',
      { anonymousId: 'a', event: 'x', timestamp: '2026-02-30T00:00:00Z' },
      ['timestamp'],
    ],
    [
      'a time without a zone',
      'track',
      { anonymousId: 'a', event: 'x', timestamp: '2026-02-03T00:00:00' },
      ['timestamp'],
    ],
    ['a number as time', 'track', { anonymousId: 'a', event: 'x', timestamp: 5 }, ['timestamp']],
    ['a sentAt that is none', 'track', { anonymousId: 'a', event: 'x', sentAt: '?' }, ['sentAt']],
    [
      'the future',
      'track',
      { anonymousId: 'a', event: 'x', timestamp: iso(RECEIVED + DAY + 1) },
      ['timestamp'],
    ],
    [
      'an endless number',
      'track',
      { anonymousId: 'a', event: 'x', properties: { price: Number.POSITIVE_INFINITY } },
      ['properties.price'],
    ],
    ['text', 'track', 'x', ['']],
    ['nothing', 'track', null, ['']],
    ['a list', 'track', [], ['']],
  ])('%s', (_what, call, body, paths) => {
    expect(pathsOf(call, body)).toEqual(paths);
  });

  it('several things at once', () => {
    expect(pathsOf('track', { event: 5, properties: 5, userId: 'u' })).toEqual(['event', 'properties']);
  });

  it('and keeps the messageId to find it by', () => {
    expect(read('track', { messageId: 'm-9' }).rejected[0]?.messageId).toBe('m-9');
  });
});

describe('the size of an event', () => {
  const frame = JSON.stringify({ anonymousId: 'a', event: 'x', properties: { x: '' } }).length;
  const sized = (bytes: number, letter = 'y') => ({
    anonymousId: 'a',
    event: 'x',
    properties: { x: letter.repeat((bytes - frame) / Buffer.byteLength(letter)) },
  });

  it('may be 32 KB and not one byte more', () => {
    expect(errorsOf('track', sized(32 * 1024))).toEqual([]);
    expect(pathsOf('track', sized(32 * 1024 + 1))).toEqual(['']);
  });

  it('is counted in bytes, not in letters', () => {
    expect(errorsOf('track', sized(frame + 30_000, 'é'))).toEqual([]);
    expect(pathsOf('track', sized(frame + 34_000, 'é'))).toEqual(['']);
  });

  it('may be nested ten thousand levels deep without harm', () => {
    let nested: unknown = 1;
    for (let level = 0; level < 10_000; level += 1) nested = [nested];
    expect(errorsOf('track', { anonymousId: 'a', event: 'x', properties: { nested } })[0]?.message).toContain(
      'nesting',
    );
  });
});

describe('time', () => {
  const at = (body: object): number => one('track', { anonymousId: 'a', event: 'x', ...body }).at;

  it('is when it arrived where nothing is said', () => {
    expect(at({})).toBe(RECEIVED);
  });

  it('takes originalTimestamp where there is no timestamp', () => {
    expect(at({ originalTimestamp: iso(RECEIVED - 5) })).toBe(RECEIVED - 5);
  });

  it('reads offsets, and a date as its midnight', () => {
    expect(at({ timestamp: '2026-11-22T09:30:00.123456+02:00' })).toBe(
      Date.parse('2026-11-22T07:30:00.123Z'),
    );
    expect(at({ timestamp: '2026-11-20' })).toBe(Date.parse('2026-11-20T00:00:00Z'));
  });

  it('goes back as far as one likes', () => {
    expect(at({ timestamp: '1969-07-20T20:17:00Z' })).toBe(Date.parse('1969-07-20T20:17:00Z'));
    expect(at({ timestamp: '0001-01-01T00:00:00Z' })).toBeLessThan(0);
  });

  it('may be up to 24 hours ahead', () => {
    expect(at({ timestamp: iso(RECEIVED + DAY) })).toBe(RECEIVED + DAY);
  });

  it("is corrected where the sender's clock is off by more than 5 seconds", () => {
    const skew = 2 * DAY;
    expect(at({ timestamp: iso(RECEIVED + skew - HOUR), sentAt: iso(RECEIVED + skew) })).toBe(
      RECEIVED - HOUR,
    );
    expect(at({ timestamp: iso(RECEIVED - HOUR), sentAt: iso(RECEIVED - 5000) })).toBe(RECEIVED - HOUR);
    expect(at({ timestamp: iso(RECEIVED - HOUR), sentAt: iso(RECEIVED - 5001) })).toBe(
      RECEIVED - HOUR + 5001,
    );
  });

  it('of an event never moves against that of another with the same sender', () => {
    const law = (skewOf: (first: number, second: number, sent: number) => number) =>
      fc.property(
        fc.integer({ min: 0, max: 10 * DAY }),
        fc.integer({ min: 0, max: 10 * DAY }),
        fc.integer({ min: -DAY, max: DAY }),
        (first, second, skew) => {
          const sent = RECEIVED + skew;
          return skewOf(sent - first, sent - second, sent) === second - first;
        },
      );
    const correct = (first: number, second: number, sent: number) =>
      at({ timestamp: iso(first), sentAt: iso(sent) }) - at({ timestamp: iso(second), sentAt: iso(sent) });
    fc.assert(law(correct), { numRuns: 200 });
    // The planted bug corrects only what lies in the future.
    const clamp = (value: number) => Math.min(value, RECEIVED);
    expect(failsOn(law((first, second) => clamp(first) - clamp(second)))).toBe(true);
  });
});

describe('a batch', () => {
  const valid = { type: 'track', event: 'x', anonymousId: 'a' };

  it('is taken event by event: one that is invalid spoils no other', () => {
    const { events, rejected } = read('batch', {
      batch: [valid, { type: 'track', messageId: 'm-2' }, { type: 'odd', anonymousId: 'a' }, 5, valid],
    });
    expect(events.map((event) => event.index)).toEqual([0, 4]);
    expect(rejected).toMatchObject([
      { index: 1, messageId: 'm-2', errors: [{ path: 'event' }] },
      { index: 2, messageId: null, errors: [{ path: 'type' }] },
      { index: 3, messageId: null, errors: [{ path: '' }] },
    ]);
  });

  it('lends its context and times to events that have none', () => {
    const { events } = read('batch', {
      context: { locale: 'de', timezone: 'Europe/Berlin', identityToken: 't' },
      timestamp: iso(RECEIVED - HOUR),
      sentAt: iso(RECEIVED - 10_000),
      batch: [valid, { ...valid, context: { locale: 'fr' }, timestamp: iso(RECEIVED - 2 * HOUR) }],
    });
    expect(events[0]).toMatchObject({
      identityToken: 't',
      event: { at: RECEIVED - HOUR + 10_000, context: { locale: 'de', timezone: 'Europe/Berlin' } },
    });
    expect(events[1]).toMatchObject({
      identityToken: 't',
      event: { at: RECEIVED - 2 * HOUR + 10_000, context: { locale: 'fr', timezone: 'Europe/Berlin' } },
    });
  });

  it.each([
    [{}, 'batch'],
    [{ batch: 'x' }, 'batch'],
    [{ batch: [], sentAt: 'x' }, 'sentAt'],
    [{ batch: [], context: [] }, 'context'],
    [null, ''],
    [[], ''],
  ])('that is none is refused: %j', (body, path) => {
    expect(readEvents('batch', body, options())).toMatchObject({ outcome: 'invalid', errors: [{ path }] });
  });

  it('may be empty', () => {
    expect(read('batch', { batch: [] })).toMatchObject({ events: [], rejected: [] });
  });

  it('holds 2,500 events and no more', () => {
    const many = (count: number) => ({ batch: Array.from({ length: count }, () => valid) });
    expect(read('batch', many(2500)).events).toHaveLength(2500);
    expect(readEvents('batch', many(2501), options())).toEqual({ outcome: 'too-many', limit: 2500 });
  });

  it('of any JSON at all is read without a throw, each event taken or rejected once', () => {
    const law = (reader: typeof readEvents) =>
      fc.property(fc.array(fc.oneof(fc.jsonValue(), fc.constant(valid))), (batch) => {
        const result = reader('batch', { batch }, options());
        if (result.outcome !== 'read') return false;
        const indexes = [...result.events, ...result.rejected]
          .map((entry) => entry.index)
          .toSorted((a, b) => a - b);
        return indexes.length === batch.length && indexes.every((index, position) => index === position);
      });
    fc.assert(law(readEvents));
    // The planted bug loses what is rejected.
    const losing: typeof readEvents = (...given) => {
      const result = readEvents(...given);
      return result.outcome === 'read' ? { ...result, rejected: [] } : result;
    };
    expect(failsOn(law(losing))).toBe(true);
  });
});

describe('events inside another request', () => {
  it('inherit its ids where they have none', () => {
    const result = readInlineEvents(
      [
        { type: 'track', event: 'x' },
        { type: 'page', anonymousId: 'a' },
      ],
      'events',
      { userId: 'u', anonymousId: 'a' },
      options(),
    );
    expect(result).toMatchObject({
      ok: true,
      events: [
        { event: { userId: 'u', anonymousId: 'a', at: RECEIVED } },
        { event: { userId: 'u', anonymousId: 'a' } },
      ],
    });
  });

  it('stay with whom they name, where that is not who asks', () => {
    const ids = { userId: 'u', anonymousId: 'a' };
    const values = [
      { type: 'page', anonymousId: 'other' },
      { type: 'page', userId: 'other' },
    ];
    const result = readInlineEvents(values, 'events', ids, options());
    expect(result.ok ? result.events.map(({ event }) => [event.userId, event.anonymousId]) : []).toEqual([
      [undefined, 'other'],
      ['other', undefined],
    ]);
  });

  it('refuse it with their path where one is invalid', () => {
    const result = readInlineEvents(
      [{ type: 'page' }, { type: 'track', properties: 5 }, 'x'],
      'recent',
      { anonymousId: 'a' },
      options(),
    );
    expect(result.ok ? [] : result.errors.map((error) => error.path)).toEqual([
      'recent[1].event',
      'recent[1].properties',
      'recent[2]',
    ]);
  });
});
