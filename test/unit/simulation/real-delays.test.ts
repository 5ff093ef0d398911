import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { readRecordedEvents } from '../../../cli/events/read-events.ts';
import { readCatalog } from '../../../lib/adapters/catalog-files/read-catalog.ts';
import { compileCatalog } from '../../../lib/domain/catalog/compile.ts';
import type { Grant } from '../../../lib/domain/journey/instance.ts';
import { createSimulation } from '../../../lib/domain/simulation/simulate.ts';
import type { VisitorEvent } from '../../../lib/domain/visitor/event.ts';
import type { Visitor } from '../../../lib/domain/visitor/state.ts';

const SEATS = 6;
/** Of the 20,000 that ship: New Year's Day and some of the next. */
const FLIGHTS = 400;

/** What happened around the first flights, in the order of time. */
const firstFlights = async (): Promise<readonly VisitorEvent[]> => {
  const { events } = await readRecordedEvents('catalog/data/flights-20k.json.br', {
    format: 'flights',
    currency: 'USD',
    onProgress: () => {},
  });
  const numberOf = ({ properties, data }: VisitorEvent): number =>
    Number(/-(\d+)$/.exec(String(properties.flight ?? data?.['flight']))?.[1]);
  return events.filter((event) => numberOf(event) <= FLIGHTS);
};

describe('the recipe flight-delay, driven by real delays', () => {
  let events: readonly VisitorEvent[];
  let visitors: ReadonlyMap<string, Visitor>;
  /** By subject. */
  const grants = new Map<string, readonly (Grant & { readonly visitorId: string })[]>();
  const worst = new Map<string, number>();
  const last = new Map<string, number>();

  beforeAll(async () => {
    const files = await readCatalog('catalog/recipes/flight-delay');
    if (!files.ok) throw new Error('the recipe is broken');
    const { catalog } = compileCatalog(files.definitions, { version: 1, publishedAt: 0, force: false });
    if (catalog === null) throw new Error('the recipe does not compile');
    events = await firstFlights();
    const until = events.at(-1)?.at ?? 0;
    const simulation = createSimulation({
      catalog,
      decideOn: new Set(),
      placements: [],
      channel: 'app',
      until,
    });
    visitors = simulation.play(events);
    for (const { name, subject = '', data } of events) {
      if (name !== 'flight.delayed') continue;
      const minutes = z.object({ delayMinutes: z.int() }).parse(data).delayMinutes;
      worst.set(subject, Math.max(worst.get(subject) ?? 0, minutes));
      last.set(subject, minutes);
    }
    for (const [visitorId, { state }] of visitors) {
      for (const grant of state.grants) {
        grants.set(grant.key, [...(grants.get(grant.key) ?? []), { ...grant, visitorId }]);
      }
    }
  }, 120_000);

  it('offers nothing for less than 45 minutes, and seats on every flight that was later and had someone waiting', () => {
    expect([...grants.keys()].filter((subject) => (worst.get(subject) ?? 0) < 45)).toEqual([]);
    expect(grants.size).toBeGreaterThan(10);
  });

  it('asks nobody twice for the same flight, however often its estimate changed', () => {
    for (const [, given] of grants) {
      expect(new Set(given.map(({ visitorId }) => visitorId)).size).toBe(given.length);
    }
    expect([...last].some(([subject, minutes]) => minutes >= 90 && grants.has(subject))).toBe(true);
  });

  it('never has more than six seats of a flight out at once', () => {
    for (const [, given] of grants) {
      for (const { grantedAt } of given) {
        const out = given.filter(
          (other) => other.grantedAt <= grantedAt && (other.expiresAt ?? 0) > grantedAt,
        );
        expect(out.length).toBeLessThanOrEqual(SEATS);
      }
    }
    expect([...grants.values()].some((given) => given.length > SEATS)).toBe(true);
  });

  it('asks the best customers first', () => {
    const spent = (visitorId: string, at: number): number => {
      const order = events.filter(
        (event) =>
          event.name === 'Order Completed' && `user:${event.userId}` === idOf(visitorId) && event.at <= at,
      );
      return Math.round(order.reduce((sum, { properties }) => sum + Number(properties.revenue) * 100, 0));
    };
    const idOf = (visitorId: string): string =>
      Object.keys(visitors.get(visitorId)?.state.ids ?? {}).find((id) => id.startsWith('user:')) ?? '';
    for (const [, given] of grants) {
      const inOrder = given.toSorted((a, b) => a.grantedAt - b.grantedAt);
      const first = inOrder.filter(({ grantedAt }) => grantedAt === inOrder[0]?.grantedAt);
      const later = inOrder.filter(({ grantedAt }) => grantedAt > (inOrder[0]?.grantedAt ?? 0));
      // Whoever asked when the first were chosen and was not among them had spent no more than any of them.
      const least = Math.min(...first.map(({ visitorId, grantedAt }) => spent(visitorId, grantedAt)));
      for (const { visitorId } of later) {
        expect(spent(visitorId, inOrder[0]?.grantedAt ?? 0)).toBeLessThanOrEqual(least);
      }
    }
  });

  it('leaves nobody in trouble or waiting for a seat once the flights have left', () => {
    const open = [...visitors.values()].flatMap(({ state }) =>
      state.problems.filter((problem) => problem.closedAt === null),
    );
    expect(open).toEqual([]);
    expect([...grants.values()].flat().filter(({ status }) => status === 'held')).toEqual([]);
  });
});
