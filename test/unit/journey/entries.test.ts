import { describe, expect, it } from 'vitest';
import { carryJourneys } from '../../../lib/domain/catalog/carry-journeys.ts';
import { mergeVisitors } from '../../../lib/domain/identity/merge.ts';
import { currentCart } from '../../../lib/domain/visitor/state.ts';
import { catalogOf, DAY, HOUR, Life, MINUTE, MORNING } from './life.ts';

const mail = (id: string, more: object = {}) => ({
  id,
  message: { channel: 'email', topic: 'cart', content: id, ...more },
});
const pause = (id: string, length: string) => ({ id, wait: { for: length } });

/** The journey of the catalog's own example. */
const abandoned = {
  kind: 'journey',
  id: 'abandoned-cart',
  enter: {
    on: ['Product Added', 'Cart Updated'],
    where: { 'cart.itemCount': { $gte: 1 } },
    key: 'cart.id',
    again: 'P7D',
  },
  exit: [{ on: 'Order Completed', as: 'goal' }, { on: 'Cart Emptied' }],
  goal: { on: 'Order Completed', within: 'P7D' },
  steps: [
    { id: 'quiet', wait: { for: 'PT45M', restartOn: ['Product Added', 'Cart Updated'] } },
    mail('remind'),
    pause('day', 'P1D'),
    mail('value'),
  ],
};
const lipstick = { product_id: 'LIP', price: 12.99, cart_id: 'c1' };

describe('an abandoned cart', () => {
  const catalog = catalogOf([abandoned]);
  const goals = (life: Life) =>
    life.effects.filter((effect) => effect.kind === 'count' && effect.counter.endsWith('/goal')).length;

  it('is told of, and not again once it was ordered', () => {
    const life = new Life(catalog).track('Product Added', lipstick).wait(46 * MINUTE);
    expect(life.messages).toHaveLength(1);
    life.track('Order Completed', { order_id: 'o', cart_id: 'c1', revenue: 12.99 }).wait(3 * DAY);
    expect(life.messages).toHaveLength(1);
    expect([life.running, goals(life)]).toEqual([[], 1]);
    expect(life.story).toContain('abandoned-cart exited quiet'.replace(' quiet', ' day'));
  });

  it('that is emptied says so, and its goal counts for as long as it was meant to', () => {
    const life = new Life(catalog)
      .track('Product Added', lipstick)
      .wait(MINUTE)
      .track('Product Removed', lipstick);
    expect(life.bus).toContain('Cart Emptied');
    expect([life.running, goals(life)]).toEqual([[], 0]);
    life.wait(DAY).track('Order Completed', { order_id: 'o', revenue: 1 });
    expect(goals(life)).toBe(1);
    life.wait(DAY).track('Order Completed', { order_id: 'o2', revenue: 1 });
    expect(goals(life)).toBe(1);
  });

  it('of another id runs beside it, and an order that names one ends that one', () => {
    const life = new Life(catalog).track('Product Added', lipstick).wait(MINUTE);
    life.track('Product Added', { ...lipstick, cart_id: 'c2' });
    expect(life.running).toHaveLength(2);
    life.track('Order Completed', { order_id: 'o', cart_id: 'c2', revenue: 1 });
    expect(life.visitor.state.journeys.instances.map(({ key }) => key)).toEqual(['c1']);
  });

  it('that gives way to a newer one at a log-in is not emptied; the one that stands is when it is ordered', () => {
    const phone = new Life(catalog, { anonymousId: 'phone' }).track('Product Added', { product_id: 'OLD' });
    const desk = new Life(catalog, { userId: 'u' });
    desk.now = MORNING + MINUTE;
    desk.track('Product Added', { product_id: 'LIP', price: 12.99 }, { messageId: 'desk' }).wait(MINUTE);
    desk.visitor = mergeVisitors(desk.visitor, phone.visitor, 'EUR', desk.now).visitor;
    const ids = { type: 'identify', anonymousId: 'phone', messageId: 'login' } as const;
    desk.apply([desk.event('identify', {}, ids)]);
    expect(currentCart(desk.visitor.state)?.lines).toMatchObject([{ sku: 'LIP' }]);
    expect(desk.bus).not.toContain('Cart Emptied');
    desk.track('Order Completed', { order_id: 'o' });
    expect(desk.bus.filter((name) => name === 'Cart Emptied')).toHaveLength(1);
  });

  it('of a device that was not joined yet is emptied though another has lines', () => {
    const phone = new Life(catalog, { anonymousId: 'phone' }).track('Product Added', { product_id: 'OLD' });
    const desk = new Life(catalog, { userId: 'u' });
    desk.now = MORNING + MINUTE;
    desk.track('Product Added', lipstick, { messageId: 'desk' });
    desk.visitor = mergeVisitors(desk.visitor, phone.visitor, 'EUR', desk.now).visitor;
    desk.wait(MINUTE).track('Product Removed', lipstick, { messageId: 'gone' });
    expect(desk.bus).toContain('Cart Emptied');
  });

  it('that was ordered before the news of it came starts nothing', () => {
    const life = new Life(catalog);
    const added = life.event('Product Added', lipstick);
    life.wait(5 * MINUTE).track('Order Completed', { order_id: 'o', cart_id: 'c1', revenue: 1 });
    life.wait(MINUTE).apply([added]).track('Cart Updated', { cart_id: 'c1', products: [] });
    expect(life.running).toEqual([]);
  });

  it('may come again after its pause, counted from its end', () => {
    const life = new Life(catalog).track('Product Added', lipstick).wait(MINUTE);
    life.track('Order Completed', { order_id: 'o', cart_id: 'c1', revenue: 1 }).wait(DAY);
    expect(life.track('Product Added', lipstick).running).toEqual([]);
    expect(life.wait(7 * DAY).track('Product Added', lipstick).running).toEqual(['abandoned-cart.quiet']);
  });

  it('is forgotten by messages that a later event of the same commit makes wrong', () => {
    const life = new Life(catalog).track('Product Added', lipstick);
    life.now += 2 * HOUR;
    life.track('Order Completed', { order_id: 'o', cart_id: 'c1', revenue: 1 });
    expect(life.messages).toEqual([]);
    expect(life.visitor.state.messages).toEqual([]);
  });
});

describe('entry', () => {
  it('by a segment happens the moment a change makes it true, and not before', () => {
    const vip = { kind: 'segment', id: 'vip', where: { 'stats.revenue': { $gte: 100_000 } } };
    const welcome = { kind: 'journey', id: 'welcome', enter: { segment: 'vip' }, steps: [mail('hello')] };
    const life = new Life(catalogOf([vip, welcome]));
    life.track('Order Completed', { order_id: '1', revenue: 900 });
    expect(life.messages).toEqual([]);
    life.track('Order Completed', { order_id: '2', revenue: 200 }).track('Page Viewed');
    expect(life.messages.map(({ stepId }) => stepId)).toEqual(['hello']);
  });

  it('by a segment happens by what a step of another journey sets, too, when it is due', () => {
    const rise = {
      kind: 'journey',
      id: 'rise',
      enter: { on: 'Started' },
      steps: [
        { id: 'month', wait: { for: 'P1M' } },
        { id: 'up', set: { traits: { level: 'gold' } } },
      ],
    };
    const welcome = {
      kind: 'journey',
      id: 'welcome-gold',
      enter: { segment: 'gold' },
      steps: [{ id: 'stay', wait: { for: 'P9D' } }],
    };
    const gold = { kind: 'segment', id: 'gold', where: { 'traits.level': 'gold' } };
    const life = new Life(catalogOf([gold, rise, welcome])).track('Started');
    expect(life.running).toEqual(['rise.month']);
    expect(life.wait(32 * DAY).running).toEqual(['welcome-gold.stay']);
    expect(life.wait(10 * DAY).track('Started').running).toEqual([]);
  });

  it('is not brought about by what is older than late events may be', () => {
    const journey = { kind: 'journey', id: 'j', enter: { on: 'Started' }, steps: [mail('hello')] };
    const life = new Life(catalogOf([journey]));
    life.apply([life.event('Started', {}, { at: MORNING - 4 * DAY })]);
    expect([life.messages, life.visitor.state.events['Started']?.count]).toEqual([[], 1]);
  });

  it('is withheld from the holdout, whose goals count all the same', () => {
    const journey = {
      kind: 'journey',
      id: 'j',
      enter: { on: 'Started' },
      goal: { on: 'Order Completed', within: 'P7D' },
      holdout: 30,
      steps: [mail('hello')],
    };
    const catalog = catalogOf([journey]);
    const count = (life: Life, name: string) =>
      life.effects.some((effect) => effect.kind === 'count' && effect.counter === `journeys/j/${name}`);
    let held = 0;
    for (let person = 0; person < 300; person++) {
      const life = new Life(catalog, { userId: `u${person}` }).track('Started').wait(DAY);
      life.track('Order Completed', { order_id: 'o', revenue: 1 });
      const isHeld = count(life, 'held-out/entered');
      expect(life.messages).toHaveLength(isHeld ? 0 : 1);
      expect(count(life, isHeld ? 'held-out/goal' : 'treated/goal')).toBe(true);
      expect(life.bus.includes('Journey Entered')).toBe(!isHeld);
      held += isHeld ? 1 : 0;
    }
    expect(held).toBeGreaterThan(60);
    expect(held).toBeLessThan(120);
  });

  it('in the global holdout is for journeys that recover alone', () => {
    const sells = { kind: 'journey', id: 'sells', enter: { on: 'Started' }, steps: [mail('buy')] };
    const recovers = {
      kind: 'journey',
      id: 'recovers',
      enter: { on: 'Started' },
      steps: [mail('sorry', { topic: 'service', intent: 'recover' })],
    };
    const life = new Life(catalogOf([sells, recovers], { settings: { globalHoldout: 100 } })).track(
      'Started',
    );
    expect(life.messages.map(({ stepId }) => stepId)).toEqual(['sorry']);
  });
});

describe('a new version', () => {
  const first = {
    kind: 'journey',
    id: 'j',
    enter: { on: 'Started' },
    steps: [pause('w', 'P1D'), mail('old')],
  };
  const second = { ...first, steps: [pause('w', 'P1D'), mail('new')] };
  const publish = (mapping: { readonly [from: string]: string }) => {
    const before = catalogOf([first]);
    const carried = carryJourneys([before], catalogOf([second]).definitions, mapping, 2);
    return { before, after: catalogOf([second], { version: 2, ...carried }) };
  };

  it('lets whoever is in flight finish on the one that they entered with', () => {
    const { before, after } = publish({});
    const life = new Life(before).track('Started');
    life.catalog = after;
    expect(life.wait(2 * DAY).messages.map(({ stepId }) => stepId)).toEqual(['old']);
  });

  it('takes over whom the publisher maps; what they wait for stays', () => {
    const { before, after } = publish({ 'j.w': 'j.w' });
    const life = new Life(before).track('Started').wait(HOUR);
    life.catalog = after;
    expect(life.wait(2 * DAY).messages).toEqual([
      { at: '2026-03-03T09:00:00.000Z', stepId: 'new', content: 'new' },
    ]);
  });

  it('ends journeys that it no longer has', () => {
    const life = new Life(catalogOf([first])).track('Started');
    life.catalog = catalogOf([], { version: 2 });
    expect(life.wait(2 * DAY).messages).toEqual([]);
    expect(life.visitor.state.journeys.ended.map(({ reason }) => reason)).toEqual(['removed']);
  });
});

describe('two visitors who turn out to be one person', () => {
  const journey = {
    kind: 'journey',
    id: 'j',
    enter: { on: 'Started' },
    steps: [
      { id: 'gift', grant: { offer: 'o', for: 'P5D' } },
      pause('w', 'P1D'),
      mail('hello'),
      pause('x', 'P1D'),
    ],
  };
  const offer = { kind: 'offer', id: 'o', reward: { type: 'amount', value: 100 }, requiresGrant: true };
  const catalog = catalogOf([journey, offer]);
  const joined = (known: Life, other: Life): Life => {
    known.now = Math.max(known.now, other.now);
    known.visitor = mergeVisitors(known.visitor, other.visitor, 'EUR', known.now).visitor;
    return known.apply([known.event('identify', {}, { type: 'identify', anonymousId: other.anonymousId })]);
  };

  it('go on with the farther of two journeys, and hold no offer twice', () => {
    const phone = new Life(catalog, { anonymousId: 'phone' }).track('Started').wait(30 * HOUR);
    const desk = new Life(catalog, { userId: 'u' });
    desk.now = MORNING + 29 * HOUR;
    desk.track('Started');
    expect(phone.messages).toHaveLength(1);
    const person = joined(desk, phone).wait(5 * DAY);
    expect(person.messages).toEqual([]);
    expect(person.visitor.state.journeys.ended.map(({ reason }) => reason).sort()).toEqual([
      'completed',
      'merged',
    ]);
    const grants = person.visitor.state.grants.map(({ status }) => status).sort();
    expect(grants).toEqual(['expired', 'withdrawn']);
  });

  it('end the same however often and in whichever order they are joined', () => {
    const phone = new Life(catalog, { anonymousId: 'phone' }).track('Started').wait(30 * HOUR);
    const desk = new Life(catalog, { userId: 'u' });
    desk.now = MORNING + 29 * HOUR;
    desk.track('Started');
    const once = mergeVisitors(desk.visitor, phone.visitor, 'EUR', desk.now).visitor;
    const twice = mergeVisitors(once, phone.visitor, 'EUR', desk.now).visitor;
    expect(twice.state.journeys).toEqual(once.state.journeys);
    expect(twice.state.grants).toEqual(once.state.grants);
  });
});

describe('an anonymous visitor who turns out to be somebody in the holdout', () => {
  it('goes no further, and what they were granted is taken back', () => {
    const journey = {
      kind: 'journey',
      id: 'j',
      enter: { on: 'Started', again: 'always' },
      holdout: 50,
      steps: [{ id: 'gift', grant: { offer: 'o', for: 'P5D' } }, pause('w', 'P1D'), mail('hello')],
    };
    const offer = { kind: 'offer', id: 'o', reward: { type: 'amount', value: 100 }, requiresGrant: true };
    const catalog = catalogOf([journey, offer]);
    let joined = 0;
    for (let person = 0; person < 40; person++) {
      const known = new Life(catalog, { userId: `u${person}` }).track('Started');
      const device = new Life(catalog, { anonymousId: `d${person}` });
      device.now = MORNING + HOUR;
      device.track('Started');
      const isHeld = known.visitor.state.assignments['$holdout.j']?.variant === 'in';
      if (!isHeld || device.visitor.state.grants.length === 0) continue;
      joined += 1;
      known.now = device.now + HOUR;
      known.visitor = mergeVisitors(known.visitor, device.visitor, 'EUR', known.now).visitor;
      known
        .apply([known.event('identify', {}, { type: 'identify', anonymousId: device.anonymousId })])
        .wait(3 * DAY);
      expect(known.messages).toEqual([]);
      expect(known.visitor.state.grants.map(({ status }) => status)).toEqual(['withdrawn']);
    }
    expect(joined).toBeGreaterThan(2);
  });
});

describe('events that nothing listens to', () => {
  it('are seen by a wait that ends between them as far as they had happened by then', () => {
    const journey = {
      kind: 'journey',
      id: 'j',
      enter: { on: 'Started' },
      steps: [
        pause('w', 'PT30M'),
        { id: 'if', when: [{ if: { 'traits.vip': true }, then: [mail('vip')] }, { else: [mail('plain')] }] },
      ],
    };
    const life = new Life(catalogOf([journey])).track('Started');
    const early = life.event(
      'identify',
      {},
      { type: 'identify', traits: { city: 'x' }, at: MORNING + 10 * MINUTE },
    );
    const late = life.event(
      'identify',
      {},
      { type: 'identify', traits: { vip: true }, at: MORNING + 50 * MINUTE },
    );
    life.now = MORNING + HOUR;
    expect(life.apply([early, late]).messages.map(({ stepId }) => stepId)).toEqual(['plain']);
  });
});
