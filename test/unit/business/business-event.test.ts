import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type BusinessEvent,
  businessMessageId,
  compareBusinessEvents,
  personOf,
  visitorEventOf,
} from '../../../lib/domain/business/business-event.ts';

const revision = fc.record({
  at: fc.integer({ min: 0, max: 2 }),
  sequence: fc.oneof(fc.constant(null), fc.constantFrom('1', '01', '2', '10', 'a', 'b', '-1')),
  messageId: fc.constantFrom('x', 'y', 'z'),
});

describe('the messageId of a CloudEvent', () => {
  it('tells any two sources and ids apart', () => {
    const part = fc.stringMatching(/^[a:%3A25]{1,6}$/);
    fc.assert(
      fc.property(part, part, part, part, (source, id, otherSource, otherId) => {
        const same = source === otherSource && id === otherId;
        expect(businessMessageId(source, id) === businessMessageId(otherSource, otherId)).toBe(same);
      }),
    );
  });

  it('says where an event is from, and is bounded where that is long', () => {
    expect(businessMessageId('/flights', '7')).toBe('ce:/flights:7');
    const long = businessMessageId(`https://${'x'.repeat(400)}`, '7');
    expect(long.length).toBeLessThan(64);
    expect(long).not.toBe(businessMessageId(`https://${'x'.repeat(400)}`, '8'));
  });
});

describe('of two events of one type and subject', () => {
  const event = (at: number, sequence: string | null, messageId = 'm') => ({ at, sequence, messageId });

  it('the one of the later time is the later, whatever its sequence', () => {
    expect(compareBusinessEvents(event(2, '1'), event(1, '9'))).toBeGreaterThan(0);
  });

  it('of the same time the one of the higher sequence is, whole numbers by their value', () => {
    expect(compareBusinessEvents(event(1, '10'), event(1, '9'))).toBeGreaterThan(0);
    expect(compareBusinessEvents(event(1, '0010'), event(1, '9'))).toBeGreaterThan(0);
    expect(compareBusinessEvents(event(1, 'b'), event(1, 'a'))).toBeGreaterThan(0);
    expect(compareBusinessEvents(event(1, '1'), event(1, null))).toBeGreaterThan(0);
  });

  it('one is the later and the same one for everybody: the order is total', () => {
    fc.assert(
      fc.property(revision, revision, revision, (a, b, c) => {
        expect(Math.sign(compareBusinessEvents(a, b))).toBe(-Math.sign(compareBusinessEvents(b, a)) + 0);
        if (compareBusinessEvents(a, b) > 0 && compareBusinessEvents(b, c) > 0) {
          expect(compareBusinessEvents(a, c)).toBeGreaterThan(0);
        }
      }),
    );
  });
});

describe('a subject', () => {
  it('names a person where it says so, with an id that a person may have', () => {
    expect(personOf('user/u-1')).toBe('u-1');
    expect(personOf('user/a/b')).toBe('a/b');
    expect([personOf('user/'), personOf('users/u-1'), personOf(`user/${'x'.repeat(513)}`)]).toEqual([
      null,
      null,
      null,
    ]);
  });
});

describe('what a visitor gets', () => {
  it('is the same for each of them', () => {
    const event: BusinessEvent = {
      messageId: 'ce:s:1',
      type: 'flight.delayed',
      subject: 'flight/1',
      at: 5,
      receivedAt: 6,
      sequence: null,
      data: { delayMinutes: 40 },
    };
    expect(visitorEventOf(event)).toEqual({
      messageId: 'ce:s:1',
      type: 'business',
      name: 'flight.delayed',
      at: 5,
      receivedAt: 6,
      subject: 'flight/1',
      data: { delayMinutes: 40 },
      properties: {},
      traits: {},
      context: {},
    });
  });
});
