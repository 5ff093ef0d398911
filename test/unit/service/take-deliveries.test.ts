import { describe, expect, it } from 'vitest';
import type { DeliveryEffect } from '../../../lib/domain/effect/effect.ts';
import {
  createDeliveryTaker,
  deliveriesSchema,
  Undeliverable,
} from '../../../lib/service/deliver/take-deliveries.ts';
import { deliveryOf } from '../../e2e/deliver/messages.ts';

/** A queue that can be read, and a delivery that leaves what the test says. */
const world = (left: (effects: readonly DeliveryEffect[]) => readonly DeliveryEffect[]) => {
  const sent: { readonly body: unknown; readonly delay: number | undefined }[] = [];
  const take = createDeliveryTaker({
    deliver: async (effects) => left(effects),
    queues: {
      send: async (queue, messages, delay) => {
        expect(queue).toBe('delivery-effects');
        for (const body of messages) sent.push({ body, delay });
      },
    },
    random: () => 0.5,
  });
  return { take, sent };
};

const commit = { visitorId: 'v-1', version: 3, at: 1, effects: [deliveryOf('a'), deliveryOf('b')] };

describe('messages of a commit', () => {
  it('are done with once all are sent', async () => {
    const { take, sent } = world(() => []);
    await take(commit);
    expect(sent).toEqual([]);
  });

  it('that could not be sent are put back alone, and read again as they were', async () => {
    const { take, sent } = world((effects) => effects.slice(1));
    await take(commit);
    expect(sent).toEqual([{ body: { ...commit, effects: [deliveryOf('b')], retries: 1 }, delay: 5.25 }]);
    expect(deliveriesSchema.parse(JSON.parse(JSON.stringify(sent[0]?.body)))).toEqual(sent[0]?.body);
  });

  it('wait longer each time, never longer than SQS can delay, for hours, and are laid aside then', async () => {
    const { take, sent } = world((effects) => effects);
    let next = deliveriesSchema.parse(commit);
    for (;;) {
      try {
        await take(next);
      } catch (error) {
        expect(error).toBeInstanceOf(Undeliverable);
        break;
      }
      next = deliveriesSchema.parse(sent.at(-1)?.body);
    }
    const delays = sent.map(({ delay }) => delay ?? 0);
    expect(delays).toEqual(delays.toSorted((a, b) => a - b));
    expect(Math.max(...delays) / 1.05).toBeLessThanOrEqual(900 / 1.1);
    expect(delays.reduce((sum, delay) => sum + delay, 0)).toBeGreaterThan(2 * 3600);
    expect(next.effects).toHaveLength(2);
  });
});
