import { describe, expect, it } from 'vitest';
import type { Definition, ExperienceDefinition } from '../../../lib/domain/catalog/definition.ts';
import { at, reportOf } from './world.ts';

const hero = (id: string, more: Partial<ExperienceDefinition>): ExperienceDefinition => ({
  kind: 'experience',
  id,
  placement: 'home.hero',
  ...(more.variants === undefined ? { content: { text: id } } : {}),
  ...more,
});

const settings: Definition = { kind: 'settings', id: 'settings', currency: 'USD' };
const fallback = hero('fallback', { default: true });

const shownOf = (report: ReturnType<typeof reportOf>) =>
  Object.fromEntries(report.experiences.map(({ experienceId, impressions }) => [experienceId, impressions]));

const order = (minute: number, orderId: string, revenue: number) =>
  at(minute, {
    messageId: orderId,
    name: 'Order Completed',
    properties: {
      order_id: orderId,
      currency: 'USD',
      revenue,
      products: [{ product_id: 'p', price: revenue, quantity: 1 }],
    },
  });

describe('a simulation', () => {
  it('counts an impression as seen, so that a frequency limit lets the next best in', () => {
    const limited = hero('limited', { priority: 50, limit: { max: 2, per: 'P1D' } });
    const minutes = [0, 1, 2, 3, 4, 1441];
    const report = reportOf(
      [limited, fallback],
      minutes.map((minute) => at(minute, {})),
    );
    // Two on the first day; the first of them is more than a day old at the last view.
    expect(shownOf(report)).toEqual({ limited: 3, fallback: 3 });
  });

  it('decides under the time of the event', () => {
    const later = hero('later', {
      priority: 50,
      from: '2026-01-05T09:05:00Z',
      until: '2026-01-05T09:07:00Z',
    });
    const report = reportOf(
      [later, fallback],
      [4, 5, 6, 7].map((minute) => at(minute, {})),
    );
    expect(shownOf(report)).toEqual({ later: 2, fallback: 2 });
  });

  it('keeps each person in the variant that they drew first, and counts people once', () => {
    const test = hero('test', {
      variants: [
        { id: 'a', weight: 50, content: 1 },
        { id: 'b', weight: 50, content: 2 },
      ],
    });
    const people = Array.from({ length: 40 }, (_, index) => `u-${index}`);
    const views = [0, 1, 2].flatMap((minute) =>
      people.map((userId) => at(minute, { messageId: `${userId}-${minute}`, userId })),
    );
    const [shown] = reportOf([test], views).experiences;
    expect(shown).toMatchObject({ impressions: 120, visitors: 40 });
    const [a, b] = shown?.variants ?? [];
    expect((a?.visitors ?? 0) + (b?.visitors ?? 0)).toBe(40);
    expect(a?.impressions).toBe((a?.visitors ?? 0) * 3);
    expect(a?.visitors).toBeGreaterThan(5);
    expect(b?.visitors).toBeGreaterThan(5);
  });

  it('prices what offers would have cost at orders, apart from what they promised at decisions', () => {
    const tenPercent: Definition = {
      kind: 'offer',
      id: 'ten',
      reward: { type: 'percentage', value: 10, on: 'order' },
      where: { 'cart.total': { $gte: 5000 } },
      apply: 'automatic',
      until: '2030-01-01T00:00:00Z',
    };
    const add = at(0, {
      name: 'Product Added',
      properties: { product_id: 'p', price: 60, quantity: 1, currency: 'USD' },
    });
    const report = reportOf(
      [settings, tenPercent, fallback],
      [add, at(1, {}), at(2, {}), order(3, 'o-1', 60), order(4, 'o-2', 40)],
    );
    expect(report.offers).toEqual([
      {
        offerId: 'ten',
        orders: { count: 1, cost: { USD: 600 } },
        decisions: { count: 2, amount: { USD: 1200 } },
      },
    ]);
    expect(report.orders).toEqual({ count: 2, revenue: 10_000, currency: 'USD' });
    expect(report.carts).toBe(1);
  });

  it('lets a repeated event take effect once, and tries no offer on an order twice', () => {
    const events = [order(0, 'o-1', 60), order(0, 'o-1', 60), order(5, 'o-1', 60)];
    const report = reportOf([settings, fallback], events);
    expect(report.events).toMatchObject({ applied: 1, repeated: 2 });
    expect(report.orders.count).toBe(1);
  });

  it('withholds from the global holdout, and says how many people that is', () => {
    const everybody: Definition = { ...settings, globalHoldout: 100 };
    const report = reportOf([everybody, hero('ad', { priority: 1 }), fallback], [at(0, {}), at(1, {})]);
    expect(shownOf(report)).toEqual({ ad: 0, fallback: 2 });
    expect(report.visitors).toEqual({ total: 1, known: 1, heldOut: 1 });
  });

  it('has nothing to report where nothing happened', () => {
    expect(reportOf([fallback], [])).toMatchObject({
      period: null,
      events: { applied: 0, repeated: 0, byName: [] },
      visitors: { total: 0 },
      carts: 0,
      decisions: { count: 0 },
    });
  });
});
