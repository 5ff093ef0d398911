import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { visitorIdOf } from '../../../lib/domain/identity/visitor-id.ts';
import type { VisitorEvent } from '../../../lib/domain/visitor/event.ts';
import { currentCart } from '../../../lib/domain/visitor/state.ts';
import { event, START } from '../../unit/visitor/people.ts';
import { alias, foldedText, identify, profileTextOf, startWorld, trackAll, type World } from './world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const views = async (idKey: string): Promise<number | undefined> =>
  (await world.visitor(idKey)).state.events['Product Viewed']?.count;

describe('a log-in', () => {
  it('that arrives twice, in parallel with anonymous events, ends in one person', async () => {
    const anonymous = trackAll({ anonymousId: 'p-a' }, 20, 'a');
    const known = trackAll({ userId: 'p-u' }, 20, 'u');
    const login = identify('p-login', 'p-u', 'p-a', START + 10_000, { traits: { name: 'Don' } });
    await Promise.all([
      world.deliver(anonymous),
      world.deliver([login]),
      world.deliver(known),
      world.deliver([login]),
      world.deliver([...anonymous].reverse()),
    ]);
    expect(profileTextOf(await world.visitor('anon:p-a'))).toBe(foldedText([...anonymous, ...known, login]));
    expect((await world.find('anon:p-a')).visitorId).toBe(visitorIdOf('user:p-u'));
  });

  it('of two devices ends in the newest of the carts, though all of it arrives in parallel, twice and backwards', async () => {
    const added = (who: Partial<VisitorEvent>, minutes: number, product: string): VisitorEvent =>
      event({
        messageId: `c-${product}`,
        name: 'Product Added',
        at: START + minutes * 60_000,
        properties: { product_id: product, price: 1 },
        ...who,
      });
    const phone = [
      added({ anonymousId: 'c-phone' }, 1, 'gone'),
      added({ anonymousId: 'c-phone' }, 6, 'late'),
    ];
    const desk = [added({ anonymousId: 'c-desk' }, 3, 'stays'), added({ anonymousId: 'c-desk' }, 7, 'later')];
    const known = [added({ userId: 'c-u' }, 2, 'old'), added({ userId: 'c-u' }, 8, 'last')];
    const logins = [
      identify('c-1', 'c-u', 'c-phone', START + 4 * 60_000),
      identify('c-2', 'c-u', 'c-desk', START + 5 * 60_000),
    ];
    const all = [phone, logins.toReversed(), desk.toReversed(), known, logins, phone.toReversed()];
    await Promise.all(all.map((events) => world.deliver(events)));
    const person = await world.visitor('anon:c-phone');
    expect(profileTextOf(person)).toBe(foldedText([...phone, ...desk, ...known, ...logins]));
    expect(currentCart(person.state)?.lines.map(({ sku }) => sku)).toEqual([
      'stays',
      'late',
      'later',
      'last',
    ]);
  });

  it('of several people on one device moves it on, and the past stays where it was', async () => {
    const [early, middle, late] = [0, 20, 40].map((minutes) =>
      event({ messageId: `s-${minutes}`, anonymousId: 's-a', at: START + minutes * 60_000 }),
    );
    if (early === undefined || middle === undefined || late === undefined) throw new Error('three events');
    await world.deliver([early, identify('s-1', 'father', 's-a', START + 600_000)]);
    await world.deliver([identify('s-2', 'son', 's-a', START + 1_800_000)]);
    await world.deliver([late, middle]);
    expect(await views('user:father')).toBe(2);
    expect(await views('user:son')).toBe(1);
    expect((await world.find('anon:s-a')).visitorId).toBe(visitorIdOf('user:son'));
  });

  it('that arrives late does not count an event for two people', async () => {
    const view = event({ messageId: 'l-view', anonymousId: 'l-a', at: START + 50 });
    await world.deliver([identify('l-1', 'l-father', 'l-a', START), view]);
    await world.deliver([identify('l-2', 'l-son', 'l-a', START + 40), view]);
    expect(await views('user:l-father')).toBe(1);
    expect(await views('user:l-son')).toBeUndefined();
  });

  it('and a log-out with a new anonymous id leave the next visitor a stranger', async () => {
    await world.deliver([
      identify('o-login', 'o-u', 'o-a'),
      event({ messageId: 'o-view', anonymousId: 'o-b', at: START + 1 }),
    ]);
    expect((await world.find('anon:o-b')).visitorId).toBe(visitorIdOf('anon:o-b'));
    expect(await views('user:o-u')).toBeUndefined();
  });
});

describe('an alias by a server', () => {
  it('makes one person of two known ones, orders included', async () => {
    const one = [...trackAll({ userId: 'al-1' }, 5, 'one'), order('al-1', 'x')];
    const other = [...trackAll({ userId: 'al-2' }, 5, 'other'), order('al-2', 'y')];
    const join = alias('al', 'al-1', 'al-2', START + 60_000);
    const later = event({ messageId: 'al-later', userId: 'al-1', at: START + 90_000 });
    await Promise.all([world.deliver(one), world.deliver(other), world.deliver([join])]);
    await world.deliver([later, join]);
    const text = profileTextOf(await world.visitor('user:al-1'));
    expect(text).toBe(foldedText([...one, ...other, join, later]));
    expect(profileTextOf(await world.visitor('user:al-2'))).toBe(text);
  });

  it('is followed along a chain of any length, in whichever order it was told', async () => {
    const chain = Array.from({ length: 15 }, (_, index) =>
      alias(`ch-${index}`, `ch${index}`, `ch${index + 1}`),
    );
    await world.deliver([event({ messageId: 'ch-view', userId: 'ch0' }), ...chain]);
    await world.deliver([event({ messageId: 'ch-view-2', userId: 'ch0' })]);
    expect(await views('user:ch15')).toBe(2);
    const back = [...chain].reverse().map((one) => ({
      ...one,
      messageId: `r${one.messageId}`,
      userId: `r${one.userId}`,
      previousId: `r${one.previousId}`,
    }));
    await world.deliver([event({ messageId: 'r-view', userId: 'rch0' }), ...back]);
    expect(await views('user:rch15')).toBe(1);
  });

  it('does not run in circles', async () => {
    const circle = [alias('ci-1', 'ci1', 'ci2'), alias('ci-2', 'ci2', 'ci3'), alias('ci-3', 'ci3', 'ci1')];
    const seen = ['ci1', 'ci2', 'ci3'].map((userId) => event({ messageId: `view-${userId}`, userId }));
    await Promise.all([...circle, ...seen, ...circle].map((one) => world.deliver([one])));
    expect(await Promise.all(['user:ci1', 'user:ci2', 'user:ci3'].map(views))).toEqual([3, 3, 3]);
  });

  it('of two people who are one already, in one batch, merges each once', async () => {
    await world.deliver([
      ...trackAll({ userId: 'tw-1' }, 2, 'tw1'),
      ...trackAll({ userId: 'tw-2' }, 2, 'tw2'),
    ]);
    await world.deliver([alias('tw-a', 'tw-1', 'tw-2')]);
    await world.react('user:tw-3', [alias('tw-c', 'tw-2', 'tw-3'), alias('tw-b', 'tw-1', 'tw-3')]);
    await world.react('user:tw-3', [alias('tw-d', 'tw-1', 'tw-3')]);
    expect(await views('user:tw-3')).toBe(4);
  });
});

const order = (userId: string, id: string) =>
  event({ messageId: `o-${id}`, name: 'Order Completed', userId, properties: { order_id: id, revenue: 10 } });

describe('a business event for a device that went from hand to hand', () => {
  it('reaches whose it was then, though the next owner knows of the event already', async () => {
    await world.deliver([
      identify('h-1', 'h-first', 'h-device', START),
      identify('h-2', 'h-second', 'h-device', START + 60_000),
    ]);
    const late = event({
      messageId: 'ce:h:1',
      type: 'business',
      name: 'flight.delayed',
      subject: 'flight/h',
      at: START + 30_000,
    });
    const known = async (idKey: string): Promise<number | undefined> =>
      (await world.visitor(idKey)).state.events['flight.delayed']?.count;
    await world.react('user:h-second', [late]);
    await world.react('anon:h-device', [late]);
    await world.react('anon:h-device', [late]);
    expect([await known('user:h-first'), await known('user:h-second')]).toEqual([1, 1]);
  });
});
