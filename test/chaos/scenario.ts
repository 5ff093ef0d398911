import type { VisitorEvent } from '../../lib/domain/visitor/event.ts';
import { catalogOf, DAY, HOUR, MINUTE } from '../unit/journey/life.ts';
import type { Chance } from './chance.ts';

export const START = Date.UTC(2026, 2, 2, 9);

/** Journeys of every kind, so that all that the house does is done. */
export const CATALOG = catalogOf(
  [
    { kind: 'segment', id: 'buyer', where: { 'stats.orders': { $gte: 1 } } },
    { kind: 'offer', id: 'comeback', reward: { type: 'percentage', value: 10 }, requiresGrant: true },
    {
      kind: 'offer',
      id: 'seat',
      reward: { type: 'upgrade', to: 'business' },
      intent: 'recover',
      requiresGrant: true,
    },
    {
      kind: 'problem',
      id: 'late',
      opens: { on: 'flight.delayed', where: { 'event.data.minutes': { $gte: 45 } }, key: 'event.subject' },
      closes: [{ on: 'flight.landed', key: 'event.subject' }],
      severity: 'high',
      expires: 'P1D',
    },
    {
      kind: 'follow',
      id: 'flight',
      on: 'Booked',
      subject: 'flight/{{ event.properties.flight }}',
      for: 'P5D',
      rank: 'stats.revenue',
    },
    {
      kind: 'journey',
      id: 'cart',
      enter: {
        on: ['Product Added', 'Cart Updated'],
        where: { 'cart.itemCount': { $gte: 1 } },
        key: 'cart.id',
        again: 'P1D',
      },
      exit: [{ on: 'Order Completed', as: 'goal' }, { on: 'Cart Emptied' }],
      goal: { on: 'Order Completed', within: 'P2D' },
      steps: [
        { id: 'quiet', wait: { for: 'PT45M', restartOn: ['Product Added'] } },
        { id: 'remind', message: { channel: 'email', topic: 'cart', content: 'Your cart' } },
        { id: 'day', wait: { for: 'P1D', until: '09:00' } },
        { id: 'sweeten', grant: { offer: 'comeback', for: 'P2D' } },
        { id: 'sell', message: { channel: 'email', topic: 'cart', intent: 'sell', content: '10 % off' } },
      ],
    },
    {
      kind: 'journey',
      id: 'held',
      enter: { on: 'Signed Up', again: 'always' },
      goal: { on: 'Order Completed', within: 'P7D' },
      holdout: 50,
      steps: [
        { id: 'hello', message: { channel: 'push', topic: 'news', content: 'Hello' } },
        {
          id: 'answer',
          await: {
            on: 'Clicked',
            timeout: 'PT3H',
            then: [{ id: 'thanks', message: { channel: 'push', topic: 'news', content: 'Thanks' } }],
            else: [{ id: 'again', message: { channel: 'push', topic: 'news', content: 'Hello again' } }],
          },
        },
      ],
    },
    {
      kind: 'journey',
      id: 'sorry',
      enter: { on: 'flight.delayed', where: { 'event.data.minutes': { $gte: 45 } }, key: 'event.subject' },
      exit: [{ on: 'flight.cancelled' }],
      steps: [
        {
          id: 'tell',
          message: { channel: 'push', topic: 'service', intent: 'recover', urgent: true, content: 'Sorry' },
        },
        {
          id: 'seats',
          grant: {
            offer: 'seat',
            for: 'PT6H',
            rank: { by: 'stats.revenue', pool: 'event.subject', seats: 1, gather: 'PT2M' },
          },
        },
      ],
    },
    {
      kind: 'journey',
      id: 'thank',
      enter: { segment: 'buyer' },
      steps: [
        { id: 'tell', emit: { event: 'Became Buyer' } },
        {
          id: 'test',
          split: [
            { name: 'a', weight: 50, steps: [{ id: 'a', set: { traits: { arm: 'a' } } }] },
            { name: 'b', weight: 50, steps: [{ id: 'b', set: { traits: { arm: 'b' } } }] },
          ],
        },
      ],
    },
    {
      kind: 'journey',
      id: 'buyers',
      enter: { on: 'Became Buyer' },
      steps: [
        { id: 'w', wait: { for: 'PT1H' } },
        { id: 'm', message: { channel: 'email', topic: 'news', content: 'Welcome' } },
      ],
    },
  ],
  { settings: { quietHours: { from: '21:00', to: '08:00' }, messageLimit: { max: 3, per: 'P1D' } } },
);

/** Steps whose message sells: never while a problem is open. */
export const SELLING: ReadonlySet<string> = new Set(['sell']);

/** Something that is accepted, and when: milliseconds after the start. */
export type Input = { readonly after: number } & (
  | { readonly kind: 'events'; readonly events: readonly VisitorEvent[] }
  | { readonly kind: 'business'; readonly cloudEvent: object }
);

const NAMES = [
  'Product Added',
  'Product Removed',
  'Order Completed',
  'Signed Up',
  'Booked',
  'Clicked',
  'Page Viewed',
] as const;

/** Two people, three devices, a flight: what a seed makes of a few days. Ids differ between seeds. */
export const inputsOf = (seed: number, chance: Chance): readonly Input[] => {
  const count = 6 + chance.below(14);
  const inputs: Input[] = [];
  let after = 0;
  let order = 0;
  for (let index = 0; index < count; index++) {
    after += chance.of(0, MINUTE, 20 * MINUTE, HOUR, 5 * HOUR, DAY);
    const at = START + after;
    const messageId = `${seed}-${index}`;
    if (chance.happens(0.2)) {
      inputs.push({ after, kind: 'business', cloudEvent: flightEvent(seed, index, at, chance) });
      continue;
    }
    const person = chance.below(2);
    const who = chance.of<Pick<VisitorEvent, 'userId' | 'anonymousId'>>(
      { userId: `u${person}-${seed}` },
      { anonymousId: `a${person}-${seed}` },
      { anonymousId: `b${person}-${seed}` },
    );
    const base = { messageId, at, receivedAt: at, traits: {}, context: {} };
    if (chance.happens(0.2)) {
      const userId = `u${person}-${seed}`;
      const anonymousId = chance.of(`a${person}-${seed}`, `b${person}-${seed}`);
      inputs.push({
        after,
        kind: 'events',
        events: [{ ...base, type: 'identify', name: 'identify', userId, anonymousId, properties: {} }],
      });
      continue;
    }
    const name = chance.of<(typeof NAMES)[number]>(...(NAMES as unknown as [(typeof NAMES)[number]]));
    order += 1;
    inputs.push({
      after,
      kind: 'events',
      events: [{ ...base, type: 'track', name, ...who, properties: propertiesOf(name, seed, order, chance) }],
    });
  }
  return inputs;
};

const propertiesOf = (name: (typeof NAMES)[number], seed: number, order: number, chance: Chance) => {
  const cart = chance.of<object>({}, { cart_id: 'c1' }, { cart_id: 'c2' });
  switch (name) {
    case 'Product Added':
    case 'Product Removed':
      return { ...cart, product_id: chance.of('p', 'q'), price: 20 };
    case 'Order Completed':
      return { ...cart, order_id: `o${order}`, revenue: chance.of(10, 2000) };
    case 'Booked':
      return { flight: `BA1-${seed}` };
    case 'Signed Up':
    case 'Clicked':
    case 'Page Viewed':
      return {};
  }
};

const flightEvent = (seed: number, index: number, at: number, chance: Chance): object => ({
  specversion: '1.0',
  id: `${seed}-${index}`,
  source: 'airline',
  type: chance.of('flight.delayed', 'flight.delayed', 'flight.landed', 'flight.cancelled'),
  subject: `flight/BA1-${seed}`,
  time: new Date(at).toISOString(),
  data: { minutes: chance.of(20, 50, 180) },
});
