import { joinAtOnce } from '../domain/cart/cart-log.ts';
import { linkNow } from '../domain/identity/links.ts';
import { mergeVisitors } from '../domain/identity/merge.ts';
import { anonymousKey, userKey, visitorIdOf } from '../domain/identity/visitor-id.ts';
import { STRANGER, type Visitor } from '../domain/visitor/state.ts';
import type { StoredVisitor } from '../domain/visitor/visitor-store.ts';

/** The ids of a request, proven. */
export interface PersonIds {
  readonly userId: string | null;
  readonly anonymousId: string | null;
}

/** The person whom a request is about, as far as the store shows them. */
export interface Person {
  readonly visitorId: string;
  readonly visitor: Visitor;
  /** What they draw from, unless their state says otherwise. */
  readonly seed: string;
  /** Their memory could not be read: nothing is known of them, an open problem included. */
  readonly unread: boolean;
}

/** The visitor ids to read for a request's ids: the person's, and the anonymous twin's. */
export const visitorIdsOf = ({ userId, anonymousId }: PersonIds): readonly string[] => [
  ...(userId === null ? [] : [visitorIdOf(userKey(userId))]),
  ...(anonymousId === null ? [] : [visitorIdOf(anonymousKey(anonymousId))]),
];

/** Whom an id points to instead, where it does: the one case that needs a second round trip. */
export const pointsTo = (ids: PersonIds, visitors: ReadonlyMap<string, StoredVisitor>): string | null => {
  const [primary] = visitorIdsOf(ids);
  const stored = primary === undefined ? undefined : visitors.get(primary);
  return stored?.kind === 'linked' ? linkNow(stored.links) : null;
};

/**
 * Who the request is about. With both ids the anonymous visitor's history counts too, unless that id is somebody
 * already: a log-in shows in the very next decision, before its `identify` was applied.
 *
 * @param person - where an id points to somebody else: what lies there
 */
export const assemblePerson = (
  ids: PersonIds,
  visitors: ReadonlyMap<string, StoredVisitor>,
  person: StoredVisitor | null,
  currency: string,
  now: number,
): Person => {
  const [primary = ''] = visitorIdsOf(ids);
  const stored = person ?? visitors.get(primary);
  const visitorId = stored?.visitorId ?? primary;
  const own = stored?.kind === 'visitor' ? stored.visitor : STRANGER;
  const unread = stored === undefined || stored.kind === 'linked';
  const anonymousSeed = ids.anonymousId === null ? null : anonymousKey(ids.anonymousId);
  if (ids.userId === null) return { visitorId, visitor: own, seed: anonymousSeed ?? visitorId, unread };
  const twin =
    ids.anonymousId === null ? undefined : visitors.get(visitorIdOf(anonymousKey(ids.anonymousId)));
  const joins = twin !== undefined && twin.kind !== 'linked' && stored?.kind !== 'linked';
  const seed =
    anonymousSeed !== null && joins && stored?.kind === 'none' ? anonymousSeed : userKey(ids.userId);
  if (!joins || twin.kind !== 'visitor') return { visitorId, visitor: own, seed, unread };
  const { state, orders } = mergeVisitors(own, twin.visitor, currency, now).visitor;
  const cart = joinAtOnce(state.cart, [
    userKey(ids.userId),
    ...(anonymousSeed === null ? [] : [anonymousSeed]),
  ]);
  return { visitorId, visitor: { orders, state: { ...state, cart } }, seed, unread };
};
