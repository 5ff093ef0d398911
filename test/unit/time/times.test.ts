import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addDuration,
  type Duration,
  fixedMilliseconds,
  maximumMilliseconds,
  parseDuration,
  subtractDuration,
} from '../../../lib/domain/time/duration.ts';
import { formatInstant, parseInstant } from '../../../lib/domain/time/instant.ts';

const durationOf = (text: string): Duration => {
  const duration = parseDuration(text);
  if (duration === null) throw new Error(text);
  return duration;
};
const at = (text: string): number => Date.parse(text);

describe('a duration', () => {
  it('is read in all its parts', () => {
    expect(durationOf('P1Y2M3W4DT5H6M7.5S')).toMatchObject({
      years: 1,
      months: 2,
      days: 25,
      milliseconds: ((5 * 60 + 6) * 60 + 7) * 1000 + 500,
    });
  });
  it.each([
    '',
    'P',
    'PT',
    'P1',
    '1D',
    'P-1D',
    '-P1D',
    'P1.5D',
    'PT1D',
    'P1H',
    'P1D2W',
    'p1d',
    'P1DT',
    'P201Y',
  ])('is not %j', (text) => {
    expect(parseDuration(text)).toBe(null);
  });
  it('has a length where no months or years leave it open, and an upper bound always', () => {
    expect(fixedMilliseconds(durationOf('P1DT1H'))).toBe(25 * 3_600_000);
    expect(fixedMilliseconds(durationOf('P1M'))).toBe(null);
    expect(maximumMilliseconds(durationOf('P1M'))).toBe(31 * 86_400_000);
  });
  it('is added by the calendar', () => {
    expect(addDuration(at('2026-01-31T10:00:00Z'), durationOf('P1M'))).toBe(at('2026-02-28T10:00:00Z'));
    expect(subtractDuration(at('2026-03-31T10:00:00Z'), durationOf('P1M'))).toBe(at('2026-02-28T10:00:00Z'));
    expect(addDuration(at('2024-02-29T00:00:00Z'), durationOf('P1Y'))).toBe(at('2025-02-28T00:00:00Z'));
  });
  it('keeps the time of day of its zone over a change of the clock, while hours stay exact', () => {
    const saturday = at('2026-03-28T09:00:00+01:00');
    expect(addDuration(saturday, durationOf('P1D'), 'Europe/Amsterdam')).toBe(
      at('2026-03-29T09:00:00+02:00'),
    );
    expect(addDuration(saturday, durationOf('PT24H'), 'Europe/Amsterdam')).toBe(
      at('2026-03-29T10:00:00+02:00'),
    );
  });
});

const checkInstants = (parse: typeof parseInstant) =>
  fc.check(
    fc.property(
      fc.date({
        min: new Date('0000-01-01T00:00:00Z'),
        max: new Date('9999-12-31T23:59:59Z'),
        noInvalidDate: true,
      }),
      (date) => parse(date.toISOString()) === date.getTime(),
    ),
    { numRuns: 5000, examples: [[new Date('2024-02-29T12:00:00Z')]] },
  );

describe('an instant', () => {
  it('is read as Date would where both accept it', () => {
    expect(checkInstants(parseInstant).failed).toBe(false);
  });
  it('is seen not to be when a leap day is forgotten', () => {
    const broken = (text: string): number | null => {
      const instant = parseInstant(text);
      return instant !== null && text.slice(5, 10) === '02-29' ? instant + 86_400_000 : instant;
    };
    expect(checkInstants(broken).failed).toBe(true);
  });
  it('has offsets, fractions of any length and leap seconds', () => {
    expect(parseInstant('2026-11-22T09:00:00.123456+01:00')).toBe(at('2026-11-22T08:00:00.123Z'));
    expect(parseInstant('2016-12-31T23:59:60Z')).toBe(at('2017-01-01T00:00:00Z'));
    expect(formatInstant(0)).toBe('1970-01-01T00:00:00.000Z');
  });
  it('is written as toISOString writes it, whatever was written before', () => {
    const instants = fc.oneof(
      fc.double({ min: -8.64e15, max: 8.64e15, noNaN: true }),
      fc.integer({ min: -200_000_000, max: 200_000_000 }),
    );
    fc.assert(
      fc.property(fc.array(instants), (list) => {
        for (const one of list) expect(formatInstant(one)).toBe(new Date(one).toISOString());
      }),
    );
  });
  it.each([
    '2026-11-22',
    '2026-02-30T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-11-22T24:00:00Z',
    '2026-11-22T00:00:00',
    '2026-11-22 00:00:00Z',
    '2026-11-22T00:00:00.Z',
    '2026-11-22T00:00:00+0100',
    '2026-11-22T00:00:00Zx',
    'Sun, 22 Nov 2026 00:00:00 GMT',
  ])('is not %j', (text) => {
    expect(parseInstant(text)).toBe(null);
  });
});
