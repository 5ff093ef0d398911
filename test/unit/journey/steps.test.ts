import { describe, expect, it } from 'vitest';
import { catalogOf, DAY, HOUR, Life, MINUTE, MORNING } from './life.ts';

const message = (id: string, more: object = {}) => ({
  id,
  message: { channel: 'email', topic: 'cart', content: { subject: id }, ...more },
});

const journey = (steps: readonly object[], more: object = {}) => ({
  kind: 'journey',
  id: 'j',
  enter: { on: 'Started' },
  steps,
  ...more,
});

const live = (steps: readonly object[], more: object = {}, others: readonly object[] = []) =>
  new Life(catalogOf([journey(steps, more), ...others])).track('Started', { plan: 'gold', count: 2 });

describe('a wait', () => {
  it('holds the next step back for its time', () => {
    const life = live([{ id: 'w', wait: { for: 'PT45M' } }, message('hello')]);
    expect(life.wait(44 * MINUTE).messages).toEqual([]);
    expect(life.wait(MINUTE).messages.map(({ at }) => at)).toEqual(['2026-03-02T09:45:00.000Z']);
  });

  it('of a calendar month ends on the day of that number, at the time of day that it names', () => {
    const life = live([{ id: 'w', wait: { for: 'P1M', until: '09:00' } }, message('hello')]);
    // Summer time began on 29 March: 09:00 in Amsterdam is 07:00 in UTC then.
    expect(life.wait(40 * DAY).messages.map(({ at }) => at)).toEqual(['2026-04-02T07:00:00.000Z']);
  });

  it('until a time of day, without a day, ends at the first such time after', () => {
    const early = live([{ id: 'w', wait: { until: '11:00' } }, message('hello')]);
    expect(early.wait(2 * DAY).messages.map(({ at }) => at)).toEqual(['2026-03-02T10:00:00.000Z']);
    const late = live([{ id: 'w', wait: { for: 'PT2H', until: '11:00' } }, message('hello')]);
    expect(late.wait(2 * DAY).messages.map(({ at }) => at)).toEqual(['2026-03-03T10:00:00.000Z']);
  });

  it('begins anew at an event that restarts it', () => {
    const life = live([{ id: 'w', wait: { for: 'PT45M', restartOn: 'Product Added' } }, message('hello')]);
    life.wait(30 * MINUTE).track('Product Added', { product_id: 'p', price: 1 });
    expect(life.wait(44 * MINUTE).messages).toEqual([]);
    expect(life.wait(MINUTE).messages.map(({ at }) => at)).toEqual(['2026-03-02T10:15:00.000Z']);
  });

  it('counts from when the event happened, not from when it arrived', () => {
    const life = new Life(catalogOf([journey([{ id: 'w', wait: { for: 'PT45M' } }, message('hello')])]));
    life.apply([life.event('Started', {}, { at: MORNING - 20 * MINUTE })]);
    expect(life.wait(25 * MINUTE).messages).toHaveLength(1);
  });
});

describe('an await', () => {
  const steps = [
    {
      id: 'answer',
      await: { on: 'Answered', timeout: 'P2D', then: [message('thanks')], else: [message('again')] },
    },
    { id: 'end', exit: 'over' },
  ];

  it('goes one way with the event', () => {
    expect(
      live(steps)
        .wait(HOUR)
        .track('Answered')
        .messages.map(({ stepId }) => stepId),
    ).toEqual(['thanks']);
  });

  it('and another when time is up, once', () => {
    const life = live(steps)
      .wait(3 * DAY)
      .track('Answered');
    expect(life.messages.map(({ stepId }) => stepId)).toEqual(['again']);
    expect(life.running).toEqual([]);
  });
});

describe('branches', () => {
  const when = {
    id: 'plan',
    when: [
      { if: { 'event.properties.plan': 'gold', 'traits.vip': true }, then: [message('gold')] },
      { if: { 'event.properties.count': { $gte: 2 } }, then: [message('two')] },
      { else: [message('none')] },
    ],
  };

  it('take the first whose condition holds, and come together after it', () => {
    const life = live([when, message('after')]);
    expect(life.messages.map(({ stepId }) => stepId)).toEqual(['two', 'after']);
  });

  it('see the visitor as they are by then, and the event that brought them in', () => {
    const life = live([{ id: 'w', wait: { for: 'PT1H' } }, when]);
    life.identify({ vip: true }).track('Started', { plan: 'silver', count: 1 }).wait(HOUR);
    expect(life.messages.map(({ stepId }) => stepId)).toEqual(['gold']);
  });

  it('of a split are drawn once for a person, in the share of their weights', () => {
    const split = {
      id: 'test',
      split: [
        { name: 'plain', weight: 80, steps: [message('plain')] },
        { name: 'bold', weight: 20, steps: [message('bold')] },
      ],
    };
    const catalog = catalogOf([journey([split], { enter: { on: 'Started', again: 'always' } })]);
    let bold = 0;
    for (let person = 0; person < 400; person++) {
      const life = new Life(catalog, { userId: `u${person}` }).track('Started').wait(HOUR).track('Started');
      const arms = life.messages.map(({ stepId }) => stepId);
      expect(new Set(arms).size).toBe(1);
      expect(arms).toHaveLength(2);
      bold += arms[0] === 'bold' ? 1 : 0;
    }
    expect(bold).toBeGreaterThan(50);
    expect(bold).toBeLessThan(110);
  });

  it('of a pick bind the first row that fits, or go the other way', () => {
    const list = {
      kind: 'list',
      id: 'contractors',
      rows: [
        { name: 'Roofs A', trade: 'roof', area: '1012' },
        { name: 'Roofs B', trade: 'roof', area: '2000' },
      ],
    };
    const pick = {
      id: 'who',
      pick: {
        list: 'contractors',
        where: { 'row.area': { $fact: 'traits.area' } },
        as: 'contractor',
        then: [message('found', { content: '{{ contractor.name }}' })],
        else: [message('nobody')],
      },
    };
    const catalog = catalogOf([journey([pick]), list]);
    const found = new Life(catalog).identify({ area: '2000' }).track('Started');
    expect(found.messages.map(({ content }) => content)).toEqual(['Roofs B']);
    expect(new Life(catalog).identify({ area: '9' }).track('Started').messages[0]?.stepId).toBe('nobody');
  });
});

describe('what a journey writes and tells', () => {
  it('sets traits, from templates and from facts', () => {
    const life = live([
      {
        id: 'note',
        set: { traits: { plan: '{{ event.properties.plan }}', count: { $fact: 'event.properties.count' } } },
      },
    ]);
    expect(life.visitor.state.traits['plan']?.value).toBe('gold');
    expect(life.visitor.state.traits['count']?.value).toBe(2);
  });

  it('emits an event that brings another journey in, within the same commit', () => {
    const other = { kind: 'journey', id: 'k', enter: { on: 'Cart Rescued' }, steps: [message('well-done')] };
    const life = live(
      [{ id: 'tell', emit: { event: 'Cart Rescued', properties: { plan: '{{ event.properties.plan }}' } } }],
      {},
      [other],
    );
    expect(life.messages.map(({ stepId }) => stepId)).toEqual(['well-done']);
    expect(life.bus).toContain('Cart Rescued');
    expect(life.visitor.state.events['Cart Rescued']?.count).toBe(1);
  });

  it('is stopped where it brings itself about without end', () => {
    const loop = journey([{ id: 'again', emit: { event: 'Started' } }], {
      enter: { on: 'Started', again: 'always' },
    });
    const life = new Life(catalogOf([loop])).track('Started');
    expect(life.bus.filter((name) => name === 'Started').length).toBeLessThan(30);
    expect(
      life.effects.some((effect) => effect.kind === 'count' && effect.counter.endsWith('loops-stopped')),
    ).toBe(true);
  });

  it('hands work to a person and goes on by what they decide', () => {
    const task = {
      id: 'approve',
      task: {
        queue: 'service',
        summary: 'Send {{ traits.name }} a tent?',
        outcomes: ['approved', 'refused'],
        timeout: 'P1D',
        then: { approved: [message('sent')] },
        else: [message('nobody-looked')],
      },
    };
    const life = live([task]);
    const opened = life.effects.find((effect) => effect.kind === 'task');
    if (opened?.kind !== 'task' || opened.what !== 'open') throw new Error('no task');
    life.track('Task Done', { taskId: opened.taskId, outcome: 'approved' }, { own: true });
    expect(life.messages.map(({ stepId }) => stepId)).toEqual(['sent']);
    const late = live([task]).wait(2 * DAY);
    expect(late.messages.map(({ stepId }) => stepId)).toEqual(['nobody-looked']);
  });
});

describe('shows', () => {
  it('live for their time, and the later one of an instance takes the place of the earlier', () => {
    const life = live([
      { id: 'one', show: { placement: 'home.hero', content: 'a', for: 'P2D' } },
      { id: 'w', wait: { for: 'P1D' } },
      { id: 'two', show: { placement: ['home.hero', 'app.top'], content: 'b', for: 'P1D' } },
    ]);
    expect(life.shown).toEqual(['one']);
    expect(life.wait(DAY).shown).toEqual(['two']);
    expect(life.running).toEqual(['j.end']);
    expect(life.wait(DAY).running).toEqual([]);
  });
});
