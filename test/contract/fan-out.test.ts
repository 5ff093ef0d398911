import { describe, expect, it } from 'vitest';
import { fresh, SK, serviceForFile } from './client.ts';

/** A service that lets travellers follow their flight, sees a delay as a problem and offers six a seat. */
const wend = serviceForFile([
  { kind: 'settings', id: 'settings', currency: 'EUR' },
  {
    kind: 'follow',
    id: 'booked-flight',
    on: 'Order Completed',
    where: { 'event.properties.kind': 'flight' },
    subject: 'flight/{{ event.properties.flight }}',
    for: 'P3D',
    rank: 'stats.revenue',
  },
  {
    kind: 'problem',
    id: 'flight-delay',
    opens: {
      on: 'flight.delayed',
      where: { 'event.data.delayMinutes': { $gte: 45 } },
      key: 'event.subject',
    },
    closes: [],
    severity: 'high',
    expires: 'P2D',
  },
  {
    kind: 'offer',
    id: 'upgrade',
    label: 'A seat in front',
    reward: { type: 'upgrade', to: 'business' },
    apply: 'claim',
    requiresGrant: true,
    intent: 'recover',
    until: '2099-12-31T00:00:00Z',
  },
  {
    kind: 'journey',
    id: 'apology',
    enter: {
      on: 'flight.delayed',
      where: { 'event.data.delayMinutes': { $gte: 45 } },
      key: 'event.subject',
      again: 'never',
    },
    goal: { on: 'Offer Redeemed', within: 'P2D' },
    steps: [
      {
        id: 'seats',
        grant: {
          offer: 'upgrade',
          for: 'PT6H',
          because: 'Your flight is late',
          rank: { by: 'stats.revenue', pool: 'event.subject', seats: 2, gather: 'PT2M' },
        },
      },
    ],
  },
]);

const tell = async (subject: string, delayMinutes: number, mine: object = {}): Promise<void> => {
  const body = {
    specversion: '1.0',
    id: fresh('delay'),
    source: '/ops',
    type: 'flight.delayed',
    subject,
    data: { delayMinutes },
    ...mine,
  };
  const answer = await wend.post('/v1/events', body, { key: SK });
  if (answer.status !== 202) throw new Error(answer.text);
};

const book = (userId: string, flight: string, revenue: number): Promise<void> =>
  wend.track('Order Completed', { userId }, { order_id: fresh('order'), kind: 'flight', flight, revenue });

const openProblems = async (userId: string): Promise<number> =>
  (await wend.settled(`user:${userId}`)).problems.filter(({ closedAt }) => closedAt === null).length;

describe('a late flight', () => {
  it('reaches those who booked it, whether they did before or after it was told', async () => {
    const [flight, early, late, other] = [fresh('BA'), fresh('u'), fresh('u'), fresh('u')];
    await book(early, flight, 10);
    await book(other, fresh('BA'), 10);
    await wend.settle();
    await tell(`flight/${flight}`, 180);
    await wend.settle();
    await book(late, flight, 10);
    expect([await openProblems(early), await openProblems(late), await openProblems(other)]).toEqual([
      1, 1, 0,
    ]);
  });

  it('closes what it opened where it is late no more, and not where an older word arrives afterwards', async () => {
    const [flight, userId] = [fresh('BA'), fresh('u')];
    await book(userId, flight, 10);
    await wend.settle();
    const at = (secondsAgo: number) => ({ time: new Date(Date.now() - secondsAgo * 1000).toISOString() });
    await tell(`flight/${flight}`, 180, at(60));
    expect(await openProblems(userId)).toBe(1);
    await tell(`flight/${flight}`, 10, at(30));
    expect(await openProblems(userId)).toBe(0);
    await tell(`flight/${flight}`, 300, at(45));
    expect(await openProblems(userId)).toBe(0);
  });

  it('offers its few seats to the best customers, each once, and a seat that lapsed to the next', async () => {
    const flight = fresh('BA');
    const users = [30, 50, 10, 40].map((revenue) => ({ userId: fresh('u'), revenue }));
    for (const { userId, revenue } of users) await book(userId, flight, revenue);
    await wend.settle();
    await tell(`flight/${flight}`, 180);
    const granted = async (): Promise<readonly number[]> => {
      const held: number[] = [];
      for (const { userId, revenue } of users) {
        const { grants } = await wend.settled(`user:${userId}`);
        if (grants.some(({ status }) => status === 'held')) held.push(revenue);
      }
      return held.sort();
    };
    expect(await granted()).toEqual([]);
    await wend.advance('PT3M');
    expect(await granted()).toEqual([40, 50]);
    await tell(`flight/${flight}`, 200);
    await wend.advance('PT3M');
    expect(await granted()).toEqual([40, 50]);
    await wend.advance('PT6H');
    expect(await granted()).toEqual([10, 30]);
  });
});
