import { SignJWT } from 'jose';
import { expect, it } from 'vitest';
import { fresh, PK } from '../contract/client.ts';
import { until, deployment as wend } from './deployment.ts';
import { emulated, secretValue } from './emulated.ts';

const PLACEMENTS = ['home.hero'];

it('decides by the demo catalog that the command published', async () => {
  const answer = await wend.decide({ anonymousId: fresh('a'), placements: PLACEMENTS });
  expect(answer).toMatchObject({
    catalogVersion: 1,
    placements: { 'home.hero': { items: [{ experienceId: expect.any(String) }] } },
    warnings: [],
  });
});

it('knows a person whom the shop proves by the secret that the stack made', async () => {
  const userId = fresh('u');
  const secret = new TextEncoder().encode(await secretValue(emulated().identitySecret));
  const token = new SignJWT({ sub: userId }).setProtectedHeader({ alg: 'HS256' }).setExpirationTime('5m');
  const ask = (identityToken: string) =>
    wend.post('/v1/decide', { userId, identityToken, placements: PLACEMENTS }, { key: PK });
  expect((await ask(await token.sign(secret))).status).toBe(200);
  expect((await ask(await token.sign(secret.toReversed()))).status).toBe(403);
});

it('remembers what visitors did, and tells their story', async () => {
  const userId = fresh('u');
  await wend.track('Product Viewed', { userId }, { product_id: 'LAMP' });
  const { stats } = await wend.settled(`user:${userId}`);
  expect(stats.events['Product Viewed']).toMatchObject({ count: 1 });
  // The functions behind the stream start for the first time: other tests may rely on that they run.
  await until(
    () => wend.story(userId),
    (story) => story.some(({ kind, name }) => kind === 'event' && name === 'Product Viewed'),
  );
});
