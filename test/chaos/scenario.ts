import { parseDefinitions } from '../../lib/contracts/catalog/definition.ts';
import { carryJourneys } from '../../lib/domain/catalog/carry-journeys.ts';
import type { CompiledCatalog } from '../../lib/domain/catalog/compiled.ts';
import { catalogOf } from '../unit/journey/life.ts';

export const START = Date.UTC(2026, 2, 2, 9);

/** Seats on the flight. */
export const SEATS = 2;

const SETTINGS = {
  quietHours: { from: '21:00', to: '08:00' },
  messageLimit: { max: 3, per: 'P1D' },
};

/** All but journeys. */
const THINGS = [
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
    kind: 'problem',
    id: 'broken',
    opens: { on: 'Complained' },
    closes: [{ on: 'Solved' }],
    severity: 'medium',
  },
  {
    kind: 'follow',
    id: 'flight',
    on: 'Booked',
    subject: 'flight/{{ event.properties.flight }}',
    for: 'P30D',
    rank: 'stats.revenue',
  },
];

const email = (id: string, topic: string, content: string, more: object = {}) => ({
  id,
  message: { channel: 'email', topic, content, ...more },
});

const push = (id: string, content: string) => ({ id, message: { channel: 'push', topic: 'news', content } });

const cart = (waiting: object, dayId: string) => ({
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
    email('remind', 'cart', 'Your cart'),
    { id: dayId, wait: waiting },
    { id: 'sweeten', grant: { offer: 'comeback', for: 'P2D' } },
    email('sell', 'cart', '10 % off', { intent: 'sell' }),
  ],
});

const held = (hello: string) => ({
  kind: 'journey',
  id: 'held',
  enter: { on: 'Signed Up', again: 'always' },
  goal: { on: 'Order Completed', within: 'P7D' },
  holdout: 50,
  steps: [
    push('hello', hello),
    {
      id: 'answer',
      await: {
        on: 'Clicked',
        timeout: 'PT3H',
        then: [push('thanks', 'Thanks')],
        else: [push('again', 'Hello again')],
      },
    },
    { id: 'gift', grant: { offer: 'comeback', for: 'P1D' } },
  ],
});

const SORRY = {
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
        rank: { by: 'stats.revenue', pool: 'event.subject', seats: SEATS, gather: 'PT2M' },
      },
    },
  ],
};

const CALL = {
  kind: 'journey',
  id: 'call',
  enter: { on: 'Complained', again: 'PT1H' },
  exit: [{ on: 'Solved' }],
  steps: [
    {
      id: 'agent',
      task: {
        queue: 'service',
        summary: 'Call back',
        outcomes: ['calm', 'angry'],
        timeout: 'P1D',
        then: { angry: [email('apology', 'service', 'We are sorry')] },
        else: [email('late', 'service', 'We could not reach you')],
      },
    },
    { id: 'note', task: { queue: 'notes', summary: 'Write it down' } },
  ],
};

const THANK = {
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
};

const BUYERS = {
  kind: 'journey',
  id: 'buyers',
  enter: { on: 'Became Buyer' },
  steps: [{ id: 'w', wait: { for: 'PT1H' } }, email('m', 'news', 'Welcome')],
};

const FIRST = [
  ...THINGS,
  cart({ for: 'P1D', until: '09:00' }, 'day'),
  held('Hello'),
  SORRY,
  CALL,
  THANK,
  BUYERS,
];

/** Another wait in `cart`, other words in `held`, and no `buyers` any more. */
const SECOND = [...THINGS, cart({ for: 'P2D' }, 'days'), held('Good day'), SORRY, CALL, THANK];

const catalog = (definitions: readonly object[]): CompiledCatalog =>
  catalogOf(definitions, { settings: SETTINGS });

/** Published over another as the service does: older definitions are carried, and who waits a day waits two. */
const publishedOver = (base: CompiledCatalog, definitions: readonly object[]): CompiledCatalog => {
  const parsed = parseDefinitions([{ kind: 'settings', id: 'settings', currency: 'EUR' }, ...definitions]);
  if (!parsed.ok) throw new Error('a definition of the scenario is wrong');
  const mapping = { 'cart.day': 'cart.days' };
  const carried = carryJourneys([base], parsed.definitions, mapping, 2);
  return catalogOf(definitions, { settings: SETTINGS, version: 2, ...carried });
};

/** Journeys of every kind, so that all that the house does is done; then a second version of them. */
export const CATALOGS = (() => {
  const first = catalog(FIRST);
  return { first, second: publishedOver(first, SECOND) };
})();

/** The same, by somebody who forgot to say which message sells. */
export const CATALOGS_THAT_SELL = (() => {
  const forgetful = (definitions: readonly object[]): readonly object[] =>
    JSON.parse(JSON.stringify(definitions).replaceAll('"intent":"sell"', '"intent":"serve"')).map(
      (definition: object) => {
        if (Reflect.get(definition, 'id') !== 'comeback') return definition;
        return { ...definition, intent: 'serve' };
      },
    );
  const first = catalog(forgetful(FIRST));
  return { first, second: publishedOver(first, forgetful(SECOND)) };
})();

/** The same, with neither quiet hours nor a limit of messages. */
export const CATALOGS_THAT_DISTURB = { first: catalogOf(FIRST), second: catalogOf(SECOND, { version: 2 }) };

/** Steps whose message sells, as `<journeyId>.<stepId>`: never while a problem is open. */
export const SELLING: ReadonlySet<string> = new Set(['cart.sell']);

/** Steps whose grant sells. */
export const SELLING_GRANTS: ReadonlySet<string> = new Set(['cart.sweeten', 'held.gift']);
