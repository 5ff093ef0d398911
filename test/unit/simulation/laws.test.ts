import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyCatalog } from '../../../lib/domain/catalog/empty-catalog.ts';
import { visitorIdOf } from '../../../lib/domain/identity/visitor-id.ts';
import { groupByAcquaintance } from '../../../lib/domain/simulation/acquaintances.ts';
import {
  createImpressions,
  EXPERIENCE_VIEWED,
  impressionProperties,
} from '../../../lib/domain/simulation/impressions.ts';
import { applyEvents } from '../../../lib/domain/visitor/apply.ts';
import type { VisitorEvent } from '../../../lib/domain/visitor/event.ts';
import type { Visitor } from '../../../lib/domain/visitor/state.ts';
import type { StoredVisitor, VisitorStore } from '../../../lib/domain/visitor/visitor-store.ts';
import { createReactor, primaryKeyOf } from '../../../lib/service/react.ts';
import { failsOn } from '../law.ts';
import { at, catalogOf, MINUTE, START, simulationOf } from './world.ts';

const withoutMarks = ({ state, orders }: Visitor) => ({
  orders,
  state: { ...state, marks: [], markHomes: [] },
});

/** The service's own way, over a store in memory. */
const reactTo = async (events: readonly VisitorEvent[]): Promise<ReadonlyMap<string, Visitor>> => {
  const items = new Map<string, StoredVisitor>();
  const visitors: VisitorStore = {
    read: async (ids) =>
      new Map(
        ids.map((visitorId) => [
          visitorId,
          items.get(visitorId) ?? { kind: 'none', visitorId, version: null, ordersVersion: null },
        ]),
      ),
    commit: async ({ person, links }) => {
      const version = (person.version ?? 0) + 1;
      const { visitorId, visitor } = person;
      items.set(visitorId, { kind: 'visitor', visitorId, version, ordersVersion: version, visitor });
      for (const link of links) {
        items.set(link.visitorId, { kind: 'linked', visitorId: link.visitorId, version, links: link.links });
      }
      return 'committed';
    },
    readMarks: async () => new Set(),
    putMarks: async () => {},
    mergeAccount: async () => {},
  };
  let now = START;
  const reactor = createReactor({
    visitors,
    catalogs: async () => ({ active: emptyCatalog(), rollout: null }),
    now: () => now,
    pause: async () => {},
    random: () => 0,
  });
  for (const event of events) {
    now = event.at;
    await reactor.mail(visitorIdOf(primaryKeyOf(event)), [event]);
  }
  return new Map(
    [...items].flatMap(([id, stored]) => (stored.kind === 'visitor' ? [[id, stored.visitor]] : [])),
  );
};

const userIds = fc.constantFrom('u1', 'u2', 'u3');
const anonymousIds = fc.constantFrom('a1', 'a2', 'a3');

const calls: fc.Arbitrary<Partial<VisitorEvent>> = fc.oneof(
  anonymousIds.map((anonymousId) => ({ anonymousId })),
  userIds.map((userId) => ({ userId })),
  fc.record({ userId: userIds, anonymousId: anonymousIds }).map((ids) => ({
    ...ids,
    type: 'identify' as const,
    name: 'identify',
    traits: { city: ids.anonymousId },
  })),
  fc.record({ userId: userIds, previousId: fc.oneof(anonymousIds, userIds) }).map((ids) => ({
    ...ids,
    type: 'alias' as const,
    name: 'alias',
    mayMergeUsers: true,
  })),
  fc
    .record({ anonymousId: anonymousIds, cartId: fc.constantFrom('c1', 'c2') })
    .map(({ anonymousId, cartId }) => ({
      anonymousId,
      name: 'Product Added',
      properties: { product_id: 'p', price: 3, cart_id: cartId },
    })),
);

const traffic = fc
  .array(calls, { minLength: 1, maxLength: 14 })
  .map((list) => list.map((call, minute) => at(minute, { messageId: `m${minute}`, ...call })));

const simulated = (events: readonly VisitorEvent[]): ReadonlyMap<string, Visitor> => {
  const simulation = simulationOf(emptyCatalog(), []);
  return new Map(groupByAcquaintance(events).flatMap((group) => [...simulation.play(group)]));
};

const comparable = (visitors: ReadonlyMap<string, Visitor>) =>
  new Map([...visitors].map(([id, visitor]) => [id, withoutMarks(visitor)]));

const sameAsTheService = (simulate: typeof simulated) =>
  fc.asyncProperty(traffic, async (events) => {
    expect(comparable(simulate(events))).toEqual(comparable(await reactTo(events)));
  });

describe('people in a simulation', () => {
  it('are whom the service would know after the same events, joined by the same rules', async () => {
    await fc.assert(sameAsTheService(simulated), { numRuns: 300 });
  });

  it('the law sees a simulation that joins nobody', async () => {
    const joinless = (events: readonly VisitorEvent[]) =>
      simulated(events.map((event) => ({ ...event, type: 'track' })));
    expect((await fc.check(sameAsTheService(joinless), { numRuns: 300 })).failed).toBe(true);
  });
});

const limited = catalogOf(
  ['one', 'two', 'three'].map((id) => ({
    kind: 'experience',
    id,
    placement: 'p',
    limit: { max: 3, per: 'P1D' },
    content: { id },
  })),
);

type Item = { readonly experienceId: string; readonly variant?: string };

const decisions = fc.array(
  fc.array(fc.constantFrom<Item>({ experienceId: 'one' }, { experienceId: 'two', variant: 'a' }), {
    maxLength: 3,
  }),
  { minLength: 1, maxLength: 6 },
);

/** Items as a decision's answer has them. */
const answerOf = (items: readonly Item[]) => ({
  p: { items: items.map((item) => ({ ...item, content: null, reason: 'TARGETING_MATCH' as const })) },
});

const context = (now: number) => ({ currency: 'EUR', countersByEvent: limited.countersByEvent, now });

const sameAsEvents = ({ viewsOf, see }: ReturnType<typeof createImpressions>) =>
  fc.property(decisions, (list) => {
    const first = applyEvents(visitorOfNobody(), [at(0, {})], context(START)).visitor;
    let seen = first;
    let applied = first;
    for (const [minute, items] of list.entries()) {
      const now = START + minute * MINUTE;
      const view = at(minute, { messageId: `view-${minute}` });
      seen = see(applyEvents(seen, [view], context(now)).visitor, viewsOf(answerOf(items)), now);
      const viewed = answerOf(items).p.items.map((item, index) =>
        at(minute, {
          messageId: `seen-${minute}-${index}`,
          name: EXPERIENCE_VIEWED,
          properties: impressionProperties('p', item),
        }),
      );
      applied = applyEvents(applied, [view, ...viewed], context(now)).visitor;
    }
    expect(withoutMarks(seen)).toEqual(withoutMarks(applied));
  });

const visitorOfNobody = (): Visitor => {
  const [visitor] = simulated([at(-1, { userId: 'u' })]).values();
  if (visitor === undefined) throw new Error(`nobody at ${visitorIdOf('user:u')}`);
  return visitor;
};

describe('impressions of a simulation', () => {
  it('leave the visitor as their Experience Viewed events would', () => {
    fc.assert(sameAsEvents(createImpressions(limited)));
  });

  it('the law sees impressions that no counter counts', () => {
    const blind = createImpressions({ ...limited, countersByEvent: new Map() });
    expect(failsOn(sameAsEvents(blind))).toBe(true);
  });
});
