import { describe, expect, it } from 'vitest';
import { mergeVisitors } from '../../../lib/domain/identity/merge.ts';
import { catalogOf, DAY, HOUR, Life, MINUTE, MORNING } from './life.ts';

const mail = (id: string, more: object = {}) => ({
  id,
  message: { channel: 'email', topic: 'news', content: id, ...more },
});
const on = (event: string, steps: readonly object[], more: object = {}) => ({
  kind: 'journey',
  id: event.toLowerCase(),
  enter: { on: event, again: 'always' },
  steps,
  ...more,
});
const late = {
  kind: 'problem',
  id: 'flight-delay',
  opens: { on: 'flight.delayed', where: { 'event.data.delayMinutes': { $gte: 45 } }, key: 'event.subject' },
  closes: [{ on: 'problem.resolved', key: 'event.data.key' }],
  severity: 'high',
  expires: 'P2D',
};
const FLIGHT = 'flight/BA117/2026-03-02';
const delayed = (life: Life, delayMinutes: number, more: object = {}) =>
  life.business('flight.delayed', FLIGHT, { delayMinutes }, more);
const open = (life: Life) => life.visitor.state.problems.filter(({ closedAt }) => closedAt === null).length;

describe('a problem', () => {
  it('is opened by what fulfils it, once for its key, and closed by its key', () => {
    const life = new Life(catalogOf([late]));
    expect(open(delayed(life, 40))).toBe(0);
    expect(open(delayed(life.wait(MINUTE), 50))).toBe(1);
    expect(open(delayed(life.wait(MINUTE), 180))).toBe(1);
    life.wait(MINUTE).business('problem.resolved', 'x', { key: 'another' });
    expect(open(life)).toBe(1);
    life.wait(MINUTE).business('problem.resolved', 'x', { key: FLIGHT });
    expect(open(life)).toBe(0);
    expect(life.bus).toEqual(['Problem Opened', 'Problem Closed']);
  });

  it('is taken back by a newer event about the same thing that no longer fulfils it; an older one changes nothing', () => {
    const life = new Life(catalogOf([late]));
    delayed(life, 60);
    delayed(life, 20, { at: MORNING - HOUR });
    expect(open(life)).toBe(1);
    expect(open(delayed(life.wait(MINUTE), 20))).toBe(0);
    expect(open(delayed(life, 90, { at: life.now - 30_000 }))).toBe(0);
  });

  it('that somebody had before they logged in is the person’s, whatever became of their own of that kind', () => {
    const complaint = { ...late, opens: { on: 'Complaint Made' }, closes: [{ on: 'Complaint Resolved' }] };
    const catalog = catalogOf([complaint]);
    const person = new Life(catalog, { userId: 'u' })
      .track('Complaint Made')
      .wait(HOUR)
      .track('Complaint Resolved');
    const phone = new Life(catalog, { anonymousId: 'phone' }).wait(DAY).track('Complaint Made');
    const merge = (known: Life, other: Life) =>
      mergeVisitors(known.visitor, other.visitor, 'EUR', phone.now).visitor;
    const both = merge(person, phone);
    expect(both.state.problems.map(({ closedAt }) => closedAt)).toEqual([MORNING + HOUR, null]);
    expect(merge(phone, person).state.problems).toEqual(both.state.problems);
    expect(mergeVisitors(both, phone.visitor, 'EUR', phone.now).visitor.state.problems).toEqual(
      both.state.problems,
    );
    const tablet = new Life(catalog, { anonymousId: 'tablet' }).wait(DAY + HOUR).track('Complaint Made');
    person.visitor = mergeVisitors(both, tablet.visitor, 'EUR', tablet.now).visitor;
    person.now = tablet.now;
    expect(open(person)).toBe(1);
    expect(open(person.wait(MINUTE).track('Complaint Resolved'))).toBe(0);
  });

  it('is over when its time is', () => {
    const life = delayed(new Life(catalogOf([late])), 60).wait(2 * DAY);
    expect(open(life)).toBe(0);
    expect(life.bus).toContain('Problem Closed');
  });

  it('lets nothing be sold: no message, no grant; service goes on', () => {
    const offer = { kind: 'offer', id: 'o', reward: { type: 'amount', value: 100 }, requiresGrant: true };
    const journey = on('Started', [
      { id: 'gift', grant: { offer: 'o', for: 'P1D' } },
      mail('buy', { intent: 'sell' }),
      mail('help', { topic: 'service' }),
    ]);
    const life = delayed(new Life(catalogOf([late, offer, journey])), 60).track('Started');
    expect(life.messages.map(({ stepId }) => stepId)).toEqual(['help']);
    expect(life.visitor.state.grants).toEqual([]);
    life.business('problem.resolved', 'x', { key: FLIGHT }).track('Started');
    expect(life.messages.map(({ stepId }) => stepId)).toEqual(['help', 'buy', 'help']);
    expect(life.visitor.state.grants).toHaveLength(1);
  });
});

describe('a journey that a business event began', () => {
  const upgrade = {
    kind: 'offer',
    id: 'upgrade',
    reward: { type: 'upgrade', to: 'business' },
    intent: 'recover',
    requiresGrant: true,
  };
  const apology = {
    kind: 'journey',
    id: 'apology',
    enter: { on: 'flight.delayed', where: { 'event.data.delayMinutes': { $gte: 45 } }, key: 'event.subject' },
    exit: [{ on: 'flight.cancelled' }],
    steps: [
      {
        id: 'offer',
        grant: { offer: 'upgrade', for: 'PT6H', because: 'You wait {{ event.data.delayMinutes }} minutes' },
      },
    ],
  };
  const sorry = {
    kind: 'journey',
    id: 'sorry',
    enter: { on: 'Offer Withdrawn', key: 'event.properties.grantId' },
    steps: [mail('voucher')],
  };
  const catalog = catalogOf([apology, upgrade, sorry]);
  const statuses = (life: Life) => life.visitor.state.grants.map(({ status }) => status);

  it('offers once, whatever becomes of the delay', () => {
    const life = delayed(new Life(catalog), 40);
    expect(statuses(life)).toEqual([]);
    delayed(life.wait(MINUTE), 50);
    delayed(life.wait(MINUTE), 180);
    expect(life.visitor.state.grants.map(({ because }) => because)).toEqual(['You wait 50 minutes']);
  });

  it('withdraws and compensates once where it is cancelled', () => {
    const life = delayed(new Life(catalog), 60);
    life.wait(MINUTE).business('flight.cancelled', FLIGHT).business('flight.cancelled', FLIGHT);
    expect(statuses(life)).toEqual(['withdrawn']);
    expect(life.messages.map(({ stepId }) => stepId)).toEqual(['voucher']);
  });

  it('takes the offer back where the delay is no more, unless it was used', () => {
    const life = delayed(new Life(catalog), 60);
    delayed(life.wait(MINUTE), 10);
    expect(statuses(life)).toEqual(['withdrawn']);
    const used = delayed(new Life(catalog), 60).track('Offer Redeemed', { offerId: 'upgrade' });
    delayed(used.wait(MINUTE), 10);
    expect(statuses(used)).toEqual(['redeemed']);
  });
});

describe('seats of a pool', () => {
  const offer = {
    kind: 'offer',
    id: 'seat',
    reward: { type: 'upgrade', to: 'x' },
    intent: 'recover',
    requiresGrant: true,
  };
  const journey = on('Started', [
    {
      id: 'seats',
      grant: {
        offer: 'seat',
        for: 'PT6H',
        rank: { by: 'stats.revenue', pool: 'event.properties.flight', seats: 6, gather: 'PT2M' },
      },
    },
  ]);
  const asked = () => {
    const life = new Life(catalogOf([journey, offer])).track('Started', { flight: 'BA1' });
    const pool = life.effects.find((effect) => effect.kind === 'pool');
    if (pool?.kind !== 'pool') throw new Error('nobody asked');
    const take = { poolId: pool.poolId, run: pool.run, stepId: pool.stepId };
    return { life, pool, take };
  };
  const released = (life: Life) =>
    life.effects.filter((effect) => effect.kind === 'pool' && effect.what === 'release').length;

  it('are asked for, and taken when one is offered; one that lapses is given back', () => {
    const { life, pool, take } = asked();
    expect([pool.what, life.visitor.state.grants.length]).toEqual(['join', 0]);
    life.track('Seat Offered', take, { own: true });
    expect(life.visitor.state.grants.map(({ status }) => status)).toEqual(['held']);
    life.wait(7 * HOUR);
    expect([life.visitor.state.grants.map(({ status }) => status), released(life)]).toEqual([['expired'], 1]);
  });

  it('are let go by whoever is no longer there', () => {
    const { life, take } = asked();
    life.wait(30 * DAY).track('Seat Offered', take, { own: true });
    expect([life.visitor.state.grants.length, released(life)]).toEqual([0, 1]);
  });

  it('can not be taken by a client that claims to have been offered one', () => {
    const { life, take } = asked();
    life.track('Seat Offered', take);
    expect(life.visitor.state.grants).toEqual([]);
  });
});

describe('messages', () => {
  const settings = { quietHours: { from: '21:00', to: '08:00' }, messageLimit: { max: 2, per: 'P1D' } };
  const hello = on('Hello', [mail('hello')]);

  it('wait for the end of quiet hours on the visitor’s own clock', () => {
    const life = new Life(catalogOf([hello], { settings }));
    life
      .identify({ timezone: 'Asia/Tokyo' })
      .until(Date.UTC(2026, 2, 2, 14))
      .track('Hello');
    expect(life.messages).toEqual([]);
    expect(life.wait(DAY).messages.map(({ at }) => at)).toEqual(['2026-03-02T23:00:00.000Z']);
  });

  it('are no more than the limit, over all journeys; the rest waits for room', () => {
    const life = new Life(catalogOf([hello, on('News', [mail('news')])], { settings }));
    life.track('Hello').wait(HOUR).track('News').wait(HOUR).track('Hello');
    expect(life.messages).toHaveLength(2);
    expect(life.wait(2 * DAY).messages.map(({ at }) => at)).toEqual([
      '2026-03-02T09:00:00.000Z',
      '2026-03-02T10:00:00.000Z',
      '2026-03-03T09:00:00.000Z',
    ]);
  });

  it('that waited are not sent where what they were about is over', () => {
    const journey = on('Added', [mail('cart')], {
      enter: { on: 'Product Added', where: { 'cart.itemCount': { $gte: 1 } } },
    });
    const life = new Life(catalogOf([journey], { settings })).until(Date.UTC(2026, 2, 2, 21));
    life.track('Product Added', { product_id: 'p', price: 1 }).wait(HOUR);
    life.track('Order Completed', { order_id: 'o', revenue: 1 }).wait(DAY);
    expect(life.messages).toEqual([]);
    expect(life.story.filter((line) => line.startsWith('message'))).toEqual([
      'message delayed',
      'message dropped',
    ]);
  });

  it('of service that are urgent know no hours and no limit', () => {
    const urgent = on('Gate', [mail('gate', { topic: 'service', urgent: true })]);
    const life = new Life(catalogOf([urgent], { settings })).until(Date.UTC(2026, 2, 2, 23));
    life.track('Gate').track('Gate').track('Gate');
    expect(life.messages).toHaveLength(3);
  });

  it.each([
    ['all', {}],
    ['the channel', { channel: 'email' }],
    ['the topic', { topic: 'news' }],
    ['the topic on the channel', { channel: 'email', topic: 'news' }],
  ])('stop where the visitor unsubscribed from %s', (_what, properties) => {
    const life = new Life(catalogOf([hello])).track('Message Unsubscribed', properties).track('Hello');
    expect(life.messages).toEqual([]);
    const other = new Life(catalogOf([hello]))
      .track('Message Unsubscribed', { channel: 'push' })
      .track('Hello');
    expect(other.messages).toHaveLength(1);
  });

  it('are transactions and service alone where the visitor wants to buy and be gone', () => {
    const journey = on('Hello', [mail('news'), mail('receipt', { topic: 'transaction' })]);
    const life = new Life(catalogOf([journey])).identify({
      preferences: { contactStyle: 'transaction-only' },
    });
    expect(life.track('Hello').messages.map(({ stepId }) => stepId)).toEqual(['receipt']);
  });

  it('call nobody by anything that a broken template leaves', () => {
    const journey = on('Hello', [mail('broken', { content: '{{ visitor.x | nonsense }}' }), mail('fine')]);
    expect(new Life(catalogOf([journey])).track('Hello').messages.map(({ stepId }) => stepId)).toEqual([
      'fine',
    ]);
  });
});
