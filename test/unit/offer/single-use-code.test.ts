import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CodeSeries,
  canonicalCode,
  codeOf,
  serialOf,
} from '../../../lib/domain/offer/single-use-code.ts';
import { failsOn } from '../law.ts';

const SECRET = Buffer.alloc(32, 7);
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

const anySecret = fc.uint8Array({ minLength: 32, maxLength: 32 });
const anySerial = fc.oneof(fc.integer({ min: 0, max: 999_999 }), fc.constantFrom(0, 1, 999_999));
const anySeries: fc.Arbitrary<CodeSeries> = fc.record({
  offerId: fc.constantFrom('welcome', 'bye', 'w'),
  prefix: fc.constantFrom('', 'W-', 'Hello-', 'oil_', 'B2B-'),
});

const serial = (secret: Uint8Array, series: CodeSeries, typed: string) =>
  serialOf(secret, series, canonicalCode(typed));

/** Ways in which people type a code. */
const anyTyping = fc.constantFrom<(code: string) => string>(
  (code) => code,
  (code) => code.toLowerCase(),
  (code) => `  ${code}\n`,
  (code) => code.replaceAll('-', ''),
  (code) => code.replaceAll('-', ' – '),
  (code) => code.replaceAll('0', 'o').replaceAll('1', 'l'),
  (code) => code.replaceAll('0', 'O').replaceAll('1', 'I'),
);

describe('a single-use code', () => {
  it('tells its serial number again, however it is typed', () => {
    fc.assert(
      fc.property(anySecret, anySeries, anySerial, anyTyping, (secret, series, number, typing) => {
        expect(serial(secret, series, typing(codeOf(secret, series, number)))).toBe(number);
      }),
    );
  });

  it('is the same each time, sixteen characters in groups of four after its prefix', () => {
    const series = { offerId: 'welcome', prefix: 'W-' };
    expect(codeOf(SECRET, series, 12)).toBe(codeOf(SECRET, series, 12));
    expect(codeOf(SECRET, series, 12)).toMatch(/^W-(?:[0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/);
    // Known answers: codes that were printed once hold for good.
    expect(codeOf(SECRET, series, 0)).toMatchInlineSnapshot(`"W-GJCF-88G8-SX94-BGQ5"`);
    expect(codeOf(SECRET, series, 999_999)).toMatchInlineSnapshot(`"W-P23T-MRHR-J2CK-NJS7"`);
  });

  const refusesChanges = (read: typeof serial) =>
    fc.property(
      anySecret,
      anySeries,
      anySerial,
      fc.nat({ max: 15 }),
      fc.integer({ min: 1, max: 31 }),
      (secret, series, number, place, shift) => {
        const code = canonicalCode(codeOf(secret, { ...series, prefix: '' }, number));
        const other = ALPHABET.charAt((ALPHABET.indexOf(code.charAt(place)) + shift) % 32);
        const changed = `${series.prefix}${code.slice(0, place)}${other}${code.slice(place + 1)}`;
        return read(secret, series, changed) === null;
      },
    );

  it('is refused with any one character changed', () => {
    fc.assert(refusesChanges(serial), { numRuns: 2000 });
    // A planted bug: the last character is not looked at.
    const careless: typeof serial = (secret, series, typed) =>
      [...ALPHABET]
        .map((last) => serial(secret, series, typed.slice(0, -1) + last))
        .find((one) => one !== null) ?? null;
    expect(failsOn(refusesChanges(careless))).toBe(true);
  });

  it('is no code of another offer, another environment or another prefix', () => {
    const series = { offerId: 'welcome', prefix: 'W-' };
    const code = codeOf(SECRET, series, 5);
    expect(serial(SECRET, series, code)).toBe(5);
    expect(serial(SECRET, { ...series, offerId: 'bye' }, code)).toBeNull();
    expect(serial(Buffer.alloc(32, 8), series, code)).toBeNull();
    expect(serial(SECRET, { ...series, prefix: 'X-' }, code)).toBeNull();
    expect(serial(SECRET, { ...series, prefix: '' }, code)).toBeNull();
  });

  it.each([
    '',
    'W-',
    'W-1',
    '💥'.repeat(16),
    `W-${'U'.repeat(16)}`,
    'W-'.repeat(5000),
    'ß'.repeat(18),
    '\u0000',
  ])('is not what somebody types as %j', (typed) => {
    expect(serial(SECRET, { offerId: 'welcome', prefix: 'W-' }, typed)).toBeNull();
  });

  it('has no twin among a hundred thousand, and shows nothing of their order', () => {
    const series = { offerId: 'welcome', prefix: '' };
    const secret = randomBytes(32);
    const codes = Array.from({ length: 100_000 }, (_, number) => codeOf(secret, series, number));
    expect(new Set(codes).size).toBe(codes.length);
    const heads = new Set(codes.slice(0, 1000).map((code) => code.slice(0, 4)));
    const ends = new Set(codes.slice(0, 1000).map((code) => code.slice(-4)));
    expect(heads.size).toBeGreaterThan(990);
    expect(ends.size).toBeGreaterThan(990);
    expect([...codes].sort()).not.toEqual(codes);
  });
});
