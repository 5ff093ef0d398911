import { describe, expect, it } from 'vitest';
import type { ActiveAsk, ActiveShow } from '../../../lib/domain/journey/instance.ts';
import type { GrantProfile, JourneyProfile } from '../../../lib/domain/visitor/profile.ts';
import { cartOf, decideFor, NOW, outcomeOf, problem, shown, visitor } from './support.ts';

const HOUR = 3_600_000;

const rules = `
kind: journey
id: cart
enter: { on: Product Added, where: { cart.total: { $gte: 5000 } }, key: cart.id }
priority: 60
holdout: 10
goal: { on: Order Completed, within: P7D }
steps:
  - id: remind
    show: { placement: page, content: { headline: "Your {{ event.properties.name }}, {{ helper.name }}, {{ visitor.preferredName | default: 'there' }}" } }
  - { id: later, show: { placement: page, content: Later } }
  - { id: sweet, show: { placement: page, intent: sell, content: Sweet } }
  - { id: broken, show: { placement: page, content: "{% for i in (1..100000) %}{% for j in (1..100000) %}x{% endfor %}{% endfor %}" } }
---
kind: journey
id: by-segment
enter: { segment: vip }
holdout: 10
goal: { on: Order Completed, within: P7D }
steps: [{ id: only, show: { placement: page, content: Vip } }]
---
kind: segment
id: vip
where: { stats.revenue: { $gte: 100000 } }
---
{ kind: experience, id: strong, placement: page, priority: 80, content: Strong }
---
{ kind: experience, id: equal, placement: page, priority: 60, content: Equal }
---
{ kind: experience, id: weak, placement: page, priority: 40, content: Weak }
---
{ kind: experience, id: protects, placement: page, intent: protect, priority: 0, content: Careful }
---
{ kind: experience, id: fallback, placement: page, default: true, content: Default }
---
kind: offer
id: comeback
label: "Ten off, {{ traits.city }}"
requiresGrant: true
reward: { type: percentage, value: 10, on: order }
where: { cart.total: { $gte: 3000 } }
---
kind: offer
id: seat
intent: recover
requiresGrant: true
label: A better seat
reward: { type: upgrade, to: business, attributes: { lounge: true } }
---
kind: question
id: why-left
ask: Why did you leave, {{ traits.city }}?
why: We would like to do better.
channels: [web]
value: 10
answers:
  - { id: price, label: Too dear, set: { traits: { leftFor: price } } }
  - { id: time, label: No time, set: { traits: { leftFor: time } } }
---
kind: question
id: colour
ask: Which colour?
why: So that we show yours first.
value: 20
answers: [{ id: red, label: Red, set: { preferences: { colour: red } } }]
`;

const show = (stepId: string, more: Partial<ActiveShow> = {}): ActiveShow => ({
  stepId,
  placements: ['page'],
  intent: 'serve',
  priority: 60,
  until: null,
  variant: null,
  ...more,
});

const ask = (questionId: string, more: Partial<ActiveAsk> = {}): ActiveAsk => ({
  stepId: 'ask',
  questionId,
  intent: 'serve',
  until: null,
  ...more,
});

const inJourney = (more: Partial<JourneyProfile> = {}): JourneyProfile => ({
  journeyId: 'cart',
  key: 'c-1',
  definition: 'd',
  since: NOW - HOUR,
  stepId: 'remind',
  heldOut: false,
  variant: null,
  event: { name: 'Product Added', time: NOW - HOUR, properties: { name: 'Lipstick' } },
  picked: { helper: { name: 'Kim' } },
  shows: [],
  asks: [],
  ...more,
});

const grant = (offerId: string, more: Partial<GrantProfile> = {}): GrantProfile => ({
  grantId: `grant-of-${offerId}`,
  offerId,
  expiresAt: NOW + 2 * HOUR,
  because: 'You left a cart',
  status: 'held',
  ...more,
});

const showing = (...shows: readonly ActiveShow[]) => visitor({ journeys: [inJourney({ shows })] });
const journeysOf = (decision: ReturnType<typeof decideFor>) => decision.answer.explanation?.journeys ?? [];
const journeyOf = (decision: ReturnType<typeof decideFor>, id: string) =>
  journeysOf(decision).find(({ journeyId }) => journeyId === id);

describe('what a journey shows', () => {
  it('is rendered now, with the visitor, the event that brought them in and the rows that it picked', () => {
    const profile = { ...showing(show('remind')), preferences: { name: 'Don' } };
    const item = decideFor(rules, profile).answer.placements['page']?.items.find(
      ({ journeyId }) => journeyId,
    );
    expect(item).toEqual({
      experienceId: 'cart.remind',
      journeyId: 'cart',
      stepId: 'remind',
      content: { headline: 'Your Lipstick, Kim, Don' },
      reason: 'JOURNEY',
    });
  });

  it('stands by priority, before a standalone experience of the same', () => {
    const decision = decideFor(rules, showing(show('remind')));
    expect(shown(decision)).toEqual(['protects', 'strong', 'cart.remind', 'equal', 'weak']);
    expect(journeyOf(decision, 'cart')).toMatchObject({ key: 'c-1', stepId: 'remind', status: 'SHOWN' });
  });

  it('stands before all else where it recovers, and says so', () => {
    const decision = decideFor(rules, showing(show('remind', { intent: 'recover', priority: 0 })));
    expect(shown(decision)[0]).toBe('cart.remind');
    expect(decision.answer.placements['page']?.items[0]?.reason).toBe('RECOVERY');
  });

  it('counts with experiences for the room of a placement, and the loser is told by whom and how much', () => {
    const request = { placements: [{ id: 'page', limit: 2 }] };
    const decision = decideFor(rules, showing(show('remind')), request);
    expect(shown(decision)).toEqual(['protects', 'strong']);
    expect(journeyOf(decision, 'cart')).toMatchObject({ status: 'BEATEN', by: 'strong', difference: 20 });
    const winning = decideFor(rules, showing(show('remind', { priority: 90 })), request);
    expect(shown(winning)).toEqual(['protects', 'cart.remind']);
    expect(outcomeOf(winning, 'strong')).toMatchObject({
      status: 'BEATEN',
      by: 'cart.remind',
      difference: 10,
    });
  });

  it('stands where nothing else names the placement, and keeps its default away', () => {
    const only = rules.split('---').filter((text) => !text.includes('kind: experience'));
    const fallback = '{ kind: experience, id: fallback, placement: page, default: true, content: Default }';
    const yaml = [...only, fallback].join('\n---\n');
    expect(shown(decideFor(yaml, showing(show('remind'))))).toEqual(['cart.remind']);
    expect(shown(decideFor(only.join('---'), showing(show('remind'))))).toEqual(['cart.remind']);
    expect(shown(decideFor(yaml, visitor()))).toEqual(['fallback']);
  });

  it('is replaced by a later show of the same instance in the same placement', () => {
    const decision = decideFor(rules, showing(show('remind'), show('later')));
    expect(shown(decision)).toContain('cart.later');
    expect(shown(decision)).not.toContain('cart.remind');
  });

  it('stands beside that of another instance of the same journey, the newer first', () => {
    const journeys = [
      inJourney({ shows: [show('remind')] }),
      inJourney({ key: 'c-2', since: NOW - 60_000, shows: [show('remind', { variant: 'bold' })] }),
    ];
    const items = decideFor(rules, visitor({ journeys })).answer.placements['page']?.items ?? [];
    const ofJourneys = items.filter(({ journeyId }) => journeyId === 'cart');
    expect(ofJourneys.map(({ variant, reason }) => [variant, reason])).toEqual([
      ['bold', 'SPLIT'],
      [undefined, 'JOURNEY'],
    ]);
  });

  it('ends with its time, to the millisecond, and the answer may not be kept longer', () => {
    const ends = (until: number) => decideFor(rules, showing(show('remind', { until })));
    expect(shown(ends(NOW))).not.toContain('cart.remind');
    expect(journeyOf(ends(NOW), 'cart')).toMatchObject({ status: 'EXPIRED' });
    expect(shown(ends(NOW + 1))).toContain('cart.remind');
    expect(ends(NOW + 1).answer.expiresAt).toBe(new Date(NOW + 1).toISOString());
  });

  it('does not sell while a problem is open', () => {
    const profile = { ...showing(show('sweet', { intent: 'sell' })), problems: [problem('high')] };
    const decision = decideFor(rules, profile);
    expect(shown(decision)).not.toContain('cart.sweet');
    expect(journeyOf(decision, 'cart')).toMatchObject({ status: 'SERVICE_FIRST' });
    expect(shown(decideFor(rules, showing(show('sweet', { intent: 'sell' }))))).toContain('cart.sweet');
  });

  it('is nothing in its holdout, nor for whom it is defaults only', () => {
    const heldOut = decideFor(
      rules,
      visitor({ journeys: [inJourney({ heldOut: true, shows: [show('remind')] })] }),
    );
    expect(shown(heldOut)).not.toContain('cart.remind');
    expect(journeyOf(heldOut, 'cart')).toMatchObject({ status: 'HOLDOUT', key: 'c-1' });
    const wantsOut = { ...showing(show('remind')), preferences: { contactStyle: 'transaction-only' } };
    const decision = decideFor(rules, wantsOut);
    expect(shown(decision)).toEqual(['fallback']);
    expect(journeyOf(decision, 'cart')).toMatchObject({ status: 'EXCLUDED' });
    expect(shown(decideFor(rules, showing(show('remind')), { unread: true }))).toEqual(['fallback']);
  });

  it('is withheld by the global holdout unless it recovers or protects', () => {
    const settings = `${rules}\n---\n{ kind: settings, id: settings, globalHoldout: 100 }`;
    const withIntent = (intent: ActiveShow['intent']) =>
      shown(decideFor(settings, showing(show('remind', { intent }))));
    expect(withIntent('serve')).not.toContain('cart.remind');
    expect(withIntent('recover')).toContain('cart.remind');
    expect(withIntent('protect')).toContain('cart.remind');
  });

  it('degrades its placement alone where its content fails', () => {
    const decision = decideFor(rules, showing(show('broken')));
    expect(shown(decision)).toEqual(['protects', 'strong', 'equal', 'weak']);
    expect(decision.answer.warnings).toMatchObject([
      { code: 'TEMPLATE_FAILED', placement: 'page', experienceId: 'cart.broken' },
    ]);
    expect(journeyOf(decision, 'cart')).toMatchObject({ status: 'NO_EFFECT' });
  });

  it('is nothing where the journey or the step was removed', () => {
    const journeys = [
      inJourney({ journeyId: 'gone', shows: [show('remind')] }),
      inJourney({ shows: [show('gone')] }),
    ];
    const decision = decideFor(rules, visitor({ journeys }));
    expect(shown(decision)).toEqual(['protects', 'strong', 'equal', 'weak']);
    expect(decision.answer.warnings).toEqual([]);
  });
});

describe('a journey that the visitor is not in', () => {
  it('is explained by what is missing of them, else by the event', () => {
    const cheap = decideFor(rules, visitor(), { cart: cartOf(4000) });
    expect(journeyOf(cheap, 'cart')).toMatchObject({
      status: 'INELIGIBLE',
      fact: 'cart.total',
      operator: '$gte',
      needed: 5000,
      actual: 4000,
      gap: 1000,
    });
    const dear = decideFor(rules, visitor(), { cart: cartOf(6000) });
    expect(journeyOf(dear, 'cart')).toMatchObject({
      status: 'INELIGIBLE',
      fact: 'event.name',
      needed: ['Product Added'],
    });
    expect(journeyOf(dear, 'by-segment')).toMatchObject({
      status: 'INELIGIBLE',
      segment: 'vip',
      fact: 'visitor.stats.revenue',
      gap: 100_000,
    });
  });

  it('and was in before is explained by when and why it ended', () => {
    const ended = (endedAt: number, heldOut = false) => ({
      journeyId: 'cart',
      key: 'c-0',
      endedAt,
      reason: 'goal',
      heldOut,
    });
    const decision = decideFor(rules, visitor({ ended: [ended(NOW - HOUR), ended(NOW - 1)] }));
    expect(journeyOf(decision, 'cart')).toEqual({
      journeyId: 'cart',
      key: 'c-0',
      status: 'EXPIRED',
      endedAt: new Date(NOW - 1).toISOString(),
      reason: 'goal',
    });
    const heldOut = decideFor(rules, visitor({ ended: [ended(NOW - 1, true)] }));
    expect(journeyOf(heldOut, 'cart')).toMatchObject({ status: 'HOLDOUT' });
  });

  it('runs and shows nothing here: no effect', () => {
    const decision = decideFor(rules, visitor({ journeys: [inJourney()] }));
    expect(journeyOf(decision, 'cart')).toMatchObject({ status: 'NO_EFFECT', stepId: 'remind' });
  });
});

describe('facts', () => {
  const reads =
    '{ kind: experience, id: reads, placement: page, where: { visitor.journeys.id: cart }, content: "{{ visitor.journeys[0].stepId }} {{ visitor.journeys[0].key }}" }';

  it('tell in which journeys the visitor is, and not from which they are held out', () => {
    const items = decideFor(reads, visitor({ journeys: [inJourney()] })).answer.placements['page']?.items;
    expect(items?.[0]?.content).toBe('remind c-1');
    expect(shown(decideFor(reads, visitor({ journeys: [inJourney({ heldOut: true })] })))).toEqual([]);
    expect(shown(decideFor(reads, visitor()))).toEqual([]);
  });

  it('know no problem past its expiry, even where nobody has closed it', () => {
    const yaml =
      '{ kind: experience, id: troubled, placement: page, where: { visitor.openProblems.id: a-high-one }, content: x }';
    const expiring = (expiresAt: number) => visitor({ problems: [{ ...problem('high'), expiresAt }] });
    expect(decideFor(yaml, expiring(NOW)).answer.serviceFirst).toBe(false);
    expect(shown(decideFor(yaml, expiring(NOW)))).toEqual([]);
    const open = decideFor(yaml, expiring(NOW + 1000));
    expect(open.answer.serviceFirst).toBe(true);
    expect(shown(open)).toEqual(['troubled']);
    expect(open.answer.expiresAt).toBe(new Date(NOW + 1000).toISOString());
  });
});

describe('a granted offer', () => {
  const cart = cartOf(5000);

  it('applies with its grant, and not without', () => {
    const granted = decideFor(rules, visitor({ grants: [grant('comeback')] }), { cart });
    expect(granted.answer.cart?.applied).toMatchObject([
      { offerId: 'comeback', grantId: 'grant-of-comeback', amount: 500 },
    ]);
    const without = decideFor(rules, visitor(), { cart });
    expect(without.answer.cart?.applied).toEqual([]);
    expect(outcomeOf(without, 'comeback')).toMatchObject({ status: 'NOT_GRANTED' });
  });

  it.each<[string, Partial<GrantProfile>]>([
    ['redeemed', { status: 'redeemed' }],
    ['withdrawn', { status: 'withdrawn' }],
    ['past its time', { expiresAt: NOW }],
  ])('is gone once it is %s', (_, more) => {
    const { answer } = decideFor(rules, visitor({ grants: [grant('comeback', more)] }), { cart });
    expect(answer.cart?.applied).toEqual([]);
    expect(answer.offers).toEqual([]);
  });

  it('still has to fit the cart', () => {
    const decision = decideFor(rules, visitor({ grants: [grant('comeback')] }), { cart: cartOf(2000) });
    expect(decision.answer.cart?.applied).toEqual([]);
    expect(outcomeOf(decision, 'comeback')).toMatchObject({ status: 'INELIGIBLE', gap: 1000 });
  });

  it('applies by the grant that ends first', () => {
    const grants = [
      grant('comeback', { grantId: 'late', expiresAt: null }),
      grant('comeback', { grantId: 'soon', expiresAt: NOW + HOUR }),
    ];
    const { answer } = decideFor(rules, visitor({ grants }), { cart });
    expect(answer.cart?.applied.map(({ grantId }) => grantId)).toEqual(['soon']);
    expect(answer.offers.map(({ grantId }) => grantId)).toEqual(['soon', 'late']);
  });

  it('is listed without a cart too, an entitlement with what it is to', () => {
    const grants = [grant('comeback'), grant('seat', { expiresAt: NOW + HOUR, because: null })];
    const decision = decideFor(rules, visitor({ grants, traits: { city: 'Delft' } }));
    expect(decision.answer.offers).toEqual([
      {
        offerId: 'seat',
        grantId: 'grant-of-seat',
        label: 'A better seat',
        status: 'AVAILABLE',
        expiresAt: new Date(NOW + HOUR).toISOString(),
        to: 'business',
        attributes: { lounge: true },
      },
      {
        offerId: 'comeback',
        grantId: 'grant-of-comeback',
        label: 'Ten off, Delft',
        status: 'AVAILABLE',
        because: 'You left a cart',
        expiresAt: new Date(NOW + 2 * HOUR).toISOString(),
      },
    ]);
    expect(outcomeOf(decision, 'seat')).toMatchObject({ status: 'SHOWN', grantId: 'grant-of-seat' });
  });

  it('that sells is neither applied nor listed while a problem is open; an apology is', () => {
    const profile = visitor({ grants: [grant('comeback'), grant('seat')], problems: [problem('medium')] });
    const decision = decideFor(rules, profile, { cart });
    expect(decision.answer.cart?.applied).toEqual([]);
    expect(decision.answer.offers.map(({ offerId }) => offerId)).toEqual(['seat']);
    expect(outcomeOf(decision, 'comeback')).toMatchObject({ status: 'SERVICE_FIRST' });
  });

  it('applies to the cart of who wants to buy and be gone, and is not advertised', () => {
    const profile = visitor({
      grants: [grant('comeback')],
      preferences: { contactStyle: 'transaction-only' },
    });
    const { answer } = decideFor(rules, profile, { cart });
    expect(answer.cart?.applied.map(({ offerId }) => offerId)).toEqual(['comeback']);
    expect(answer.offers).toEqual([]);
  });
});

describe('a question of a journey', () => {
  const asking = (...asks: readonly ActiveAsk[]) => visitor({ journeys: [inJourney({ asks })] });
  const asked = (decision: ReturnType<typeof decideFor>) =>
    decision.answer.questions.map(({ questionId }) => questionId);

  it('is asked with its answers and what they change, what is worth most to know first', () => {
    const profile = { ...asking(ask('why-left'), ask('colour')), traits: { city: 'Delft' } };
    const decision = decideFor(rules, profile, { channel: 'web' });
    expect(decision.answer.questions).toEqual([
      {
        questionId: 'colour',
        ask: 'Which colour?',
        answers: [{ id: 'red', label: 'Red' }],
        why: 'So that we show yours first.',
        changes: ['preferences.colour'],
      },
      {
        questionId: 'why-left',
        ask: 'Why did you leave, Delft?',
        answers: [
          { id: 'price', label: 'Too dear' },
          { id: 'time', label: 'No time' },
        ],
        why: 'We would like to do better.',
        changes: ['traits.leftFor'],
      },
    ]);
  });

  it('is asked on its channels only', () => {
    const profile = asking(ask('why-left'), ask('colour'));
    expect(asked(decideFor(rules, profile, { channel: 'app' }))).toEqual(['colour']);
    expect(asked(decideFor(rules, profile))).toEqual(['colour']);
  });

  it('is not asked twice: what is known, however it became known, is no question', () => {
    const known = { ...asking(ask('why-left')), traits: { leftFor: 'price' } };
    expect(asked(decideFor(rules, known, { channel: 'web' }))).toEqual([]);
  });

  it('ends with its time, its journey, and where nothing but transactions is wanted', () => {
    const never = [
      asking(ask('colour', { until: NOW })),
      asking(ask('gone')),
      visitor({ journeys: [inJourney({ heldOut: true, asks: [ask('colour')] })] }),
      { ...asking(ask('colour')), preferences: { contactStyle: 'transaction-only' } },
      { ...asking(ask('colour', { intent: 'sell' })), problems: [problem('high')] },
    ];
    for (const profile of never) expect(asked(decideFor(rules, profile))).toEqual([]);
  });
});
