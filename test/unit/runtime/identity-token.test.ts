import { SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { createIdentityTokenVerifier } from '../../../lib/runtime/identity-token.ts';

const SECRET = 'wend-test-identity-secret-0000000';
const NOW = Date.parse('2026-11-22T08:00:00Z');
const SECOND = 1000;

const signed = (claims: Record<string, unknown>, secret = SECRET, alg = 'HS256'): Promise<string> =>
  new SignJWT(claims).setProtectedHeader({ alg }).sign(new TextEncoder().encode(secret));

const exp = NOW / SECOND + 60;
const verify = createIdentityTokenVerifier({ secret: SECRET });

describe('an identity token', () => {
  it('proves the userId that it is signed for', async () => {
    expect(await verify(await signed({ sub: 'u-1', exp }), NOW)).toEqual({
      proven: true,
      userId: 'u-1',
      expiresAt: exp * SECOND,
    });
  });

  it.each([
    ['expired', { sub: 'u-1', exp: NOW / SECOND - 1 }],
    ['not-yet-valid', { sub: 'u-1', exp, nbf: NOW / SECOND + 30 }],
    ['expiry-missing', { sub: 'u-1' }],
    ['subject-missing', { exp }],
    ['subject-missing', { sub: '', exp }],
  ])('is refused as %s', async (reason, claims) => {
    expect(await verify(await signed(claims), NOW)).toEqual({ proven: false, reason });
  });

  it("goes by the service's clock, not by the machine's", async () => {
    const token = await signed({ sub: 'u-1', exp });
    expect(await verify(token, NOW + 3600 * SECOND)).toEqual({ proven: false, reason: 'expired' });
  });

  it('is refused with another signature, another algorithm or none', async () => {
    const other = await signed({ sub: 'u-1', exp }, 'another-secret-of-enough-length-00');
    expect(await verify(other, NOW)).toEqual({ proven: false, reason: 'wrong-signature' });
    const stronger = await signed({ sub: 'u-1', exp }, SECRET.repeat(3), 'HS512');
    expect(await verify(stronger, NOW)).toEqual({ proven: false, reason: 'wrong-algorithm' });
    const unsecured = new UnsecuredJWT({ sub: 'u-1', exp }).encode();
    expect((await verify(unsecured, NOW)).proven).toBe(false);
  });

  it.each(['', 'x', 'a.b.c', 'x'.repeat(10_000)])('is refused as malformed: %s', async (token) => {
    expect(await verify(token, NOW)).toEqual({ proven: false, reason: 'malformed' });
  });

  it('is held against an audience only where one is configured', async () => {
    const strict = createIdentityTokenVerifier({ secret: SECRET, audience: 'wend' });
    const elsewhere = await signed({ sub: 'u-1', exp, aud: 'other' });
    expect((await verify(elsewhere, NOW)).proven).toBe(true);
    expect(await strict(elsewhere, NOW)).toEqual({ proven: false, reason: 'wrong-audience' });
    expect((await strict(await signed({ sub: 'u-1', exp, aud: ['x', 'wend'] }), NOW)).proven).toBe(true);
  });

  it('is never accepted where no secret is configured', async () => {
    const unconfigured = createIdentityTokenVerifier({ secret: undefined });
    expect(await unconfigured(await signed({ sub: 'u-1', exp }), NOW)).toEqual({
      proven: false,
      reason: 'not-configured',
    });
  });
});
