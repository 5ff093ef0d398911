import { describe, expect, it } from 'vitest';
import { experience, fresh, percentOff, serviceForFile } from './client.ts';

const settings = { kind: 'settings', id: 'settings', currency: 'EUR', timezone: 'Europe/Amsterdam' };
const rules = [
  settings,
  experience('z-recover', 'intents', { intent: 'recover', priority: 0, where: { 'traits.lost': true } }),
  experience('y-protect', 'intents', { intent: 'protect', priority: 0 }),
  experience('x-sell', 'intents', { intent: 'sell', priority: 100 }),
  experience('b-serve', 'intents', { intent: 'serve', priority: 50 }),
  experience('a-serve', 'intents', { intent: 'serve', priority: 50 }),
  experience('a-default', 'intents', { default: true, priority: 100 }),
  experience('b-limited', 'limited', { limit: { max: 2, per: 'P1D' }, priority: 50 }),
  experience('only-default', 'limited', { default: true }),
  experience('soon', 'timed', { from: '2027-06-01T00:00:00Z', until: '2027-06-02T00:00:00Z' }),
  experience('liquid', 'liquid', {
    content: {
      greeting: "Hello {{ visitor.preferredName | default: 'there' }}",
      html: '<b>{{ visitor.traits.city }}</b>',
      unknown: '[{{ visitor.traits.nothing.at.all }}]',
      list: ['{{ cart.lines[0].name }}', { deep: '{{ context.page.path }}' }],
      number: 7,
    },
  }),
  experience('b-bomb', 'broken', {
    priority: 90,
    content: '{% for i in (1..100000) %}{% for j in (1..100000) %}x{% endfor %}{% endfor %}',
  }),
  experience('fine', 'broken', { priority: 10 }),
  experience('personal', 'consent', { consent: 'personalization', priority: 50 }),
  experience('anybody', 'consent', { priority: 10 }),
];

const wend = serviceForFile(rules);
const decide = async (placement: string, rest: object = {}, limit = 1) =>
  (await wend.decide({ anonymousId: fresh('a'), placements: [{ id: placement, limit }], ...rest }))
    .placements[placement]?.items ?? [];
const idsOf = (items: readonly { readonly experienceId: string }[]): readonly string[] =>
  items.map(({ experienceId }) => experienceId);

describe('in one placement', () => {
  it('recover stands before protect, protect before all else, then priority, then the id', async () => {
    const events = [{ type: 'identify', traits: { lost: true } }];
    expect(idsOf(await decide('intents', { events }, 10))).toEqual([
      'z-recover',
      'y-protect',
      'x-sell',
      'a-serve',
      'b-serve',
    ]);
  });

  it('the reason says why each is there', async () => {
    const events = [{ type: 'identify', traits: { lost: true } }];
    const [recovery, protection] = await decide('intents', { events }, 2);
    expect([recovery?.reason, protection?.reason]).toEqual(['RECOVERY', 'TARGETING_MATCH']);
  });

  it('a default competes only when nothing else is left', async () => {
    const anonymousId = fresh('a');
    const viewed = { type: 'track', event: 'Experience Viewed', properties: { experienceId: 'b-limited' } };
    expect(idsOf(await decide('limited', { anonymousId }, 5))).toEqual(['b-limited']);
    const [item] = await decide('limited', { anonymousId, events: [viewed, viewed] });
    expect([item?.experienceId, item?.reason]).toEqual(['only-default', 'DEFAULT']);
  });
});

describe('a frequency limit', () => {
  it('counts Experience Viewed, of that experience, within its time', async () => {
    const userId = fresh('u');
    const view = (experienceId: string) => wend.track('Experience Viewed', { userId }, { experienceId });
    const ask = async () => idsOf(await decide('limited', { userId }));
    await view('b-limited');
    await view('other');
    await wend.track('Experience Clicked', { userId }, { experienceId: 'b-limited' });
    await wend.settle();
    expect(await ask()).toEqual(['b-limited']);
    await view('b-limited');
    await wend.settle();
    expect(await ask()).toEqual(['only-default']);
    const { explanation } = await wend.decide({
      userId,
      placements: ['limited'],
      options: { explain: true },
    });
    expect(explanation?.experiences).toContainEqual(
      expect.objectContaining({ experienceId: 'b-limited', status: 'FREQUENCY' }),
    );
    await wend.advance('PT23H');
    expect(await ask()).toEqual(['only-default']);
    await wend.advance('PT2H');
    expect(await ask()).toEqual(['b-limited']);
  });

  it('is not used up by deciding', async () => {
    const anonymousId = fresh('a');
    for (let time = 0; time < 4; time++) {
      expect(idsOf(await decide('limited', { anonymousId }))).toEqual(['b-limited']);
      await wend.settle();
    }
  });
});

describe('consent', () => {
  it('that is missing leaves what needs none, and the explanation says so', async () => {
    const anonymousId = fresh('a');
    const consent = (granted: boolean) => [
      { type: 'page', context: { consent: { categoryPreferences: { personalization: granted } } } },
    ];
    const { explanation, placements } = await wend.decide({
      anonymousId,
      placements: ['consent'],
      options: { explain: true },
    });
    expect(idsOf(placements['consent']?.items ?? [])).toEqual(['anybody']);
    expect(explanation?.experiences).toContainEqual(
      expect.objectContaining({ experienceId: 'personal', status: 'NO_CONSENT', purpose: 'personalization' }),
    );
    expect(idsOf(await decide('consent', { anonymousId, events: consent(true) }))).toEqual(['personal']);
    expect(idsOf(await decide('consent', { anonymousId, events: consent(false) }))).toEqual(['anybody']);
  });
});

describe('content', () => {
  it('is rendered for the visitor: escaped where it is HTML, empty where nothing is known', async () => {
    const [item] = await decide('liquid', {
      events: [
        {
          type: 'identify',
          traits: { firstName: 'Donald', city: '<script>alert("x")</script>', preferences: { name: 'Don' } },
        },
      ],
      cart: {
        currency: 'EUR',
        lines: [{ id: 'l', sku: 's', name: 'Tent & pegs', quantity: 1, unitPrice: 1 }],
      },
      context: { page: { path: '/tents' } },
    });
    expect(item?.content).toEqual({
      greeting: 'Hello Don',
      html: '<b>&lt;script&gt;alert(&#34;x&#34;)&lt;/script&gt;</b>',
      unknown: '[]',
      list: ['Tent & pegs', { deep: '/tents' }],
      number: 7,
    });
  });

  it('that can not be rendered leaves its place to the next best, with a warning', async () => {
    const start = performance.now();
    const answer = await wend.decide({ anonymousId: fresh('a'), placements: ['broken', 'liquid'] });
    expect(performance.now() - start).toBeLessThan(3000);
    expect(idsOf(answer.placements['broken']?.items ?? [])).toEqual(['fine']);
    expect(idsOf(answer.placements['liquid']?.items ?? [])).toEqual(['liquid']);
    expect(answer.warnings).toEqual([
      expect.objectContaining({ code: 'TEMPLATE_FAILED', placement: 'broken', experienceId: 'b-bomb' }),
    ]);
  });
});

describe('transaction-only', () => {
  it('leaves default content and cart prices', async () => {
    const events = [{ type: 'identify', traits: { preferences: { contactStyle: 'transaction-only' } } }];
    expect(idsOf(await decide('intents', { events }, 5))).toEqual(['a-default']);
    const cart = { currency: 'EUR', lines: [{ id: 'l', sku: 's', quantity: 1, unitPrice: 1000 }] };
    expect((await wend.decide({ anonymousId: fresh('a'), events, cart })).cart?.subtotal).toBe(1000);
  });
});

describe('the global holdout', () => {
  it('withholds experiences and automatic offers from its share, for good, never recover or protect', async () => {
    const offer = percentOff('ten', 10);
    const cart = { currency: 'EUR', lines: [{ id: 'l', sku: 's', quantity: 1, unitPrice: 1000 }] };
    const events = [{ type: 'identify', traits: { lost: true } }];
    const person = fresh('a');
    await wend.publish([...rules.slice(1), { ...settings, globalHoldout: 100 }, offer]);
    const ask = () =>
      wend.decide({ anonymousId: person, placements: [{ id: 'intents', limit: 9 }], events, cart });
    const held = await ask();
    expect(idsOf(held.placements['intents']?.items ?? [])).toEqual(['z-recover', 'y-protect']);
    expect(held.cart?.applied).toEqual([]);
    await wend.settle();
    // Whoever was drawn stays drawn under another share; whoever was not is drawn under it.
    await wend.publish([...rules, offer]);
    expect((await ask()).cart?.applied).toEqual([]);
    const other = await wend.decide({ anonymousId: fresh('a'), cart });
    expect(other.cart?.applied).toHaveLength(1);
    await wend.publish(rules);
  });
});

describe('time', () => {
  it('opens and closes what has from and until', async () => {
    const set = async (at: string) => {
      expect((await wend.post('/_local/clock', { set: at })).status).toBe(200);
    };
    await set('2027-05-31T23:59:00Z');
    expect(await decide('timed')).toEqual([]);
    await set('2027-06-01T00:00:00Z');
    expect(idsOf(await decide('timed'))).toEqual(['soon']);
    await set('2027-06-01T23:59:30Z');
    const answer = await wend.decide({ anonymousId: fresh('a'), placements: ['timed'] });
    expect(answer.expiresAt).toBe('2027-06-02T00:00:00.000Z');
    await set('2027-06-02T00:00:00Z');
    const { explanation } = await wend.decide({
      anonymousId: fresh('a'),
      placements: ['timed'],
      options: { explain: true },
    });
    expect(explanation?.experiences).toEqual([
      expect.objectContaining({ experienceId: 'soon', status: 'EXPIRED', until: '2027-06-02T00:00:00Z' }),
    ]);
  });
});
