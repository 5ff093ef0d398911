import { describe, expect, it } from 'vitest';
import { factsOf } from '../../../lib/domain/condition/facts.ts';
import { findings } from './support.ts';

const experience = (fields: string): string => `{ kind: experience, id: e, placement: home.hero, ${fields} }`;
const offer = (fields: string, id = 'o'): string =>
  `{ kind: offer, id: ${id}, reward: { type: percentage, value: 10 }, ${fields} }`;
const journey = (steps: string, enter = '{ on: Product Added }'): string =>
  `{ kind: journey, id: j, enter: ${enter}, goal: { on: Order Completed }, holdout: 10, steps: [${steps}] }`;
const catalog = (...definitions: readonly string[]): string => definitions.join('\n---\n');
const segment = (where: string, id = 's'): string => `{ kind: segment, id: ${id}, where: ${where} }`;
const bounded = 'until: 2030-01-01T00:00:00Z';

describe('the lint', () => {
  it.each([
    ['an unknown segment', segment('{ segment: none }'), 'error reference-missing segment/s where'],
    [
      'an unknown segment deep in a condition',
      experience('content: a, where: { $or: [ { $not: { segment: none } } ] }'),
      'error reference-missing experience/e where',
    ],
    ['an unknown offer', experience('content: a, offer: none'), 'error reference-missing experience/e offer'],
    [
      'an unknown offer granted',
      journey('{ id: a, grant: { offer: none } }'),
      'error reference-missing journey/j steps[0].grant.offer',
    ],
    [
      'an unknown question',
      journey('{ id: a, ask: { question: none } }'),
      'error reference-missing journey/j steps[0].ask.question',
    ],
    [
      'an unknown list',
      journey('{ id: a, pick: { list: none, as: x } }'),
      'error reference-missing journey/j steps[0].pick.list',
    ],
    [
      'an unknown journey measured',
      '{ kind: kpi, id: k, measure: { journey: none, rate: goal }, now: 0, tomorrow: 1, by: 2030-01-01 }',
      'error reference-missing kpi/k measure.journey',
    ],
    [
      'an unknown learned fact',
      segment('{ visitor.learned.none: { $exists: true } }'),
      'error reference-missing segment/s where',
    ],
    [
      'what an account has left where nothing says what it may spend',
      segment('{ account.authorization.remaining: { $gte: 100 } }'),
      'warning reference-missing segment/s where',
    ],
    [
      'a group that nobody is in',
      offer(`${bounded}, combine: { with: [none] }`),
      'warning reference-missing offer/o combine.with[0]',
    ],
    [
      'two values of one fact',
      segment('{ $and: [ { visitor.known: true }, { visitor.known: false } ] }'),
      'error condition-contradictory segment/s where',
    ],
    [
      'an empty range',
      segment('{ traits.age: { $gte: 30, $lt: 20 } }'),
      'error condition-contradictory segment/s where',
    ],
    [
      'a range of one missing point',
      segment('{ cart.total: { $gt: 5, $lte: 5 } }'),
      'error condition-contradictory segment/s where',
    ],
    [
      'an empty range of a count',
      segment('{ events: { name: A, count: { $gte: 5, $lt: 3 } } }'),
      'error condition-contradictory segment/s where',
    ],
    [
      'a count below nothing',
      segment('{ events: { name: A, count: { $lt: 0 } } }'),
      'error condition-contradictory segment/s where',
    ],
    [
      'within and older than the same',
      segment('{ stats.lastOrderAt: { $within: P1D, $olderThan: P1D } }'),
      'error condition-contradictory segment/s where',
    ],
    ['one of nothing', segment('{ channel: { $in: [] } }'), 'error condition-contradictory segment/s where'],
    [
      'alternatives that all contradict',
      segment('{ $or: [ { traits.age: { $gt: 2, $lt: 1 } }, { traits.age: { $gt: 4, $lt: 3 } } ] }'),
      'error condition-contradictory segment/s where',
    ],
    [
      'in a segment and not in it',
      catalog(segment('{ visitor.known: true }', 'a'), segment('{ segment: a, $not: { segment: a } }')),
      'error condition-contradictory segment/s where',
    ],
    [
      'two texts of a trait, which may be a list',
      segment('{ $and: [ { traits.interests: a }, { traits.interests: b } ] }'),
      'warning condition-contradictory segment/s where',
    ],
    ['an automatic offer without end', offer('apply: automatic'), 'error offer-unbounded offer/o'],
    [
      'lines of a reward that is not on lines',
      '{ kind: offer, id: o, code: X, lines: { line.sku: a }, reward: { type: percentage, value: 5, on: order } }',
      'warning reward-field-ignored offer/o lines',
    ],
    [
      'free shipping on the order',
      '{ kind: offer, id: o, code: X, reward: { type: freeShipping, on: order } }',
      'warning reward-field-ignored offer/o reward.on',
    ],
    [
      'a fixed price of what others left',
      '{ kind: offer, id: o, code: X, reward: { type: fixedPrice, value: 5, base: discounted } }',
      'warning reward-field-ignored offer/o reward.base',
    ],
    [
      'a greeting by the legal name',
      experience('content: { text: "Dear {{ visitor.traits.firstName }}" }'),
      'error legal-name experience/e content.text',
    ],
    [
      'the same in brackets',
      experience(`content: "{{ visitor.traits['first_name'] }}"`),
      'error legal-name experience/e content',
    ],
    [
      'a title',
      experience('content: "Dear Mrs. {{ visitor.preferredName }}"'),
      'error legal-name experience/e content',
    ],
    [
      'an apology to everybody',
      experience('content: { text: "We are sorry" }'),
      'error apology-without-problem experience/e content.text',
    ],
    [
      'an apology in a journey that no problem starts',
      journey('{ id: a, message: { channel: email, topic: x, content: Our apologies } }'),
      'error apology-without-problem journey/j steps[0].message.content',
    ],
    [
      'a last chance of no offer',
      experience('content: "Last chance!"'),
      'error fake-urgency experience/e content',
    ],
    [
      'a countdown of no offer',
      experience('content: { countdown: "2026-12-01T00:00:00Z" }'),
      'error fake-urgency experience/e content.countdown',
    ],
    [
      'a hurry for an offer without end',
      catalog(experience('content: "Hurry", offer: o'), offer('limits: { total: 5 }')),
      'error fake-urgency experience/e content',
    ],
    [
      '"just for you" to everybody',
      experience('content: "Picked just for you"'),
      'error claim-not-individual experience/e content',
    ],
    [
      'the same on a condition that asks nothing',
      experience('content: "Exclusively yours", where: { $and: [] }'),
      'error claim-not-individual experience/e content',
    ],
    [
      'a recovery that sells',
      catalog(experience('content: a, intent: recover, offer: o'), offer(bounded)),
      'error sell-in-recovery experience/e offer',
    ],
    [
      'a sale to those in trouble only',
      experience(
        'content: a, intent: sell, where: { visitor.openProblems: { $elemMatch: { severity: high } } }',
      ),
      'error sell-in-recovery experience/e intent',
    ],
    [
      'a sale in a journey that a problem starts',
      journey('{ id: a, show: { placement: p, intent: sell, content: x } }', '{ on: Problem Opened }'),
      'error sell-in-recovery journey/j steps[0].show.intent',
    ],
    [
      'a selling offer granted after a recovery',
      catalog(
        journey(
          '{ id: a, show: { placement: p, intent: recover, content: x } }, { id: b, grant: { offer: o } }',
        ),
        offer('requiresGrant: true'),
      ),
      'error sell-in-recovery journey/j steps[1].grant.offer',
    ],
    [
      'a journey without goal',
      '{ kind: journey, id: j, enter: { on: A }, holdout: 10, steps: [] }',
      'warning goal-missing journey/j goal',
    ],
    [
      'a journey without holdout',
      '{ kind: journey, id: j, enter: { on: A }, goal: { on: B }, steps: [] }',
      'warning holdout-missing journey/j holdout',
    ],
    [
      'an urgent message of another topic',
      journey('{ id: a, message: { channel: email, topic: cart, urgent: true, content: x } }'),
      'error quiet-hours-overridden journey/j steps[0].message.urgent',
    ],
    [
      'steps after the end',
      journey('{ id: a, exit: x }, { id: b, exit: y }'),
      'error step-unreachable journey/j steps[1]',
    ],
    [
      'steps after branches that all end',
      journey(
        '{ id: a, when: [ { if: { visitor.known: true }, then: [ { id: b, exit: x } ] }, { else: [ { id: c, exit: y } ] } ] }, { id: d, exit: z }',
      ),
      'error step-unreachable journey/j steps[1]',
    ],
    [
      'a branch after one that takes everyone',
      journey('{ id: a, when: [ { if: {}, then: [] }, { else: [ { id: b, exit: x } ] } ] }'),
      'error step-unreachable journey/j steps[0].when[1]',
    ],
    [
      'a branch that nobody takes',
      journey('{ id: a, when: [ { if: { cart.total: { $gt: 2, $lt: 1 } }, then: [] } ] }'),
      'error step-unreachable journey/j steps[0].when[0]',
    ],
    [
      'an arm of weight 0',
      journey(
        '{ id: a, split: [ { name: x, weight: 0, steps: [ { id: b, exit: x } ] }, { name: y, weight: 1, steps: [] } ] }',
      ),
      'error step-unreachable journey/j steps[0].split[0].steps',
    ],
    [
      'two steps of one id',
      journey('{ id: a, wait: { for: P1D } }, { id: a, exit: x }'),
      'error duplicate-id journey/j steps[1].id',
    ],
  ])('finds %s', (_what, yaml, expected) => {
    expect(findings(yaml)).toContain(expected);
  });

  it.each([
    [
      'conditions on one fact that somebody fulfils',
      segment('{ traits.age: { $gte: 20, $lt: 30 }, channel: { $in: [web, app], $ne: app } }'),
    ],
    ['alternatives of which one can hold', segment('{ $or: [ { channel: web }, { channel: app } ] }')],
    ['an offer with an end', offer(bounded)],
    ['an offer with limits', offer('limits: { perVisitor: 1 }')],
    ['an offer that needs a grant', offer('requiresGrant: true')],
    [
      'contract prices without end',
      '{ kind: offer, id: o, reward: { type: contractPrice, prices: { A: 1 } } }',
    ],
    ['an offer by code without end', offer('apply: code, code: WELCOME')],
    ['the name that people use', experience('content: "Hello {{ visitor.preferredName }}"')],
    ['the name of an account', experience('content: "{{ account.traits.name }}"')],
    [
      'an apology to those with a problem',
      experience('content: We are sorry, where: { visitor.openProblems: { $elemMatch: { id: late } } }'),
    ],
    [
      'the same through a segment',
      catalog(
        segment('{ visitor.openProblems: { $exists: true } }'),
        experience('content: We are sorry, where: { segment: s }'),
      ),
    ],
    [
      'an apology in a journey that a problem starts',
      journey(
        '{ id: a, show: { placement: p, intent: recover, content: We are sorry } }',
        '{ on: Problem Opened }',
      ),
    ],
    [
      'an apology where the event opens a problem',
      catalog(
        '{ kind: problem, id: p, opens: { on: late }, severity: high }',
        journey(
          '{ id: a, message: { channel: email, topic: service, content: Our apologies } }',
          '{ on: late }',
        ),
      ),
    ],
    [
      'a last chance of an offer that ends',
      catalog(experience('content: Last chance, offer: o'), offer(bounded)),
    ],
    [
      'a last chance of a grant that ends',
      catalog(
        journey(
          '{ id: g, grant: { offer: o, for: P2D } }, { id: a, show: { placement: p, content: Last chance } }',
        ),
        offer('requiresGrant: true'),
      ),
    ],
    [
      '"just for you" on a condition',
      experience('content: Just for you, where: { traits.interests: makeup }'),
    ],
    [
      'an urgent message of service',
      journey('{ id: a, message: { channel: email, topic: service, urgent: true, content: x } }'),
    ],
    [
      'an apology granted as recovery',
      catalog(
        journey('{ id: a, grant: { offer: o } }', '{ on: Problem Opened }'),
        offer('requiresGrant: true, intent: recover'),
      ),
    ],
    [
      'steps after branches of which one goes on',
      journey(
        '{ id: a, when: [ { if: { visitor.known: true }, then: [ { id: b, exit: x } ] } ] }, { id: d, exit: z }',
      ),
    ],
    [
      'two groups that name each other',
      catalog(
        offer(`${bounded}, combine: { group: a, with: [b] }`),
        offer(`${bounded}, combine: { group: b, with: [a] }`, 'p'),
      ),
    ],
  ])('lets pass %s', (_what, yaml) => {
    expect(findings(yaml)).toEqual([]);
  });

  it('checks a claim against recent visitors', () => {
    const yaml = experience('content: Just for you, where: { traits.interests: makeup }');
    const visitors = (interested: number) =>
      Array.from({ length: 100 }, (_, position) =>
        factsOf({ visitor: { traits: { interests: position < interested ? ['makeup'] : [] } } }, 0),
      );
    expect(findings(yaml, visitors(10))).toEqual([]);
    expect(findings(yaml, visitors(11))).toEqual(['error claim-not-individual experience/e content']);
  });
});
