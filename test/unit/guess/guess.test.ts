import { describe, expect, it } from 'vitest';
import { endOfHour, guesserAt, guessOf, hourOf } from '../../../lib/domain/guess/guess.ts';

const SECRET = Buffer.alloc(32, 1);
const idOf = (address: string) => guesserAt(SECRET, address).id;

describe('a guesser', () => {
  it('is one address of IPv4, written in IPv6 or not', () => {
    expect(idOf('203.0.113.7')).toBe(idOf('::ffff:203.0.113.7'));
    expect(idOf('203.0.113.7')).not.toBe(idOf('203.0.113.8'));
  });

  it('is a network of IPv6, of which one customer has 2^64 addresses', () => {
    expect(idOf('2001:db8:1:2::1')).toBe(idOf('2001:0db8:0001:0002:ffff:ffff:ffff:ffff'));
    expect(idOf('2001:db8::1')).toBe(idOf('2001:db8:0:0:1::'));
    expect(idOf('2001:db8:1:2::1')).not.toBe(idOf('2001:db8:1:3::1'));
    expect(idOf('::1')).toBe(idOf('::2'));
  });

  it('is not to be told from its hash without the secret', () => {
    expect(idOf('203.0.113.7')).not.toContain('203');
    expect(guesserAt(Buffer.alloc(32, 2), '203.0.113.7').id).not.toBe(idOf('203.0.113.7'));
  });
});

describe('a guess', () => {
  it('is the same however the code is typed, and another one for another code', () => {
    expect(guessOf(SECRET, 'sum-mer 1')).toBe(guessOf(SECRET, 'SUMMERI'));
    expect(guessOf(SECRET, 'SUMMER1')).not.toBe(guessOf(SECRET, 'SUMMER2'));
  });

  it('counts until the hour of the clock is over', () => {
    const now = Date.UTC(2026, 10, 26, 10, 59);
    expect(endOfHour(hourOf(now)) - now).toBe(60_000);
    expect(hourOf(now + 60_000)).toBe(hourOf(now) + 1);
  });
});
