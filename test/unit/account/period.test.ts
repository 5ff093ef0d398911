import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { periodOf } from '../../../lib/domain/account/period.ts';
import type { Duration } from '../../../lib/domain/time/duration.ts';
import { parseDuration } from '../../../lib/domain/time/duration.ts';
import { failsOn } from '../law.ts';

const durationOf = (text: string): Duration => {
  const parsed = parseDuration(text);
  if (parsed === null) throw new Error(text);
  return parsed;
};

const period = (per: string, at: string, zone = 'Europe/Amsterdam') => {
  const { key, until } = periodOf(durationOf(per), Date.parse(at), zone);
  return [key, new Date(until).toISOString()];
};

describe('a period of spending', () => {
  it.each([
    ['P1M', '2027-03-31T21:59:59Z', 'P1M/2027-03-01', '2027-03-31T22:00:00.000Z'],
    ['P1M', '2027-03-31T22:00:00Z', 'P1M/2027-04-01', '2027-04-30T22:00:00.000Z'],
    ['P3M', '2027-03-31T21:59:59Z', 'P3M/2027-01-01', '2027-03-31T22:00:00.000Z'],
    ['P1Y', '2026-12-31T23:00:00Z', 'P1Y/2027-01-01', '2027-12-31T23:00:00.000Z'],
    ['P1W', '2026-11-29T22:59:59Z', 'P1W/2026-11-23', '2026-11-29T23:00:00.000Z'],
    ['P1D', '2026-10-25T12:00:00Z', 'P1D/2026-10-25', '2026-10-25T23:00:00.000Z'],
    ['PT6H', '2026-11-26T13:00:00Z', 'PT6H/2026-11-26T12:00:00.000Z', '2026-11-26T18:00:00.000Z'],
  ])('of %s is the calendar’s at %s', (per, at, key, until) => {
    expect(period(per, at)).toEqual([key, until]);
  });

  it('is each zone’s own', () => {
    expect(period('P1M', '2026-11-30T23:30:00Z', 'UTC')[0]).toBe('P1M/2026-11-01');
    expect(period('P1M', '2026-11-30T23:30:00Z')[0]).toBe('P1M/2026-12-01');
    expect(period('P1M', '2026-12-01T03:30:00Z', 'America/New_York')[0]).toBe('P1M/2026-11-01');
  });
});

const moments = fc.record({
  per: fc.constantFrom('P1D', 'P7D', 'P30D', 'P1M', 'P3M', 'P1Y', 'PT1H', 'PT36H'),
  zone: fc.constantFrom('UTC', 'Europe/Amsterdam', 'America/New_York', 'Asia/Kolkata', 'Pacific/Apia'),
  at: fc.integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2050, 0, 1) }),
  later: fc.integer({ min: 0, max: 400 * 86_400_000 }),
});

/** Two moments are of one period exactly where none began between them. */
const partition = (of: typeof periodOf) =>
  fc.property(moments, ({ per, zone, at, later }) => {
    const duration = durationOf(per);
    const first = of(duration, at, zone);
    const second = of(duration, at + later, zone);
    expect(first.until).toBeGreaterThan(at);
    expect(second.key === first.key).toBe(at + later < first.until);
    expect(of(duration, first.until - 1, zone)).toEqual(first);
    expect(of(duration, first.until, zone).key).not.toBe(first.key);
  });

describe('periods one after the other', () => {
  it('have every moment in exactly one of them', () => {
    fc.assert(partition(periodOf), { numRuns: 300 });
  });

  it('are seen to fail where a period has the end of another zone', () => {
    const broken: typeof periodOf = (per, at, zone) => ({
      ...periodOf(per, at, zone),
      until: periodOf(per, at, 'UTC').until,
    });
    expect(failsOn(partition(broken))).toBe(true);
  });
});
