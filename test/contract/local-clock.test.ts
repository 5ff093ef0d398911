import { setTimeout as pause } from 'node:timers/promises';
import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { fresh, serviceForFile } from './client.ts';

const wend = serviceForFile([
  {
    kind: 'journey',
    id: 'waits',
    enter: { on: 'Began', again: 'always' },
    goal: { on: 'Never' },
    holdout: 1,
    steps: [
      { id: 'short', wait: { for: 'PT10M' } },
      { id: 'long', wait: { for: 'PT45M' } },
      { id: 'note', set: { traits: { waited: true } } },
    ],
  },
]);

const moved = async (move: object): Promise<number> => {
  const { body } = await wend.post('/_local/clock', move);
  return Date.parse(z.object({ now: z.string() }).parse(body).now);
};

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

  it('runs what falls due in its very last second, though schedules count in whole seconds', async () => {
    for (let round = 0; round < 6; round++) {
      // At another part of the second each time.
      await pause(170);
      const userId = fresh('u');
      const at = await moved({ advance: 'PT0S' });
      await wend.track('Began', { userId }, {}, { timestamp: new Date(at).toISOString() });
      await moved({ set: new Date(at + 54 * 60_000).toISOString() });
      expect((await wend.visitor(`user:${userId}`)).traits).toEqual({});
      await moved({ set: new Date(at + 55 * 60_000).toISOString() });
      expect((await wend.visitor(`user:${userId}`)).traits).toEqual({ waited: true });
    }
  });
});
