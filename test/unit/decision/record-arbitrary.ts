import fc from 'fast-check';
import type { Cart } from '../../../lib/domain/cart/cart.ts';
import type { CompiledCatalog } from '../../../lib/domain/catalog/compiled.ts';
import type { DecisionInput } from '../../../lib/domain/decision/decide.ts';
import type { DecisionRequest } from '../../../lib/domain/decision/request.ts';
import type { Json } from '../../../lib/domain/json.ts';
import type {
  GrantProfile,
  GroupProfile,
  JourneyProfile,
  Profile,
} from '../../../lib/domain/visitor/profile.ts';
import { catalogOf, definitionsOf, documents } from '../catalog/support.ts';

export const NOW = Date.UTC(2026, 10, 22, 9, 30);
const DAY = 86_400_000;

const settings = `
kind: settings
id: settings
globalHoldout: 20
timezone: Asia/Tokyo
effort: { Payment Failed: 3, Search: 1 }
`;

/** One document each: a catalog of the law has any of them, and reads what they read. */
const pool: readonly string[] = [
  '{ kind: experience, id: plain, placement: a, priority: 1, content: { text: Hi } }',
  '{ kind: experience, id: age, placement: a, where: { traits.age: { $gte: 30 } }, content: { text: "{{ traits.age }}" } }',
  '{ kind: experience, id: nested, placement: b, where: { traits.home.city: Delft }, content: Delft }',
  '{ kind: experience, id: all-traits, placement: b, content: { text: "{{ visitor.traits | json }}" } }',
  '{ kind: experience, id: everything, placement: c, content: { text: "{{ visitor | json }} {{ account | json }}" } }',
  '{ kind: experience, id: size, placement: b, priority: 2, content: { text: "{{ traits.size }} {{ visitor.preferences.size }}" } }',
  '{ kind: experience, id: dotted, placement: b, priority: 3, content: { text: "{{ traits[\'home.city\'] }}" } }',
  '{ kind: experience, id: loop, placement: b, priority: 4, content: "{% for pair in visitor.preferences %}{{ pair[0] }}{% endfor %}" }',
  '{ kind: experience, id: chosen, placement: b, priority: 5, content: "{{ visitor.traits[context.trait] }}" }',
  '{ kind: experience, id: name, placement: c, content: { text: "Hello {{ visitor.preferredName }}" } }',
  '{ kind: experience, id: consented, placement: a, consent: personalization, priority: 9, content: { text: "Yours" } }',
  '{ kind: experience, id: likes, placement: a, where: { visitor.preferences.colour: red }, priority: 7, content: { text: "Red" } }',
  '{ kind: experience, id: limited, placement: a, priority: 10, limit: { max: 2, per: P1D }, content: { text: "Not so often" } }',
  '{ kind: experience, id: looker, placement: c, priority: 8, where: { events: { name: Product Viewed, count: { $gte: 2 }, within: P1M } }, content: { text: "Again" } }',
  '{ kind: experience, id: ever, placement: a, priority: 8, where: { events: { name: Search, count: { $gte: 3 } } }, content: { text: "Found?" } }',
  '{ kind: experience, id: variants, placement: [a, b], priority: 11, variants: [{ id: x, weight: 50, content: X }, { id: y, weight: 50, content: Y }] }',
  '{ kind: experience, id: tired, placement: c, priority: 9, intent: recover, where: { stats.effort: { $gte: 4 } }, content: { text: "{{ stats.effort }}" } }',
  '{ kind: experience, id: morning, placement: c, priority: 6, where: { now.hour: { $lt: 12 } }, content: { text: "{{ now.date }} {{ now | date: \'%H:%M %Z\' }}" } }',
  '{ kind: experience, id: troubled, placement: a, intent: recover, where: { visitor.openProblems.id: late }, content: { text: "Sorry {{ visitor.openProblems[0].key }}" } }',
  '{ kind: experience, id: business, placement: b, priority: 6, where: { account.tier: gold }, content: { text: "{{ account.manager }}" } }',
  '{ kind: experience, id: family, placement: c, priority: 5, where: { visitor.household.city: Delft }, content: { text: "{{ visitor.household.street }}" } }',
  '{ kind: experience, id: cart, placement: [b, c], priority: 7, where: { cart.total: { $gte: 3000 } }, content: { text: "{{ cart.lines[0].name }} {{ cart.itemCount }}" } }',
  '{ kind: experience, id: seen, placement: c, priority: 4, where: { stats.lastSeenAt: { $within: P7D }, stats.sessions: { $gte: 1 } }, content: "{{ stats | json }}" }',
  '{ kind: experience, id: in-segment, placement: a, priority: 6, where: { segment: buyer }, content: Buyer }',
  '{ kind: experience, id: fallback, placement: a, default: true, content: "{{ visitor.traits.colour }}" }',
  '{ kind: experience, id: broken, placement: a, priority: 50, where: { traits.age: 30 }, content: "{{ traits.age | divided_by: 0 }}" }',
  '{ kind: offer, id: ten, reward: { type: percentage, value: 10, on: order }, until: 2027-01-01T00:00:00Z }',
  '{ kind: offer, id: fits, reward: { type: percentage, value: 20, on: lines }, lines: { line.attributes.size: { $eq: { $fact: traits.size } } }, until: 2027-01-01T00:00:00Z }',
  '{ kind: offer, id: gold, reward: { type: amount, value: 500, on: order }, where: { account.tier: gold }, until: 2027-01-01T00:00:00Z }',
  '{ kind: experience, id: in-journey, placement: b, priority: 9, where: { visitor.journeys.id: cart }, content: "{{ visitor.journeys[0].stepId }}" }',
  `kind: journey
id: cart
enter: { on: Product Added, where: { traits.colour: red, events: { name: Search, count: { $gte: 2 } } }, key: event.properties.cart }
priority: 40
steps:
  - { id: first, show: { placement: [a, b], content: "{{ event.properties.name }} for {{ traits.secret }} at {{ event.time }}" } }
  - { id: second, show: { placement: c, intent: protect, content: "{{ helper.name }} {{ visitor.preferences.other }}" } }
  - { id: sells, show: { placement: a, intent: sell, content: "{{ account.manager }}" } }
  - { id: broken, show: { placement: a, content: "{% for i in (1..100000) %}{% for j in (1..100000) %}x{% endfor %}{% endfor %}" } }`,
  '{ kind: journey, id: other, enter: { segment: buyer }, steps: [{ id: only, show: { placement: b, content: x } }] }',
  `kind: question
id: size
ask: "Which size, {{ traits.age }}?"
why: "{{ visitor.preferences.other }}"
channels: [web]
again: P10D
answers: [{ id: m, label: M, set: { traits: { size: M } } }, { id: "none", label: "{{ cart.total }}" }]`,
  '{ kind: question, id: how, ask: How?, why: w, answers: [{ id: so, label: So, set: { preferences: { colour: red } } }] }',
  '{ kind: offer, id: shared, code: RED, where: { traits.colour: red, cart.total: { $gte: 1000 } }, reward: { type: amount, value: 300 } }',
  '{ kind: offer, id: single, codes: { prefix: W-, count: 5 }, where: { cart.total: { $gte: 500 } }, reward: { type: amount, value: 200 } }',
  '{ kind: offer, id: granted, label: "For {{ traits.secret }}", requiresGrant: true, reward: { type: percentage, value: 30, on: order } }',
  '{ kind: offer, id: seat, intent: recover, requiresGrant: true, reward: { type: upgrade, to: business } }',
  '{ kind: offer, id: once, reward: { type: amount, value: 300 }, limits: { perVisitor: 1 }, combine: { group: once } }',
  '{ kind: offer, id: sorry, intent: recover, reward: { type: freeShipping }, where: { visitor.openProblems.0.severity: high }, combine: { group: shipping, with: [default] }, until: 2026-11-22T09:32:00Z }',
];

const segment = '{ kind: segment, id: buyer, where: { stats.orders: { $gte: 1 }, traits.colour: red } }';

/** Each document read once: that takes longer than all that is done with it. */
const definitions = new Map(
  [settings, segment, ...pool].map((text) => [text, definitionsOf(documents(text))] as const),
);

const catalogWith = (texts: readonly string[]): CompiledCatalog =>
  catalogOf(texts.flatMap((text) => definitions.get(text) ?? []));

/** Every document that the catalogs of the law are made of. */
const anyCatalog: fc.Arbitrary<CompiledCatalog> = fc
  .tuple(
    fc.oneof(
      fc.subarray([...pool], { minLength: 1 }),
      fc.subarray([...pool], { minLength: pool.length - 8 }),
    ),
    fc.boolean(),
  )
  .map(([chosen, set]) => catalogWith([...(set ? [settings] : []), segment, ...chosen]));

/** What visitors have counted is keyed by the ids that the catalogs give. */
const whole = catalogWith([segment, ...pool]);
const counterIds = [...whole.countersByEvent.values()].flat().map(({ id }) => id);

const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { nil: null });
const past = fc.integer({ min: NOW - 40 * DAY, max: NOW });

const traits: fc.Arbitrary<{ readonly [key: string]: Json }> = fc.record(
  {
    age: fc.constantFrom(20, 30, 31),
    colour: fc.constantFrom('red', 'green'),
    size: fc.constantFrom('M', 'L'),
    home: fc.record({ city: fc.constantFrom('Delft', 'Rome') }),
    'home.city': fc.constantFrom('Delft', 'Paris'),
    timezone: fc.constantFrom('Europe/Amsterdam', 'Nowhere/None'),
    preferredName: fc.constantFrom('Ann', 'Bo'),
    secret: fc.string({ maxLength: 5 }),
  },
  { requiredKeys: [] },
);

const preferences: fc.Arbitrary<{ readonly [key: string]: Json }> = fc.record(
  {
    name: fc.constantFrom('Annie', 'Bob'),
    colour: fc.constantFrom('red', 'blue'),
    contactStyle: fc.constantFrom('transaction-only', 'chatty'),
    size: fc.constantFrom('M'),
    other: fc.boolean(),
  },
  { requiredKeys: [] },
);

const group: fc.Arbitrary<GroupProfile> = fc.record({
  id: fc.constantFrom('acme', 'smith'),
  traits: fc.record(
    {
      tier: fc.constantFrom('gold', 'silver'),
      manager: fc.constantFrom('Eve', 'Kim'),
      city: fc.constantFrom('Delft', 'Rome'),
      street: fc.constant('Markt 1'),
      size: fc.constantFrom(3, 4),
    },
    { requiredKeys: [] },
  ),
});

const cart: fc.Arbitrary<Cart> = fc
  .tuple(
    fc.array(
      fc.record({
        sku: fc.constantFrom('A', 'B'),
        name: fc.constantFrom('Shoe', 'Hat'),
        quantity: fc.integer({ min: 1, max: 3 }),
        unitPrice: fc.integer({ min: 0, max: 4000 }),
        attributes: fc.record({ size: fc.constantFrom('M', 'L') }, { requiredKeys: [] }),
      }),
      { maxLength: 3 },
    ),
    fc.subarray(['red', 'W-1', 'W-2', 'NONE']),
  )
  .map(([lines, codes]) => ({
    codes,
    id: 'c',
    currency: 'EUR',
    shipping: 499,
    lines: lines.map((line, index) => ({ id: `l${index}`, ...line })),
    updatedAt: null,
  }));

const intent = fc.constantFrom('sell' as const, 'serve' as const, 'recover' as const, 'protect' as const);
const soonOrLate = maybe(fc.constantFrom(NOW - 1, NOW, NOW + 60_000, NOW + DAY));

const instance: fc.Arbitrary<JourneyProfile> = fc.record({
  journeyId: fc.constantFrom('cart', 'other', 'gone'),
  key: fc.constantFrom('', 'c-1', 'c-2'),
  definition: fc.constant('d'),
  since: past,
  stepId: maybe(fc.constantFrom('first', 'second')),
  heldOut: fc.integer({ min: 0, max: 5 }).map((number) => number === 0),
  variant: maybe(fc.constantFrom('bold', 'plain')),
  event: maybe(
    fc.record({
      name: fc.constant('Product Added'),
      time: past,
      properties: fc.record({ name: fc.constantFrom('Shoe', 'Hat') }),
    }),
  ),
  picked: fc.record({ helper: fc.record({ name: fc.constantFrom('Kim', 'Lee') }) }, { requiredKeys: [] }),
  shows: fc.array(
    fc.record({
      stepId: fc.constantFrom('first', 'second', 'sells', 'broken', 'gone'),
      placements: fc.subarray(['a', 'b', 'c'], { minLength: 1 }),
      intent,
      priority: fc.constantFrom(0, 7, 60),
      until: soonOrLate,
      variant: maybe(fc.constantFrom('bold', 'plain')),
    }),
    { maxLength: 3 },
  ),
  asks: fc.array(
    fc.record({
      stepId: fc.constant('ask'),
      questionId: fc.constantFrom('size', 'how', 'gone'),
      intent,
      until: soonOrLate,
    }),
    { maxLength: 2 },
  ),
});

const grant: fc.Arbitrary<GrantProfile> = fc.record({
  grantId: fc.uuid(),
  offerId: fc.constantFrom('granted', 'seat', 'ten', 'gone'),
  expiresAt: soonOrLate,
  because: fc.constantFrom(null, 'You left a cart'),
  status: fc.constantFrom('held' as const, 'held' as const, 'redeemed' as const, 'withdrawn' as const),
});

const anyProfile: fc.Arbitrary<Profile> = fc.record({
  visitorId: fc.constant('v-1'),
  known: fc.boolean(),
  seed: fc.constantFrom('anon:a', 'anon:b', 'user:c', 'user:d', 'user:e', 'user:f'),
  traits,
  preferences,
  consents: fc.record({ personalization: fc.boolean(), ads: fc.boolean() }, { requiredKeys: [] }),
  context: fc.record(
    { timezone: fc.constantFrom('America/New_York', 'Asia/Tokyo'), locale: fc.constant('nl') },
    { requiredKeys: [] },
  ),
  firstSeenAt: maybe(past),
  lastSeenAt: maybe(past),
  sessions: fc.nat(3),
  orders: fc.record({
    count: fc.nat(2),
    summed: fc.nat(2),
    revenue: fc.nat(9000),
    lastOrderAt: maybe(past),
  }),
  events: fc.dictionary(
    fc.constantFrom('Payment Failed', 'Search', 'Other'),
    fc.record({ count: fc.integer({ min: 1, max: 4 }), firstAt: past, lastAt: past }),
  ),
  counters: fc.dictionary(
    fc.constantFrom('unasked', ...counterIds),
    fc
      .array(past, { minLength: 1, maxLength: 4 })
      .map((times) => ({ total: times.length + 1, times: times.toSorted((a, b) => a - b) })),
  ),
  cart: maybe(cart),
  assignments: fc.dictionary(
    fc.constantFrom('variants', 'variants/in', 'variants/in/out', '$global', 'gone'),
    fc.record({ variant: fc.constantFrom('x', 'y', 'in', 'out'), at: past, tie: fc.constant('t') }),
  ),
  account: maybe(group),
  household: maybe(group),
  problems: fc.array(
    fc.record({
      problemId: fc.constantFrom('late', 'lost'),
      key: fc.constantFrom('BA117', 'KL1'),
      severity: fc.constantFrom('low' as const, 'medium' as const, 'high' as const),
      openedAt: past,
      closedAt: maybe(past),
      expiresAt: fc.constantFrom(NOW - 1, NOW, NOW + 60_000, NOW + DAY),
    }),
    { maxLength: 2 },
  ),
  journeys: fc.array(instance, { maxLength: 3 }),
  ended: fc.array(
    fc.record({
      journeyId: fc.constantFrom('cart', 'other', 'gone'),
      key: fc.constantFrom('', 'c-1'),
      endedAt: past,
      reason: fc.constantFrom('goal', 'exit'),
      heldOut: fc.boolean(),
    }),
    { maxLength: 3 },
  ),
  grants: fc.array(grant, { maxLength: 3 }),
});

const anyRequest: fc.Arbitrary<DecisionRequest> = fc.record({
  placements: fc.subarray(['a', 'b', 'c', 'unknown']).map((ids) => ids.map((id) => ({ id, limit: 3 }))),
  channel: maybe(fc.constantFrom('web', 'app')),
  cart: maybe(cart),
  context: fc.record(
    {
      timezone: fc.constantFrom('Australia/Sydney', 'Bad/Zone'),
      trait: fc.constantFrom('colour', 'secret'),
    },
    { requiredKeys: [] },
  ),
  account: maybe(group),
  explain: fc.boolean(),
});

const anyCodes: fc.Arbitrary<NonNullable<DecisionInput['codes']>> = fc.record({
  standing: fc.constantFrom('open', 'open', 'open', 'guarded', 'unread'),
  isTrusted: fc.boolean(),
  singleUse: fc.array(
    fc.record({
      code: fc.constantFrom('W-1', 'W-2'),
      offerId: fc.constantFrom('single', 'gone'),
      serial: fc.constantFrom(1, 2),
      used: fc.boolean(),
    }),
    { maxLength: 2 },
  ),
});

/** Decisions of any visitor, for any request, by any catalog of the pool. */
export const anyDecision: fc.Arbitrary<DecisionInput> = fc.record(
  {
    catalog: anyCatalog,
    profile: anyProfile,
    request: anyRequest,
    now: fc.constant(NOW),
    decisionId: fc.constant('v-1.d-1'),
    unread: fc.integer({ min: 0, max: 9 }).map((number) => number === 0),
    warnings: fc.constant([]),
    codes: anyCodes,
  },
  { requiredKeys: ['catalog', 'profile', 'request', 'now', 'decisionId', 'unread', 'warnings'] },
);
