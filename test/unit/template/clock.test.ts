import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { momentOf, wallTimeAt, weeksSince } from '../../../lib/domain/template/clock.ts';
import { compileContent } from '../../../lib/domain/template/compile-content.ts';
import { renderContent } from '../../../lib/domain/template/render-content.ts';
import { strftime } from '../../../lib/domain/template/strftime.ts';

const now = Date.parse('2026-11-22T23:30:00Z');

const print = (text: string, timezone = 'UTC', roots: { [root: string]: unknown } = {}): unknown => {
  const compiled = compileContent(text);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.errors));
  const result = renderContent(compiled.template, { now, timezone, roots });
  return result.ok ? result.content : result;
};

describe('the clock of a template', () => {
  it("is the decision's, however it is asked for", () => {
    for (const text of [
      "{{ 'now' | date: '%F %T' }}",
      "{{ now | date: '%F %T' }}",
      "{{ 'today' | date: '%F %T' }}",
    ]) {
      expect(print(text)).toBe('2026-11-22 23:30:00');
    }
    expect(print('{{ now }}')).toBe('2026-11-22T23:30:00.000Z');
  });

  it("shows the visitor's time zone, over changes to summer time", () => {
    expect(print("{{ now | date: '%F %H:%M %z %Z' }}", 'Asia/Tokyo')).toBe(
      '2026-11-23 08:30 +0900 Asia/Tokyo',
    );
    expect(print("{{ '2026-07-01T12:00:00Z' | date: '%H:%M %:z' }}", 'Europe/Amsterdam')).toBe(
      '14:00 +02:00',
    );
    expect(print("{{ now | date: '%H' }}", 'Not/AZone')).toBe('23');
    expect(print("{{ now | date: '%H', 'America/New_York' }}", 'UTC')).toBe('18');
    expect(print("{{ now | date: '%H', -60 }}", 'UTC')).toBe('00');
  });

  it('keeps a date without a time on its own day, wherever the visitor is', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('UTC', 'Pacific/Kiritimati', 'Pacific/Pago_Pago', 'America/New_York', 'Asia/Kolkata'),
        fc.date({ min: new Date('1950-01-01'), max: new Date('2050-01-01'), noInvalidDate: true }),
        (timezone, date) => {
          const text = date.toISOString().slice(0, 10);
          expect(print(`{{ '${text}' | date: '%F' }}`, timezone)).toBe(text);
        },
      ),
      { numRuns: 200 },
    );
  });

  it("does not depend on the machine's time zone", () => {
    const before = process.env['TZ'];
    try {
      const printed = ['UTC', 'Asia/Tokyo', 'America/St_Johns'].map((zone) => {
        process.env['TZ'] = zone;
        return [
          print("{{ '2026-03-29 02:30' | date: '%c' }}", 'Europe/Amsterdam'),
          print("{{ 'March 14, 2016' | date: '%c' }}"),
          print("{{ '2026-03-29T02:30:00' | date_to_xmlschema }}"),
        ];
      });
      expect(printed[1]).toEqual(printed[0]);
      expect(printed[2]).toEqual(printed[0]);
    } finally {
      if (before === undefined) Reflect.deleteProperty(process.env, 'TZ');
      else process.env['TZ'] = before;
    }
  });

  it('passes on what is no date', () => {
    expect(print("{{ 'soon' | date: '%F' }}")).toBe('soon');
    expect(print("{{ nothing | date: '%F' }}")).toBe('');
    expect(momentOf(Number.NaN, { now, timezone: 'UTC' })).toBeNull();
    expect(momentOf(1e300, { now, timezone: 'UTC' })).toBeNull();
    expect(momentOf('2026-13-45', { now, timezone: 'UTC' })).toBeNull();
  });

  it('prints as strftime does', () => {
    const at = Date.parse('2026-01-03T04:05:06.007Z');
    const time = wallTimeAt(at, 'UTC');
    expect(strftime('%a %A %b %B %d %e %-d %H %I %l %j %m %M %p %P %q %S %L %u %w %y %Y %%', time)).toBe(
      'Sat Saturday Jan January 03  3 3 04 04  4 003 01 05 AM am rd 06 007 6 6 26 2026 %',
    );
    expect(strftime('%^a %_m %5d %v %s', time)).toBe(`SAT  1 00003 %v ${Math.floor(at / 1000)}`);
    expect(strftime('%U %W %C', wallTimeAt(Date.parse('2026-12-31T00:00:00Z'), 'UTC'))).toBe('52 52 20');
    expect(
      ['1', '2', '3', '11', '21'].map((day) =>
        print(`{{ '2026-05-${day.padStart(2, '0')}' | date_to_long_string: 'ordinal' }}`),
      ),
    ).toEqual(['1st May 2026', '2nd May 2026', '3rd May 2026', '11th May 2026', '21st May 2026']);
  });
});

describe('weeks_since', () => {
  it("counts whole weeks on the visitor's calendar", () => {
    expect(
      print('{{ visitor.traits.born | weeks_since }}', 'UTC', {
        visitor: { traits: { born: '2026-11-15' } },
      }),
    ).toBe('1');
    expect(print("{{ '2026-11-16' | weeks_since }}")).toBe('0');
    // In Tokyo it is the 23rd already.
    expect(print("{{ '2026-11-16' | weeks_since }}", 'Asia/Tokyo')).toBe('1');
    expect(print("{{ '2026-12-25' | weeks_since }}")).toBe('-4');
    expect(print("{{ nothing | weeks_since | default: '?' }}")).toBe('?');
  });

  it('turns at midnight, an hour lost or won in between or not', () => {
    const born = momentOf('2026-03-22', { now, timezone: 'Europe/Amsterdam' }) ?? 0;
    const week = Date.parse('2026-03-28T23:00:00Z');
    const later = Date.parse('2026-04-04T22:00:00Z');
    expect(weeksSince(born, { now: week, timezone: 'Europe/Amsterdam' })).toBe(1);
    expect(weeksSince(born, { now: later, timezone: 'Europe/Amsterdam' })).toBe(2);
    expect(weeksSince(born, { now: later - 1, timezone: 'Europe/Amsterdam' })).toBe(1);
  });
});
