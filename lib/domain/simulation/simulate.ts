import type { Cart } from '../cart/cart.ts';
import { GLOBAL_HOLDOUT } from '../decision/draw.ts';
import { own } from '../own.ts';
import type { Stamp } from '../stamp.ts';
import { readOrderOperation } from '../visitor/commerce.ts';
import { stampOf, type VisitorEvent } from '../visitor/event.ts';
import { profileOf } from '../visitor/profile.ts';
import { currentCart, isKnown, STRANGER, type Visitor } from '../visitor/state.ts';
import { Crowd } from './crowd.ts';
import { Decisions, type Page } from './decisions.ts';
import { JourneyTally } from './journey-tally.ts';
import type { Home } from './people.ts';
import type { SimulationReport } from './report.ts';

export interface SimulationOptions extends Page {
  /** Names of the events at which a page would ask what to show. */
  readonly decideOn: ReadonlySet<string>;
  /** Until when time goes on after the last event, milliseconds since 1970: what is due by then happens. */
  readonly until: number;
}

/** A catalog under recorded traffic. */
export interface Simulation {
  /**
   * Plays the events of people who have nothing to do with those of any other call (`groupByAcquaintance`). The
   * clock is each event's own time, so they come in the order of their times. At an order, offers are tried on what
   * was ordered; at a page, everything is decided as it would be live, and seen.
   *
   * @returns these people as they are in the end, by visitor id
   */
  readonly play: (events: readonly VisitorEvent[]) => ReadonlyMap<string, Visitor>;
  readonly report: () => SimulationReport;
}

/** Starts a simulation with no visitors. Pure: no clock, no randomness, no I/O. */
export const createSimulation = (options: SimulationOptions): Simulation => {
  const { catalog, decideOn } = options;
  const { settings } = catalog;
  const { currency } = settings;
  const totals = { total: 0, known: 0, heldOut: 0, carts: 0, orders: 0, revenue: 0 };
  const decisions = new Decisions(options);
  const journeys = new JourneyTally();
  const names = new Map<string, number>();
  let repeated = 0;
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;

  /** What the catalog's offers would have taken off an order, for whom the visitor was just before it. */
  const tryOffers = (home: Home, event: VisitorEvent, stamp: Stamp): void => {
    const operation = readOrderOperation(event, stamp, currency);
    if (operation?.kind !== 'complete' || operation.content.lines.length === 0) return;
    const visitor = home.visitor ?? STRANGER;
    const present = own(visitor.orders.byId, operation.orderId)?.content ?? null;
    if (present !== null) return;
    const { content, orderId } = operation;
    const cart: Cart = {
      id: orderId,
      currency: content.currency,
      lines: content.lines,
      updatedAt: event.at,
    };
    const profile = profileOf(visitor, home.visitorId, home.idKey);
    decisions.price('orders', profile, cart, event.at);
  };

  const note = (event: VisitorEvent): void => {
    names.set(event.name, (names.get(event.name) ?? 0) + 1);
    from = Math.min(from, event.at);
    to = Math.max(to, event.at);
  };

  const hear = (crowd: Crowd, event: VisitorEvent): void => {
    crowd.passTime(event.at);
    if (event.type === 'business') {
      note(event);
      crowd.publish(event);
      return;
    }
    const { person, joinedAt } = crowd.receiverOf(event);
    if (event.name === 'Order Completed' && event.type === 'track') tryOffers(person, event, stampOf(event));
    const { home, before, isRepeated } = crowd.happen(event, person, joinedAt);
    if (isRepeated) {
      repeated += 1;
      return;
    }
    note(event);
    const visitor = home.visitor ?? before;
    if (visitor.state.cart !== before.state.cart) noteCart(home, currentCart(visitor.state));
    if (decideOn.has(event.name)) home.visitor = decisions.decide(crowd, home, visitor, event);
  };

  const report = (): SimulationReport => {
    const byName = [...names].map(([name, count]) => ({ name, count }));
    byName.sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
    return {
      formatVersion: 1,
      period: names.size === 0 ? null : { from: isoOf(from), to: isoOf(to) },
      events: { applied: byName.reduce((sum, { count }) => sum + count, 0), repeated, byName },
      visitors: { total: totals.total, known: totals.known, heldOut: totals.heldOut },
      carts: totals.carts,
      orders: { count: totals.orders, revenue: totals.revenue, currency },
      decisions: {
        count: decisions.count,
        serviceFirst: decisions.serviceFirst,
        impressions: decisions.impressions,
      },
      experiences: decisions.experiences.report(catalog),
      offers: decisions.offers.report(catalog),
      journeys: journeys.journeys(catalog),
      problems: journeys.problems(catalog),
      grants: journeys.grants(catalog),
    };
  };

  /** What is reported of people in the end; nothing else of them is needed then. */
  const count = (visitor: Visitor, carts: number): void => {
    const { assignments, orders } = visitor.state;
    totals.total += 1;
    totals.known += isKnown(visitor.state) ? 1 : 0;
    totals.heldOut += own(assignments, GLOBAL_HOLDOUT)?.variant === 'in' ? 1 : 0;
    totals.carts += carts;
    totals.orders += orders.count;
    totals.revenue += orders.revenue;
  };

  const play = (events: readonly VisitorEvent[]): ReadonlyMap<string, Visitor> => {
    const crowd = new Crowd({ catalog, onEffect: (effect) => journeys.add(effect) });
    const { people } = crowd;
    for (const event of events) hear(crowd, event);
    crowd.passTime(options.until + 1);
    const visitors = new Map<string, Visitor>();
    for (const { visitorId, visitor, carts } of people.homes) {
      if (visitor === null) continue;
      visitors.set(visitorId, visitor);
      count(visitor, carts.size);
    }
    return visitors;
  };

  return { play, report };
};

const isoOf = (at: number): string => new Date(at).toISOString();

const noteCart = (home: Home, cart: Cart | null): void => {
  if (cart === null || cart.lines.length === 0 || home.carts.has(cart.id)) return;
  home.carts = new Set(home.carts).add(cart.id);
};
