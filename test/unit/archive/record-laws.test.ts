import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { archivedFactsSchema } from '../../../lib/contracts/archive.ts';
import { eventSchema } from '../../../lib/contracts/bus.ts';
import { NONCE_BYTES } from '../../../lib/domain/archive/cipher.ts';
import {
  type Application,
  recordOf,
  takeApart,
  tombstoneRecordOf,
} from '../../../lib/domain/archive/record.ts';
import type { VisitorEvent } from '../../../lib/domain/visitor/event.ts';
import { STRANGER } from '../../../lib/domain/visitor/state.ts';
import { openEvent, readLine } from '../../../lib/service/archive/read-line.ts';
import { failsOn } from '../law.ts';
import { apply, arrivalsOf, event, historyOf, memoryOf, visitorOf } from '../visitor/people.ts';
import { applicationOf, keys } from './archived.ts';

const HOME = 'vAAAAAAAAAAAAAAAAAAAAAA';
const KEY = new Uint8Array(32).fill(7);

const nonceOf = (index: number): Uint8Array => {
  const nonce = Buffer.alloc(NONCE_BYTES);
  nonce.writeUInt32BE(index);
  return nonce;
};

type Archive = (events: readonly VisitorEvent[], application: Application) => readonly string[];

const archive: Archive = (events, application) =>
  events.map((one, index) => recordOf({ home: HOME, event: one }, application, nonceOf(index)));

/** As they come off the bus. */
const histories = historyOf(fc.constant({ userId: 'u', anonymousId: 'a' })).map((events) =>
  events.map((one) => eventSchema.parse(JSON.parse(JSON.stringify(one)))),
);

const opened = (lines: readonly string[], key: Uint8Array): readonly VisitorEvent[] =>
  lines.flatMap((line) => {
    const record = takeApart(line);
    return (record && openEvent(record, key)?.event) ?? [];
  });

/** Whoever was made of events is made of what was archived of them: in any order, some of it twice. */
const makesTheSamePerson = (how: Archive) =>
  fc.property(
    histories.chain((events) => arrivalsOf(events).map((arrivals) => ({ events, order: arrivals.flat() }))),
    keys,
    ({ events, order }, key) => {
      const again = opened(how(order, applicationOf(key)), key);
      return memoryOf(apply(STRANGER, again)) === memoryOf(visitorOf(events));
    },
  );

const forgetful: Archive = (events, application) =>
  archive(
    events.map((one) => ({ ...one, properties: {} })),
    application,
  );

const named = event({
  messageId: 'message-of-ann',
  name: 'Order Completed',
  userId: 'ann@shop.example',
  anonymousId: 'device-of-ann',
  properties: { order_id: 'order-of-ann', revenue: 25.1, email: 'ann@home.example', currency: 'EUR' },
  traits: { firstName: 'Ann' },
  context: { locale: 'nl-NL' },
});

const PERSONAL = ['ann', 'Ann', 'device', 'nl-NL', HOME, 'order-of'];

describe('an archived event', () => {
  it('makes the same person again, and an archive that forgets properties is noticed', () => {
    fc.assert(makesTheSamePerson(archive), { numRuns: 60 });
    expect(failsOn(makesTheSamePerson(forgetful))).toBe(true);
  });

  it('is read as what it is, and opened under its key alone', () => {
    fc.assert(
      fc.property(histories, keys, keys, (events, key, other) => {
        fc.pre(Buffer.compare(key, other) !== 0);
        return archive(events, applicationOf(key)).every((line, index) => {
          const read = readLine(line);
          if (read.kind !== 'event') return false;
          const found = openEvent(read.record, key);
          return (
            found?.home === HOME &&
            found.event.messageId === events[index]?.messageId &&
            openEvent(read.record, other) === null
          );
        });
      }),
    );
  });

  it('says in clear what can be counted, and nothing of the person', () => {
    const [line = ''] = archive([named], applicationOf(KEY));
    for (const word of PERSONAL) expect(line, word).not.toContain(word);
    const { sealed: _, ...clear } = JSON.parse(line);
    expect(archivedFactsSchema.parse(clear)).toEqual({
      v: 1,
      id: expect.stringMatching(/^[\w-]{22}$/),
      name: 'Order Completed',
      type: 'track',
      receivedAt: '2026-01-01T00:00:00.000Z',
      appliedAt: '2026-01-01T12:00:00.000Z',
      day: '2026-01-01',
      catalog: 7,
      amount: 2510,
      currency: 'EUR',
      key: 'hidden',
    });
  });

  it.each([
    ['Order Refunded', { order_id: 'o', total: 5, currency: 'usd' }, { amount: 500, currency: 'USD' }],
    ['Order Refunded', { order_id: 'o' }, {}],
    ['Order Cancelled', { order_id: 'o' }, {}],
    ['Product Viewed', { price: 5 }, {}],
  ])('of %s %j counts %j', (name, properties, expected) => {
    const [line = ''] = archive([event({ messageId: 'm', name, properties })], applicationOf(KEY));
    const { amount, currency } = archivedFactsSchema.parse(JSON.parse(line));
    expect(JSON.parse(JSON.stringify({ amount, currency }))).toEqual(expected);
  });

  it('has an id by which a repeat is told, of which another key makes another', () => {
    const idOf = (key: Uint8Array, nonce: number) =>
      JSON.parse(recordOf({ home: HOME, event: named }, applicationOf(key), nonceOf(nonce))).id;
    expect(idOf(KEY, 1)).toBe(idOf(KEY, 2));
    expect(idOf(KEY, 1)).not.toBe(idOf(new Uint8Array(32), 1));
  });

  it('does not open where a fact in clear was changed', () => {
    const [line = ''] = archive([named], applicationOf(KEY));
    const forged = takeApart(line.replace('"amount":2510', '"amount":9990'));
    expect(forged).not.toBeNull();
    expect(forged && openEvent(forged, KEY)).toBeNull();
  });
});

describe('a line of the archive', () => {
  it('may tell of a tombstone', () => {
    const erasedAt = Date.UTC(2026, 1, 1);
    expect(readLine(tombstoneRecordOf('abc', erasedAt))).toEqual({
      kind: 'tombstone',
      name: 'abc',
      erasedAt,
    });
  });

  it.each([
    '',
    '{',
    'null',
    '{"v":2}',
    '{"v":1,"sealed":"x"}',
    'x,"sealed":"y"}',
    '{"v":1,"tombstone":"n","erasedAt":"soon"}',
  ])('is unreadable where it is %j', (line) => {
    expect(readLine(line)).toEqual({ kind: 'unreadable' });
  });
});
