import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cartOf } from '../../../lib/domain/cart/cart-log.ts';
import { mergeVisitors } from '../../../lib/domain/identity/merge.ts';
import { anonymousKey, userKey, visitorIdOf } from '../../../lib/domain/identity/visitor-id.ts';
import type { VisitorEvent } from '../../../lib/domain/visitor/event.ts';
import type { Visitor } from '../../../lib/domain/visitor/state.ts';
import type { StoredVisitor } from '../../../lib/domain/visitor/visitor-store.ts';
import { assemblePerson } from '../../../lib/service/person.ts';
import { failsOn } from '../law.ts';
import { apply, CONTEXT, event, historyOf, START, visitorOf } from '../visitor/people.ts';

const ids = { userId: 'u', anonymousId: 'a' };
const LATER = START + 200 * 60_000;

const login = event({ messageId: 'login', type: 'identify', name: 'identify', at: LATER, ...ids });

const item = { product_id: 'sock', price: 1 };
/** What the request itself tells. */
const inline = event({ messageId: 'inline', name: 'Product Added', at: LATER + 1, properties: item, ...ids });

const renamed = (events: readonly VisitorEvent[], prefix: string): readonly VisitorEvent[] =>
  events.map((one) => ({ ...one, messageId: `${prefix}${one.messageId}` }));

const histories = fc.record({
  user: historyOf(fc.constant({ userId: 'u' }), 8),
  anonymous: historyOf(fc.constant({ anonymousId: 'a' }), 8),
});

const stored = (idKey: string, visitor: Visitor): readonly [string, StoredVisitor] => {
  const visitorId = visitorIdOf(idKey);
  return [visitorId, { kind: 'visitor', visitorId, version: 1, ordersVersion: null, visitor }];
};

type Assemble = (user: Visitor, anonymous: Visitor) => Visitor;

/** The person of a request with both ids, whose log-in was not applied yet. */
const assembled: Assemble = (user, anonymous) => {
  const visitors = new Map([stored(userKey('u'), user), stored(anonymousKey('a'), anonymous)]);
  return assemblePerson(ids, visitors, null, CONTEXT.currency, CONTEXT.now).visitor;
};

/** An assembly with a bug: both carts stay, and the request's events add to the known person's. */
const merged: Assemble = (user, anonymous) =>
  mergeVisitors(user, anonymous, CONTEXT.currency, CONTEXT.now).visitor;

/** The cart that a decision shows is the one that stands after the log-in was applied, with the request's events too. */
const showsTheCartToCome = (assemble: Assemble) =>
  fc.property(histories, (told) => {
    const user = visitorOf(renamed(told.user, 'u'));
    const anonymous = visitorOf(renamed(told.anonymous, 'a'));
    const cartsOf = (visitor: Visitor) =>
      JSON.stringify([cartOf(visitor.state.cart), cartOf(apply(visitor, [inline]).state.cart)]);
    return cartsOf(assemble(user, anonymous)) === cartsOf(apply(merged(user, anonymous), [login]));
  });

describe('a log-in that was not applied yet', () => {
  it('shows the cart that stands once it is, whatever the request adds', () => {
    fc.assert(showsTheCartToCome(assembled), { numRuns: 500 });
    expect(failsOn(showsTheCartToCome(merged))).toBe(true);
  });
});
