import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as z from 'zod';
import { fresh } from '../contract/client.ts';
import { outcomeOf } from './background.ts';
import { deploy, diff } from './cdk.ts';
import { recipes, secondsAgo, until, deployment as wend } from './deployment.ts';
import { comesBackAfter, emulated } from './emulated.ts';

/** Every so often somebody does something, milliseconds. */
const PACE_MS = 1000;

/**
 * The emulator ends a function that it updates in the midst of its work, and what that took from a queue comes back when
 * its visibility is over. AWS lets it finish. Seconds, in place of the three minutes that the queues have: it may come back
 * while a slow function works on it still, and is done once all the same.
 */
const VISIBILITY = 15;

/** Twice that, on a slow machine, milliseconds. */
const REDELIVERED_MS = 60_000;

/** Due while the next version is deployed, or soon after. */
const SOON = 15;

const FOUR_HOURS = 4 * 3600;

const shoppers = Array.from({ length: 3 }, () => fresh('shopper'));
const sam = fresh('sam');
const claimId = fresh('k');

let shopping = true;

/** Events that the service said it took, by shopper. */
const accepted = new Map<string, number>();

/** What was answered otherwise, and sent again under its messageId until it was taken, as Segment's SDKs do. */
const refused: number[] = [];

const shop = async (userId: string): Promise<void> => {
  for (let count = 1; shopping; count += 1) {
    const event = { userId, event: 'Aisle Walked', messageId: `${userId}-${count}` };
    for (let answer = await wend.post('/v1/track', event); answer.status !== 200; ) {
      refused.push(answer.status);
      await sleep(PACE_MS);
      answer = await wend.post('/v1/track', event);
    }
    accepted.set(userId, count);
    const asked = await wend.post('/v1/decide', { userId, placements: ['claim.status'] });
    if (asked.status !== 200) refused.push(asked.status);
    await sleep(PACE_MS);
  }
};

const buildOf = async (): Promise<string> =>
  z.object({ version: z.string() }).parse((await wend.get('/health', { key: null })).body).version;

const cartOf = (userId: string) => ({
  type: 'track',
  userId,
  event: 'Product Added',
  properties: { cart_id: `c-${userId}`, product_id: 'LAMP', price: 39, quantity: 2, currency: 'EUR' },
});

let next = '';

beforeAll(async () => {
  next =
    (await until(
      () => outcomeOf('next-assembly'),
      (folder) => folder !== undefined,
    )) ?? '';
  await comesBackAfter(VISIBILITY);
  await wend.publish(await recipes(['claim-contractor']));
  await wend.batch([
    ...shoppers.map(cartOf),
    { type: 'identify', userId: sam, traits: { postcode: '1012 AB' }, timestamp: secondsAgo(2 * FOUR_HOURS) },
    {
      type: 'track',
      userId: sam,
      event: 'Claim Filed',
      properties: { claimId, kind: 'property-damage', trade: 'roof' },
      timestamp: secondsAgo(FOUR_HOURS - SOON),
    },
  ]);
  await wend.settle();
});
afterAll(() => {
  shopping = false;
});

it('a changed version is deployed over one that is in use, and nobody is lost', {
  timeout: 240_000,
}, async () => {
  expect(await buildOf()).toMatch(/\+first$/);
  const walks = Promise.all(shoppers.map(shop));
  await until(
    async () => accepted.size,
    (walking) => walking === shoppers.length,
  );
  const before = Math.min(...accepted.values());
  await deploy(emulated().endpoint, next);
  await until(buildOf, (version) => version.endsWith('+second'));
  shopping = false;
  await walks;
  expect(Math.min(...accepted.values())).toBeGreaterThan(before);
  // A request may meet a function while it is exchanged; sent again, it is taken.
  expect(refused.filter((status) => status < 500)).toEqual([]);
  for (const userId of shoppers) {
    const taken = accepted.get(userId);
    const walked = async () => (await wend.visitor(`user:${userId}`)).stats.events['Aisle Walked']?.count;
    await until(walked, (count) => count === taken, REDELIVERED_MS);
    expect((await wend.visitor(`user:${userId}`)).cart).toMatchObject({ id: `c-${userId}`, total: 7800 });
  }
});

it('a timer that the version before it armed fires, and its journey goes on', async () => {
  const tasks = await until(
    () => wend.tasks('claims'),
    (all) => all.some((summary) => summary.includes(claimId)),
  );
  expect(tasks.filter((summary) => summary.includes(claimId))).toHaveLength(1);
  expect(await wend.sees(sam, 'claim.status')).toMatchObject({ headline: 'Van Dam Roofing has your repair' });
});

it('of what was deployed and did not change, nothing would change', { timeout: 120_000 }, async () => {
  expect(await diff(emulated().endpoint, { build: 'second' })).toBe('');
});
