import { describe, expect, it } from 'vitest';
import { decide } from '../../../lib/domain/decision/decide.ts';
import { localTime, zoneAmong } from '../../../lib/domain/visitor/local-time.ts';
import { profileOf } from '../../../lib/domain/visitor/profile.ts';
import { STRANGER } from '../../../lib/domain/visitor/state.ts';
import { catalogOf, definitionsOf } from '../catalog/support.ts';

const NOON = Date.UTC(2026, 10, 22, 12);

describe("a visitor's own time", () => {
  it('is that of the first zone that exists, and of UTC where none does', () => {
    expect(zoneAmong([undefined, 'Nowhere/None', 'Asia/Tokyo', 'Europe/Paris'])).toBe('Asia/Tokyo');
    expect(zoneAmong([7, null, 'Nowhere/None'])).toBe('UTC');
  });

  it('has the hour, the ISO weekday and the date of the zone', () => {
    expect(localTime(NOON, 'Asia/Tokyo')).toEqual({ hour: 21, weekday: 7, date: '2026-11-22' });
    expect(localTime(NOON, 'Pacific/Kiritimati')).toEqual({ hour: 2, weekday: 1, date: '2026-11-23' });
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
