import { beforeAll, expect, it } from 'vitest';
import { fresh } from '../contract/client.ts';
import { recipes, secondsAgo, until, deployment as wend } from './deployment.ts';

/**
 * Recipes as they ship, with timers that fire by themselves: what began hours or days ago is told late, so that what
 * should follow is due some seconds from now. All three are in one catalog, so that their waits pass together.
 */
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Seconds until the timers that a test waits for are due. */
const SOON = 8;

const sam = fresh('sam');
const lee = fresh('lee');
const order = fresh('o');
const claimId = fresh('k');
const flight = fresh('BA');
const passengers = Array.from({ length: 9 }, () => fresh('p'));

/** Four hours ago, but for some seconds, Sam told of a roof that leaks. */
const claim = async (): Promise<void> => {
  const filedAt = secondsAgo(4 * HOUR - SOON);
  await wend.batch([
    { type: 'identify', userId: sam, traits: { postcode: '1012 AB' }, timestamp: secondsAgo(5 * HOUR) },
    {
      type: 'track',
      userId: sam,
      event: 'Claim Filed',
      properties: { claimId, kind: 'property-damage', trade: 'roof' },
      timestamp: filedAt,
    },
  ]);
  await wend.settle();
  expect(await wend.sees(sam, 'claim.status')).toMatchObject({ headline: 'Van Dam Roofing has your repair' });
};

/** Two days ago, but for some seconds, Lee was promised to have a late order within two days. */
const promise = async (): Promise<void> => {
  await wend.track(
    'Order Completed',
    { userId: lee },
    { order_id: order, revenue: 80, currency: 'EUR' },
    { timestamp: secondsAgo(2.5 * DAY) },
  );
  await wend.settle();
  await wend.happens(
    'order.late',
    `order/${order}`,
    { orderId: order, daysLate: 2 },
    secondsAgo(2 * DAY - SOON),
  );
  await wend.settle();
  expect(await wend.sees(lee, 'home.hero')).toMatchObject({ headline: 'Your order is late' });
};

/** Nine passengers wait for a flight, each of whom paid more than the one before. */
const board = async (): Promise<void> => {
  await wend.batch(
    passengers.flatMap((userId, index) => [
      {
        type: 'track',
        userId,
        event: 'Order Completed',
        properties: {
          order_id: `${userId}-order`,
          kind: 'flight',
          flight,
          date: '2030-01-20',
          revenue: 300 + index,
          currency: 'USD',
        },
        timestamp: secondsAgo(DAY),
      },
      {
        type: 'track',
        userId,
        event: 'Flight Status Viewed',
        properties: { flight },
        timestamp: secondsAgo(5 * MINUTE),
      },
    ]),
  );
  await wend.settle();
};

beforeAll(async () => {
  // The settings of the first rule: those who fly pay in dollars.
  await wend.publish(await recipes(['flight-delay', 'claim-contractor', 'unresolved']));
  await Promise.all([claim(), promise(), board()]);
});

it('flight-delay: six seats go to the six best customers once the two minutes of gathering are over', async () => {
  const subject = `flight/${flight}/2030-01-20`;
  await wend.happens('flight.delayed', subject, { flight, delayMinutes: 180 }, secondsAgo(2 * MINUTE - SOON));
  await wend.settle();
  for (const userId of passengers) {
    expect(await wend.sees(userId, 'app.flight-status')).toMatchObject({ headline: 'We are sorry' });
  }
  const seated = () =>
    Promise.all(
      passengers.map(async (userId) =>
        (await wend.visitor(`user:${userId}`)).grants.some(({ status }) => status === 'held'),
      ),
    );
  await until(seated, (held) => held.filter(Boolean).length >= 6);
  expect(await seated()).toEqual([false, false, false, true, true, true, true, true, true]);
});

it('claim-contractor: a contractor who does not answer in four hours is somebody’s work', async () => {
  const [task] = await until(
    () => wend.tasks('claims'),
    (tasks) => tasks.some((summary) => summary.includes(claimId)),
  );
  expect(task).toContain('Van Dam Roofing has not answered');
});

it('unresolved: a promise that is not kept in two days is somebody’s work, until it is solved', async () => {
  const open = () => wend.tasks('service');
  const ours = (tasks: readonly string[]) => tasks.some((summary) => summary.includes(order));
  await until(open, ours);
  await wend.happens('order.delivered', `order/${order}`, { orderId: order }, secondsAgo(0));
  await until(open, (tasks) => !ours(tasks));
  expect(await wend.messagesTo(lee)).toEqual(['mail']);
  expect((await wend.visitor(`user:${lee}`)).problems).toMatchObject([{ closedAt: expect.any(String) }]);
});
