import { describe, expect, it } from 'vitest';
import { userKey, visitorIdOf } from '../../../lib/domain/identity/visitor-id.ts';
import { catalogOf, HOUR, MINUTE, MORNING } from '../../unit/journey/life.ts';
import { event } from '../../unit/visitor/people.ts';
import { type Roughness, startRoughWorld } from './rough-world.ts';

const catalog = catalogOf([
  {
    kind: 'journey',
    id: 'rescue',
    enter: { on: ['Product Added'], key: 'cart.id' },
    steps: [
      { id: 'quiet', wait: { for: 'PT10M' } },
      { id: 'mail', message: { channel: 'email', topic: 'cart', content: { subject: 'Still here' } } },
      { id: 'later', wait: { for: 'PT2H' } },
      { id: 'tell', emit: { event: 'Cart Rescued', properties: {} } },
    ],
  },
]);

const people = Array.from({ length: 6 }, (_, index) => `u${index}`);

/** Everybody adds something to a cart; three hours later all should be told. */
const live = async (seed: number, roughness: Roughness) => {
  const world = await startRoughWorld(catalog, seed, MORNING, roughness);
  for (const userId of people) {
    world.receive([
      event({
        messageId: `add-${userId}`,
        name: 'Product Added',
        userId,
        at: MORNING,
        receivedAt: MORNING,
        properties: { cart_id: `c-${userId}`, product_id: 'p', price: 1, quantity: 1 },
      }),
    ]);
  }
  await world.pass(3 * HOUR, 5 * MINUTE);
  // What was lost on the way out is asked for again, and now arrives.
  world.smooth();
  await world.pass(10 * MINUTE, 5 * MINUTE);
  return world;
};

/** Ids under which the bus was told of something, each once. */
const told = (world: Awaited<ReturnType<typeof live>>, name: string): readonly string[] => [
  ...new Set(
    world.bus
      .filter(({ detailType }) => detailType === name)
      .map(({ detail }) => JSON.parse(detail).effectId),
  ),
];

describe.each([
  ['quiet', 1, { lostAnswers: 0, duplicates: 0, lostTimers: 0 }],
  ['with repetition', 2, { lostAnswers: 0, duplicates: 0.4, lostTimers: 0 }],
  ['in which answers are lost', 3, { lostAnswers: 0.15, duplicates: 0, lostTimers: 0 }],
  ['in which timers are lost', 4, { lostAnswers: 0, duplicates: 0, lostTimers: 0.5 }],
  ['in which all of it happens', 5, { lostAnswers: 0.1, duplicates: 0.3, lostTimers: 0.3 }],
  ['in which all of it happens otherwise', 6, { lostAnswers: 0.15, duplicates: 0.2, lostTimers: 0.3 }],
] as const)('a world %s (seed %i)', (_, seed, roughness) => {
  it('sends each message once, tells each thing once and counts each person once', async () => {
    const world = await live(seed, roughness);
    try {
      expect(told(world, 'Message Requested')).toHaveLength(people.length);
      expect(told(world, 'Cart Rescued')).toHaveLength(people.length);
      const counters = await world.counters('journeys/rescue');
      expect(counters.get('journeys/rescue/treated/entered')).toBe(people.length);
      expect(counters.get('journeys/rescue/messages/requested')).toBe(people.length);
      for (const userId of people) {
        const story = (await world.story(visitorIdOf(userKey(userId)))).map(({ entry }) => entry);
        expect(
          story.filter((entry) => entry.kind === 'event' && entry.name === 'Product Added'),
        ).toHaveLength(1);
        expect(story.filter((entry) => entry.kind === 'message')).toHaveLength(1);
      }
      if (roughness.lostTimers > 0) expect(world.counts.lostTimers * world.counts.swept).toBeGreaterThan(0);
    } finally {
      await world.stop();
    }
  }, 60_000);
});
