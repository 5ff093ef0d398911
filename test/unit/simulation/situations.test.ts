import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDefinitions } from '../../../lib/contracts/catalog/definition.ts';
import type { CompiledCatalog } from '../../../lib/domain/catalog/compiled.ts';
import type { JsonObject } from '../../../lib/domain/json.ts';
import { groupByAcquaintance } from '../../../lib/domain/simulation/acquaintances.ts';
import { createSimulation } from '../../../lib/domain/simulation/simulate.ts';
import { type SituationOf, situationsOf } from '../../../lib/domain/simulation/situation.ts';
import type { VisitorEvent } from '../../../lib/domain/visitor/event.ts';
import type { Visitor, VisitorState } from '../../../lib/domain/visitor/state.ts';
import { failsOn } from '../law.ts';
import { at, catalogOf } from './world.ts';

const experience = (id: string, more: JsonObject): JsonObject => ({
  kind: 'experience',
  id,
  placement: 'hero',
  ...('variants' in more ? {} : { content: { text: id } }),
  ...more,
});

const viewed = (count: JsonObject, more: JsonObject): JsonObject => ({
  events: { name: 'Product Viewed', count, ...more },
});

/** Experiences that look at all kinds of things. */
const EXPERIENCES: readonly JsonObject[] = [
  experience('often', { priority: 90, where: viewed({ $gte: 3 }, { within: 'PT20M' }) }),
  experience('exactly', { priority: 88, where: viewed({ $eq: 2 }, {}) }),
  experience('shoes', {
    priority: 86,
    where: viewed({ $gt: 1 }, { where: { category: 'shoes' }, within: 'P1M' }),
  }),
  experience('limited', { priority: 84, limit: { max: 2, per: 'PT30M' } }),
  experience('asked-first', { priority: 82, consent: 'personalization', placement: ['hero', 'grid'] }),
  experience('for-vips', { priority: 80, where: { segment: 'vip' }, intent: 'sell' }),
  experience('for-friends', { priority: 78, where: { 'traits.city': { $in: ['Delft', 'Gouda'] } } }),
  experience('for-known', { priority: 76, placement: 'grid', where: { 'visitor.known': true } }),
  experience('back-again', { priority: 74, where: { 'stats.sessions': { $gte: 2 } } }),
  experience('in-season', { priority: 72, from: '2026-01-05T09:10:00Z', until: '2026-01-05T09:40:00Z' }),
  experience('for-firms', { priority: 70, placement: 'grid', where: { 'account.size': { $gte: 10 } } }),
  experience('full-cart', { priority: 68, where: { 'cart.itemCount': { $gte: 2 } } }),
  experience('sorry', { intent: 'recover', where: { 'visitor.openProblems.severity': 'high' } }),
  experience('after-order', {
    priority: 66,
    where: { 'stats.orders': { $gte: 1 }, 'stats.revenue': { $lt: 9000 } },
  }),
  experience('test', {
    priority: 40,
    placement: ['hero', 'grid'],
    variants: [
      { id: 'a', weight: 50, content: 1 },
      { id: 'b', weight: 50, content: 2 },
    ],
  }),
  experience('timed', { priority: 64, where: { 'stats.firstSeenAt': { $within: 'PT15M' } } }),
];

const ALWAYS: readonly JsonObject[] = [
  experience('fallback', { default: true, placement: ['hero', 'grid'] }),
  { kind: 'segment', id: 'vip', where: { 'stats.revenue': { $gte: 8000 } } },
  {
    kind: 'problem',
    id: 'payment',
    severity: 'high',
    opens: { on: 'Payment Failed' },
    closes: [{ on: 'Order Completed' }],
    expires: 'PT25M',
  },
  {
    kind: 'journey',
    id: 'shoes-for-you',
    holdout: 0,
    enter: { on: 'Product Viewed', where: { 'event.properties.category': 'shoes' }, again: 'PT20M' },
    exit: [{ on: 'Order Completed', as: 'goal' }],
    goal: { on: 'Order Completed', within: 'P1D' },
    steps: [
      { id: 'quiet', wait: { for: 'PT2M' } },
      { id: 'show', show: { placement: 'hero', content: { text: 'shoes' }, for: 'PT30M' } },
    ],
  },
  {
    kind: 'offer',
    id: 'ten',
    reward: { type: 'percentage', value: 10, on: 'order' },
    apply: 'automatic',
    until: '2030-01-01T00:00:00Z',
  },
];

const catalogWith = (documents: readonly JsonObject[]): CompiledCatalog => {
  const parsed = parseDefinitions(documents);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return catalogOf(parsed.definitions);
};

const catalogs = fc
  .record({
    experiences: fc.subarray([...EXPERIENCES], { minLength: 1 }),
    globalHoldout: fc.constantFrom(0, 0, 40),
  })
  .map(({ experiences, globalHoldout }) =>
    catalogWith([
      { kind: 'settings', id: 'settings', currency: 'USD', globalHoldout },
      ...ALWAYS,
      ...experiences,
    ]),
  );

const product = { product_id: 'p', price: 50, quantity: 1, currency: 'USD' };

const happenings: readonly Partial<VisitorEvent>[] = [
  { name: 'Product Viewed' },
  { name: 'Product Viewed', properties: { category: 'shoes' } },
  { name: 'Product Viewed', properties: { category: 'shoes' } },
  { name: 'Product Added', properties: product },
  { name: 'Order Completed', properties: { revenue: 50, currency: 'USD', products: [product] } },
  { name: 'Payment Failed' },
  { name: 'identify', type: 'identify', traits: { city: 'Delft' } },
  { name: 'identify', type: 'identify', traits: { preferences: { contactStyle: 'transaction-only' } } },
  { name: 'identify', type: 'identify', anonymousId: 'a1' },
  { name: 'group', type: 'group', groupId: 'acme', traits: { size: 20 } },
  { name: 'Product Viewed', context: { consents: { personalization: true } } },
];

const traffic = fc
  .array(
    fc.record({
      who: fc.constantFrom({ userId: 'u1' }, { userId: 'u2' }, { anonymousId: 'a1' }, { anonymousId: 'a2' }),
      what: fc.oneof({ weight: 2, arbitrary: fc.constant(happenings[0]) }, fc.constantFrom(...happenings)),
      pause: fc.constantFrom(1, 1, 3, 8, 40),
    }),
    { minLength: 1, maxLength: 40 },
  )
  .map((list) => {
    let minute = 0;
    return list.map(({ who, what, pause }, index) => {
      minute += pause;
      return at(minute, { messageId: `m${index}`, ...who, ...what });
    });
  });

const PLACEMENTS = [
  { id: 'hero', limit: 1 },
  { id: 'grid', limit: 2 },
];

type Situations = (catalog: CompiledCatalog) => SituationOf | null;

const situations: Situations = (catalog) => situationsOf(catalog, PLACEMENTS);
const anew: Situations = () => () => null;

const played = (catalog: CompiledCatalog, events: readonly VisitorEvent[], told: Situations) => {
  const simulation = createSimulation({
    catalog,
    decideOn: new Set(['Product Viewed']),
    placements: PLACEMENTS,
    channel: 'web',
    until: 0,
    situationOf: told(catalog) ?? (() => null),
  });
  const people = groupByAcquaintance(events).flatMap((group): readonly (readonly [string, Visitor])[] => [
    ...simulation.play(group),
  ]);
  return { people, report: simulation.report() };
};

const sameAsAnew = (told: Situations) =>
  fc.property(catalogs, traffic, (catalog, events) => {
    expect(played(catalog, events, told)).toEqual(played(catalog, events, anew));
  });

/** Situations that do not see some of the visitor. */
const blindTo =
  (change: (state: VisitorState) => Partial<VisitorState>): Situations =>
  (catalog) => {
    const situationOf = situations(catalog);
    return situationOf === null
      ? null
      : (state, seed, now) => situationOf({ ...state, ...change(state) }, seed, now);
  };

const STOPPED: Situations = (catalog) => {
  const situationOf = situations(catalog);
  return situationOf === null ? null : (state, seed) => situationOf(state, seed, 0);
};

const SAME_ARMS: Situations = (catalog) => {
  const situationOf = situations(catalog);
  return situationOf === null
    ? null
    : (state, _, now) => situationOf({ ...state, assignments: {} }, 'somebody', now);
};

describe('what was decided in a situation', () => {
  it('is what would have been decided anew', { timeout: 120_000 }, () => {
    fc.assert(sameAsAnew(situations), { numRuns: 300 });
  });

  it.each([
    ['counts', blindTo(() => ({ counters: {} }))],
    ['traits', blindTo(() => ({ traits: {} }))],
    ['consents', blindTo(() => ({ consents: {} }))],
    ['preferences', blindTo(() => ({ preferences: {} }))],
    ['variants', SAME_ARMS],
    ['ids', blindTo(() => ({ ids: {} }))],
    ['problems', blindTo(() => ({ problems: [] }))],
    ['journeys', blindTo(({ journeys }) => ({ journeys: { ...journeys, instances: [] } }))],
    ['accounts', blindTo(() => ({ groups: {} }))],
    ['time', STOPPED],
  ])('the law sees a situation that is blind to %s', (_, told) => {
    expect(failsOn(sameAsAnew(told))).toBe(true);
  });

  it('is not asked for where a condition holds for a while', () => {
    const timed = experience('timed', { where: { 'stats.firstSeenAt': { $within: 'PT15M' } } });
    expect(situations(catalogWith([timed]))).toBeNull();
  });

  it('is asked for where the catalog looks at what has a short text', () => {
    const told = EXPERIENCES.filter(({ id }) => id !== 'timed');
    expect(situations(catalogWith([...ALWAYS, ...told]))).not.toBeNull();
  });
});
