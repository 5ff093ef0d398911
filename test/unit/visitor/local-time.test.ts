import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide } from '../../../lib/domain/decision/decide.ts';
import { localTime, zoneAmong } from '../../../lib/domain/visitor/local-time.ts';
import { profileOf } from '../../../lib/domain/visitor/profile.ts';
import { STRANGER } from '../../../lib/domain/visitor/state.ts';
import { catalogOf, definitionsOf } from '../catalog/support.ts';

const NOON = Date.UTC(2026, 10, 22, 12);

/** Whole hours off, halves, quarters, and clocks that jump by half an hour, at midnight, or back over a day. */
const ZONES = [
  'UTC',
  'America/New_York',
  'Asia/Kathmandu',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'Africa/Casablanca',
  'America/Havana',
  'Pacific/Apia',
  'Pacific/Chatham',
];

const clocks = new Map(
  ZONES.map((timeZone) => [
    timeZone,
    new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short', timeStyle: 'short', hourCycle: 'h23' }),
  ]),
);

type Clock = (at: number, zone: string) => { readonly hour: number; readonly date: string };

const isThatOfClocks = (clock: Clock) =>
  fc.property(
    fc.constantFrom(...ZONES),
    fc.array(fc.integer({ min: Date.UTC(1999, 11), max: Date.UTC(2040, 0) }), {
      minLength: 1,
      maxLength: 20,
    }),
    fc.integer({ min: 0, max: 45 * 60_000 }),
    (zone, moments, later) => {
      for (const at of moments.flatMap((moment) => [moment, moment + later])) {
        const { hour, date } = clock(at, zone);
        expect(`${date}, ${String(hour).padStart(2, '0')}`).toBe(clocks.get(zone)?.format(at).slice(0, 14));
      }
    },
  );

describe("a visitor's own time", () => {
  it('is that of the first zone that exists, and of UTC where none does', () => {
    expect(zoneAmong([undefined, 'Nowhere/None', 'Asia/Tokyo', 'Europe/Paris'])).toBe('Asia/Tokyo');
    expect(zoneAmong([7, null, 'Nowhere/None'])).toBe('UTC');
  });

  it('has the hour, the ISO weekday and the date of the zone', () => {
    expect(localTime(NOON, 'Asia/Tokyo')).toEqual({ hour: 21, weekday: 7, date: '2026-11-22' });
    expect(localTime(NOON, 'Pacific/Kiritimati')).toEqual({ hour: 2, weekday: 1, date: '2026-11-23' });
  });

  it('is what the clocks of the zone show, whatever was asked before', () => {
    fc.assert(isThatOfClocks(localTime), { numRuns: 300 });
  });

  it('would be seen to be remembered for a whole hour', () => {
    const hourly: Clock = (at, zone) => localTime(Math.floor(at / 3_600_000) * 3_600_000, zone);
    expect(() => fc.assert(isThatOfClocks(hourly), { numRuns: 300 })).toThrow();
  });

  it('is the same for conditions and for templates, whatever the browser calls its zone', () => {
    const content = "{{ now.hour }} {{ now | date: '%H' }}";
    const definition = { kind: 'experience', id: 'e', placement: 'p', where: { 'now.hour': 21 }, content };
    const profile = { ...profileOf(STRANGER, 'v', 's'), context: { timezone: 'Asia/Tokyo' } };
    const { answer } = decide({
      catalog: catalogOf(definitionsOf([definition])),
      profile,
      request: {
        placements: [{ id: 'p', limit: 1 }],
        channel: null,
        cart: null,
        context: { timezone: 'Mars/Olympus' },
        account: null,
        explain: false,
      },
      now: NOON,
      decisionId: 'd',
      unread: false,
      warnings: [],
    });
    expect(answer.placements['p']?.items[0]?.content).toBe('21 21');
  });
});
