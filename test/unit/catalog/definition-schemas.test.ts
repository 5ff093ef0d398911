import { describe, expect, it } from 'vitest';
import { parseDefinitions } from '../../../lib/contracts/catalog/definition.ts';
import { EVERY_KIND } from './every-kind.ts';
import { documents, refusals } from './support.ts';

const REWARDS = `
- { type: percentage, value: 33.33, base: discounted }
- { type: amount, value: 500, currency: JPY, on: order }
- { type: fixedPrice, value: 999, on: lines }
- { type: freeShipping, max: 499 }
- { type: buyXGetY, buy: 2, get: 1, percentage: 50, times: 3 }
- { type: tiered, by: quantity, tiers: [ { from: 2, percentage: 5 }, { from: 5, amount: 300 }, { from: 9, fixedPrice: 100 } ] }
- { type: gift, sku: BAG-1, quantity: 1, choose: [a, b] }
- { type: upgrade, to: business, attributes: { cabin: C } }
- { type: contractPrice, prices: { LIP-1: 1000 } }
- { type: contractPrice, account: account.contract.prices }
`;

const offer = (fields: object): object => ({
  kind: 'offer',
  id: 'o',
  reward: { type: 'percentage', value: 10 },
  ...fields,
});
const experience = (fields: object): object => ({
  kind: 'experience',
  id: 'e',
  placement: 'home.hero',
  content: {},
  ...fields,
});
const settings = (fields: object): object => ({ kind: 'settings', id: 'settings', ...fields });
const journey = (fields: object): object => ({
  kind: 'journey',
  id: 'j',
  enter: { on: 'Product Added' },
  steps: [],
  ...fields,
});
const variantsOf = (weight: number): object => ({
  kind: 'experience',
  id: 'e',
  placement: 'p',
  variants: [{ id: 'a', weight, content: 1 }],
});
const journeyOf = (step: string): string =>
  `{ kind: journey, id: j, enter: { on: Product Added }, steps: [${step}] }`;
const written = (yaml: string): unknown => documents(yaml)[0];
const nested = (depth: number): object => (depth === 0 ? {} : { deeper: nested(depth - 1) });

describe('the schemas of the catalog', () => {
  it('take every kind with all of its fields', () => {
    const parsed = parseDefinitions(documents(EVERY_KIND));
    expect(parsed.ok ? parsed.definitions.length : parsed.errors).toBe(13);
  });

  it('keep a definition exactly as it was written', () => {
    const written = documents(EVERY_KIND);
    const parsed = parseDefinitions(written);
    expect(parsed.ok && parsed.definitions).toEqual(written);
  });

  it('take every reward', () => {
    for (const reward of documents(REWARDS).flatMap((list) => (Array.isArray(list) ? list : []))) {
      expect(refusals([offer({ reward })])).toEqual([]);
    }
  });

  it.each([
    ['an unknown kind', { kind: 'banner', id: 'b' }, 'kind: expected one of settings, segment'],
    ['no object at all', 'kind: segment', ': expected object'],
    ['an unknown field', experience({ colour: 'red' }), 'colour: unknown field'],
    [
      'an unknown nested field',
      settings({ messageLimit: { max: 1, per: 'P1D', x: 1 } }),
      'messageLimit.x: unknown field',
    ],
    ['an id with capitals', experience({ id: 'Hero' }), 'id: expected lower-case letters'],
    ['no id', { kind: 'segment', where: {} }, 'id: expected an id'],
    ['no content', { kind: 'experience', id: 'e', placement: 'p' }, 'content: expected content or variants'],
    [
      'content beside variants',
      experience({ variants: [{ id: 'a', weight: 1, content: 1 }] }),
      'content: expected either',
    ],
    ['variants that all weigh nothing', variantsOf(0), 'variants: expected a weight above 0'],
    [
      'a placement with a space',
      experience({ placement: 'home hero' }),
      'placement: expected the name of a placement',
    ],
    ['a priority over 100', experience({ priority: 101 }), 'priority: expected a priority from 0 to 100'],
    ['a condition that is a list', experience({ where: [] }), 'where: expected a condition'],
    [
      'a limit of more than is counted',
      experience({ limit: { max: 101, per: 'P1D' } }),
      'limit.max: expected at most 100',
    ],
    [
      'a limit over more than is counted',
      experience({ limit: { max: 1, per: 'P401D' } }),
      'limit.per: expected a duration of at most P400D',
    ],
    [
      'a duration of nothing',
      experience({ limit: { max: 1, per: 'PT0S' } }),
      'limit.per: expected an ISO 8601 duration',
    ],
    ['a duration in words', settings({ lateEvents: '3 days' }), 'lateEvents: expected an ISO 8601 duration'],
    ['an unknown currency', settings({ currency: 'XYZ' }), 'currency: expected an ISO 4217 currency'],
    [
      'an unknown time zone',
      settings({ timezone: 'Europe/Atlantis' }),
      'timezone: expected an IANA time zone',
    ],
    ['an offset as time zone', settings({ timezone: '+01:00' }), 'timezone: expected an IANA time zone'],
    [
      'a holdout of three decimals',
      settings({ globalHoldout: 1.005 }),
      'globalHoldout: expected at most two decimals',
    ],
    [
      'a day with 24 hours too many',
      settings({ quietHours: { from: '24:00', to: '08:00' } }),
      'quietHours.from: expected a time of day',
    ],
    [
      'a percentage of 0',
      offer({ reward: { type: 'percentage', value: 0 } }),
      'reward.value: expected a percentage above 0',
    ],
    [
      'a percentage below 0',
      offer({ reward: { type: 'percentage', value: -5 } }),
      'reward.value: expected a percentage above 0',
    ],
    ['an amount of 2^53', offer({ reward: { type: 'amount', value: 2 ** 53 } }), 'reward.value: expected'],
    [
      'a fixed price below 0',
      offer({ reward: { type: 'fixedPrice', value: -1 } }),
      'reward.value: expected an amount that is not negative',
    ],
    [
      'two tiers that begin at once',
      offer({
        reward: {
          type: 'tiered',
          by: 'total',
          tiers: [
            { from: 0, amount: 1 },
            { from: 0, amount: 2 },
          ],
        },
      }),
      'reward.tiers: expected each tier to begin elsewhere',
    ],
    [
      'a percentage over 100',
      offer({ reward: { type: 'percentage', value: 100.01 } }),
      'reward.value: expected a percentage above 0',
    ],
    [
      'an amount of major units',
      offer({ reward: { type: 'amount', value: 9.99 } }),
      'reward.value: expected minor units',
    ],
    ['an amount of 1e308', offer({ reward: { type: 'amount', value: 1e308 } }), 'reward.value: '],
    ['an unknown reward', offer({ reward: { type: 'lottery' } }), 'reward.type: expected one of percentage'],
    [
      'a tier of two rewards',
      offer({ reward: { type: 'tiered', by: 'total', tiers: [{ from: 1, amount: 1, percentage: 1 }] } }),
      'reward.tiers[0]: expected exactly one of',
    ],
    ['a time without offset', offer({ until: '2026-01-01T00:00:00' }), 'until: expected an RFC 3339 time'],
    [
      'a day that does not exist',
      offer({ until: '2026-02-30T00:00:00Z' }),
      'until: expected an RFC 3339 time',
    ],
    [
      'an end before the start',
      offer({ from: '2026-02-01T00:00:00Z', until: '2026-01-01T00:00:00Z' }),
      'until: expected a time after from',
    ],
    ['a code offer without a code', offer({ apply: 'code' }), 'code: expected code or codes'],
    ['a code on an automatic offer', offer({ apply: 'automatic', code: 'X' }), 'apply: expected code'],
    ['limits of nothing', offer({ limits: {} }), 'limits: expected at least one of'],
    [
      'a step that does nothing',
      journey({ steps: [{ id: 'a' }] }),
      'steps[0]: expected an id and one of wait, show',
    ],
    [
      'a step that does two things',
      journey({ steps: [{ id: 'a', exit: 'x', wait: { for: 'P1D' } }] }),
      'steps[0]: expected an id and one of wait, show',
    ],
    [
      'a wrong field deep in a step',
      written(journeyOf('{ id: a, when: [{ if: {}, then: [{ id: b, wait: { for: 1 } }] }] }')),
      'steps[0].when[0].then[0].wait.for: expected an ISO 8601 duration',
    ],
    [
      'a wait for nothing',
      journey({ steps: [{ id: 'a', wait: {} }] }),
      'steps[0].wait: expected for, until or both',
    ],
    [
      'an else before the end',
      written(journeyOf('{ id: a, when: [{ else: [] }, { if: {}, then: [] }] }')),
      'steps[0].when: expected else as the last branch only',
    ],
    [
      'an outcome that the task does not have',
      written(journeyOf('{ id: a, task: { queue: q, summary: s, outcomes: [x], then: { y: [] } } }')),
      'steps[0].task.then: expected only outcomes',
    ],
    [
      'an entry by event and segment',
      journey({ enter: { on: 'A', segment: 's' } }),
      'enter: expected either on or segment',
    ],
    [
      'a key that pollutes prototypes',
      JSON.parse('{"kind":"segment","id":"s","where":{"__proto__":{"a":1}}}'),
      'where.__proto__: expected another key',
    ],
    [
      'a constructor as a key',
      experience({ content: { constructor: 1 } }),
      'content.constructor: expected another key',
    ],
    [
      'a number that is none',
      experience({ content: { price: Number.NaN } }),
      'content.price: expected a finite number',
    ],
    [
      'an infinite number',
      experience({ priority: Number.POSITIVE_INFINITY }),
      'priority: expected a finite number',
    ],
    ['nesting over 20', experience({ content: nested(20) }), 'expected nesting of at most 20'],
    [
      'nesting of 10,000',
      JSON.parse(`{"kind":"list","id":"l","rows":${'['.repeat(9_000)}${']'.repeat(9_000)}}`),
      'expected nesting of at most 20',
    ],
  ])('refuse %s with its path', (_what, definition, expected) => {
    const found = refusals([JSON.parse('{"kind":"segment","id":"fine","where":{}}'), definition]);
    expect(
      found.some((refusal) => refusal.includes(expected)),
      found.join('\n'),
    ).toBe(true);
  });

  it('say which definition is wrong', () => {
    const parsed = parseDefinitions([
      { kind: 'segment', id: 'a', where: {} },
      { kind: 'segment', id: 'b' },
    ]);
    expect(parsed.ok ? [] : parsed.errors).toEqual([
      {
        index: 1,
        kind: 'segment',
        id: 'b',
        path: 'where',
        message: 'expected a condition: an object of facts',
      },
    ]);
  });

  it('do not let a polluting key reach any prototype', () => {
    parseDefinitions([JSON.parse('{"kind":"segment","id":"s","where":{"__proto__":{"polluted":1}}}')]);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });
});
