import { getTimelineContract, getVisitorContract, TIMELINE_LIMIT } from '../contracts/http/visitors.ts';
import { cartItemCount, cartTotal } from '../domain/cart/cart.ts';
import { cartIdsOf } from '../domain/cart/cart-ids.ts';
import type { CompiledCatalog } from '../domain/catalog/compiled.ts';
import { holds } from '../domain/condition/evaluate.ts';
import { type DecisionFacts, decisionFacts, statisticsOf } from '../domain/decision/decision-facts.ts';
import { NO_REQUEST } from '../domain/decision/request.ts';
import { isVisitorId, parseIdKey, visitorIdOf } from '../domain/identity/visitor-id.ts';
import { compareStamps } from '../domain/stamp.ts';
import { type Order, orderRevenue } from '../domain/visitor/orders.ts';
import { type Profile, profileOf } from '../domain/visitor/profile.ts';
import type { Visitor, VisitorState } from '../domain/visitor/state.ts';
import type { StoredVisitor, VisitorStore } from '../domain/visitor/visitor-store.ts';
import { InvalidRequest, NotFound } from '../runtime/errors.ts';
import { type Operation, operation } from '../runtime/operation.ts';
import { followLinks } from './follow-links.ts';
import { readCursor, readTimeline, type TimelineDeps } from './read-timeline.ts';
import { grantsAnswer, journeysAnswer, problemAnswer } from './visitor-journeys.ts';

export interface ReadVisitorDeps extends TimelineDeps {
  readonly read: VisitorStore['read'];
  readonly catalog: () => Promise<CompiledCatalog>;
  readonly now: () => number;
}

/** `GET /v1/visitors/{id}` and its timeline as HTTP operations. */
export const readVisitorOperations = (
  deps: ReadVisitorDeps,
): { readonly [operationId: string]: Operation } => ({
  getVisitor: operation(getVisitorContract, async ({ params }) => {
    const [stored, catalog] = await Promise.all([find(deps, params.id), deps.catalog()]);
    if (stored === null) throw new NotFound('There is no such visitor.');
    return { status: 200, body: visitorAnswer(stored.visitor, stored.visitorId, catalog, deps.now()) };
  }),
  getTimeline: operation(getTimelineContract, async ({ params, query }) => {
    const stored = await find(deps, params.id);
    if (stored === null) throw new NotFound('There is no such visitor.');
    const visitorIds = [stored.visitorId, ...(await joinedIds(deps, stored))];
    const cursor = query.before === undefined ? {} : readCursor(query.before, visitorIds);
    if (cursor === null) {
      const errors = [{ path: 'before', message: 'expected the `next` of a page, or a time' }];
      throw new InvalidRequest('The query is not valid.', errors);
    }
    const limit = query.limit === undefined ? TIMELINE_LIMIT : Number(query.limit);
    return { status: 200, body: await readTimeline(deps, visitorIds, cursor, limit) };
  }),
});

const find = async (
  deps: Pick<ReadVisitorDeps, 'read'>,
  id: string,
): Promise<(StoredVisitor & { readonly kind: 'visitor' }) | null> => {
  const visitorId = parseIdKey(id) === null ? (isVisitorId(id) ? id : null) : visitorIdOf(id);
  if (visitorId === null) return null;
  const stored = await followLinks(visitorId, async (each) => (await deps.read([each])).get(each));
  return stored?.kind === 'visitor' ? stored : null;
};

/** Ids that became a person of whom the story before that is told: the first ones, as far as there are more. */
const MAX_JOINED = 8;

/** The visitor ids whose past came along: an id that was somebody else's before keeps its past there. */
const joinedIds = async (
  deps: Pick<ReadVisitorDeps, 'read'>,
  { visitorId, visitor }: StoredVisitor & { readonly kind: 'visitor' },
): Promise<readonly string[]> => {
  const ids = Object.entries(visitor.state.ids)
    .toSorted(([, a], [, b]) => compareStamps(a, b))
    .map(([key]) => visitorIdOf(key))
    .filter((id) => id !== visitorId)
    .slice(0, MAX_JOINED);
  if (ids.length === 0) return [];
  const stored = await deps.read(ids);
  const own = new Set([visitorId, ...ids]);
  return ids.filter((id) => {
    const joined = stored.get(id);
    return joined?.kind === 'linked' && own.has(joined.links[0]?.to ?? '');
  });
};

const iso = (at: number): string => new Date(at).toISOString();
const isoOrNull = (at: number | null): string | null => (at === null ? null : iso(at));

const idsOf = (ids: VisitorState['ids'], prefix: string): readonly string[] =>
  Object.entries(ids)
    .filter(([key]) => key.startsWith(prefix))
    .toSorted(([, a], [, b]) => compareStamps(a, b))
    .map(([key]) => key.slice(prefix.length));

/** A visitor as the HTTP contract shows them. */
const visitorAnswer = (
  { state, orders }: Visitor,
  visitorId: string,
  catalog: CompiledCatalog,
  now: number,
) => {
  const profile = profileOf({ state, orders }, visitorId, visitorId);
  const facts = decisionFacts(profile, NO_REQUEST, profile.cart, catalog.settings, now);
  return {
    visitorId,
    known: profile.known,
    userIds: idsOf(state.ids, 'user:'),
    anonymousIds: idsOf(state.ids, 'anon:'),
    traits: profile.traits,
    stats: {
      ...statisticsOf(profile),
      carts: cartIdsOf(state.cart).size,
      events: Object.fromEntries(
        Object.entries(state.events).map(([name, { count, firstAt, lastAt }]) => [
          name,
          { count, firstAt: iso(firstAt), lastAt: iso(lastAt) },
        ]),
      ),
    },
    segments: segmentsOf(facts, catalog),
    cart: cartAnswer(profile),
    orders: Object.values(orders.byId)
      .filter((order) => order.content !== null)
      .toSorted((a, b) => (b.completedAt ?? 0) - (a.completedAt ?? 0) || (a.orderId < b.orderId ? -1 : 1))
      .map(orderAnswer),
    problems: state.problems.map((problem) => problemAnswer(problem, now)),
    journeys: journeysAnswer(state.journeys),
    grants: grantsAnswer(state.grants, catalog, facts),
    consents: profile.consents,
    preferences: profile.preferences,
    account: profile.account,
    household: profile.household,
  };
};

/** The segments that the visitor is in now, by the active catalog. */
const segmentsOf = (facts: DecisionFacts, { segments }: CompiledCatalog): readonly string[] =>
  [...segments].flatMap(([id, condition]) => (holds(condition, facts, segments) ? [id] : []));

const cartAnswer = ({ cart }: Profile) =>
  cart === null
    ? null
    : {
        id: cart.id,
        currency: cart.currency,
        lines: cart.lines,
        itemCount: cartItemCount(cart),
        total: cartTotal(cart),
        updatedAt: isoOrNull(cart.updatedAt),
      };

const orderAnswer = (order: Order) => ({
  orderId: order.orderId,
  completedAt: isoOrNull(order.completedAt),
  status: statusOf(order),
  currency: order.content?.currency,
  revenue: order.content?.revenue,
  refunded: (order.content?.revenue ?? 0) - (order.cancelledAt === null ? orderRevenue(order) : 0),
  lines: order.content?.lines,
});

const statusOf = (order: Order): 'completed' | 'cancelled' | 'refunded' | 'partly-refunded' => {
  if (order.cancelledAt !== null) return 'cancelled';
  if (order.content !== null && orderRevenue(order) === 0 && (order.refundedInFull || order.refunded > 0))
    return 'refunded';
  return order.refunded > 0 ? 'partly-refunded' : 'completed';
};
