import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { fresh, serviceForFile } from './client.ts';

const wend = serviceForFile([]);

const SECRET = new TextEncoder().encode('wend-local-identity-secret-0000000');

describe('a clock that was moved', () => {
  it('rules events and decisions, and not the identity tokens of the shop', async () => {
    const before = await wend.decide({ anonymousId: fresh('a') });
    await wend.advance('P40D');
    const userId = fresh('u');
    const identityToken = await new SignJWT({ sub: userId })
      .setProtectedHeader({ alg: 'HS256' })
      .setExpirationTime('10 minutes')
      .sign(SECRET);
    const after = await wend.decide({ userId, identityToken }, { key: 'pk_local' });
    const days = (Date.parse(after.decidedAt) - Date.parse(before.decidedAt)) / 86_400_000;
    expect(Math.floor(days)).toBe(40);
  });
});
