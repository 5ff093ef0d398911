import { Analytics } from '@segment/analytics-node';
import { describe, expect, it } from 'vitest';
import { fresh, SK, serviceForFile } from './client.ts';

const wend = serviceForFile([{ kind: 'settings', id: 'settings', currency: 'USD' }]);

const sdk = (settings: { writeKey?: string; flushAt?: number } = {}): Analytics =>
  new Analytics({ host: wend.url(), writeKey: SK, flushAt: 20, maxRetries: 0, ...settings });

describe('@segment/analytics-node with its host changed', () => {
  it('is understood in all its calls', async () => {
    const analytics = sdk();
    const [userId, anonymousId] = [fresh('u'), fresh('a')];
    analytics.page({ anonymousId, name: 'Home', properties: { path: '/' } });
    analytics.identify({ userId, anonymousId, traits: { plan: 'gold' } });
    analytics.track({
      userId,
      event: 'Product Added',
      properties: { product_id: 'hat', price: 19.99, quantity: 2 },
    });
    analytics.screen({ userId, name: 'Cart' });
    analytics.group({ userId, groupId: 'acme', traits: { seats: 3 } });
    const before = fresh('a');
    analytics.track({ anonymousId: before, event: 'Seen Before' });
    analytics.alias({ userId, previousId: before });
    await analytics.closeAndFlush();
    const visitor = await wend.settled(`user:${userId}`);
    expect(visitor).toMatchObject({
      known: true,
      userIds: [userId],
      traits: { plan: 'gold' },
      cart: { currency: 'USD', total: 3998, itemCount: 2 },
      account: { id: 'acme', traits: { seats: 3 } },
    });
    expect(visitor.anonymousIds.toSorted()).toEqual([anonymousId, before].toSorted());
    expect(Object.keys(visitor.stats.events).sort()).toEqual([
      'Page Viewed',
      'Product Added',
      'Screen Viewed',
      'Seen Before',
    ]);
  });

  it('delivers many events in batches of its own, each once', async () => {
    const analytics = sdk({ flushAt: 50 });
    const failures: unknown[] = [];
    analytics.on('error', (error) => failures.push(error));
    const userIds = Array.from({ length: 10 }, () => fresh('u'));
    for (let index = 0; index < 600; index++) {
      analytics.track({
        userId: userIds[index % 10] ?? '',
        event: 'Ticked',
        timestamp: new Date(Date.now() - index * 1000),
      });
    }
    await analytics.closeAndFlush();
    await wend.settle();
    const counts = await Promise.all(
      userIds.map(async (userId) => (await wend.visitor(`user:${userId}`)).stats.events['Ticked']?.count),
    );
    expect([failures, counts]).toEqual([[], userIds.map(() => 60)]);
  });

  it('is told that its key is wrong', async () => {
    const analytics = sdk({ writeKey: 'sk_wrong' });
    const failures: unknown[] = [];
    analytics.on('error', (error) => failures.push(error));
    const userId = fresh('u');
    analytics.track({ userId, event: 'Lost' });
    await analytics.closeAndFlush();
    expect(failures).not.toEqual([]);
    await wend.settle();
    expect((await wend.get(`/v1/visitors/user:${userId}`)).status).toBe(404);
  });
});
