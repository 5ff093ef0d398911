import { type Cart, type CartLine, cartItemCount, cartTotal } from '../cart/cart.ts';
import type { Settings } from '../catalog/settings.ts';
import type { Facts } from '../condition/facts.ts';
import type { EntryEvent } from '../journey/instance.ts';
import type { Json } from '../json.ts';
import { own } from '../own.ts';
import { formatInstant } from '../time/instant.ts';
import { countSince } from '../visitor/counters.ts';
import { localTime, zoneAmong } from '../visitor/local-time.ts';
import { isOpen, type JourneyProfile, type Profile } from '../visitor/profile.ts';
import type { DecisionRequest } from './request.ts';

const iso = (at: number | null): string | null => (at === null ? null : formatInstant(at));

/** The name that the visitor uses, never the legal one; null where they told none. */
const preferredNameOf = ({ preferences, traits }: Pick<Profile, 'preferences' | 'traits'>): Json =>
  own(preferences, 'name') ?? own(traits, 'preferredName') ?? null;

/** Statistics as conditions and answers show them; money in minor units of the settings' currency. */
export const statisticsOf = ({ firstSeenAt, lastSeenAt, sessions, orders }: Profile) => ({
  firstSeenAt: iso(firstSeenAt),
  lastSeenAt: iso(lastSeenAt),
  sessions,
  orders: orders.count,
  revenue: orders.revenue,
  averageOrder: orders.summed === 0 ? null : Math.round(orders.revenue / orders.summed),
  lastOrderAt: iso(orders.lastOrderAt),
});

/** How hard the visitor worked, by the weights of the settings. */
const effortOf = (profile: Profile, weights: Settings['effort']): number =>
  Object.entries(weights).reduce(
    (effort, [name, weight]) => effort + weight * (own(profile.events, name)?.count ?? 0),
    0,
  );

/** A journey that the visitor is in. */
const journeyFacts = ({ journeyId, key, stepId, variant, since }: JourneyProfile) => ({
  id: journeyId,
  journeyId,
  key,
  stepId,
  variant,
  since: iso(since),
});

/** `visitor.*` for conditions and templates. Whoever is held out of a journey is not in it. */
const visitorFacts = (profile: Profile, settings: Settings, now: number) => ({
  id: profile.visitorId,
  known: profile.known,
  preferredName: preferredNameOf(profile),
  traits: profile.traits,
  stats: { ...statisticsOf(profile), effort: effortOf(profile, settings.effort) },
  consents: profile.consents,
  preferences: profile.preferences,
  openProblems: profile.problems
    .filter((problem) => isOpen(problem, now))
    .map(({ problemId, key, severity, openedAt }) => ({
      id: problemId,
      key,
      severity,
      openedAt: iso(openedAt),
    })),
  journeys: profile.journeys.filter(({ heldOut }) => !heldOut).map(journeyFacts),
  learned: {},
  household: profile.household === null ? null : { ...profile.household.traits, id: profile.household.id },
});

/** `cart.*`: before discounts and without shipping. */
export const cartFacts = (cart: Cart) => ({
  id: cart.id,
  currency: cart.currency,
  lines: cart.lines,
  total: cartTotal(cart),
  itemCount: cartItemCount(cart),
  updatedAt: iso(cart.updatedAt),
});

/** `event.*`: what brought the visitor into the journey. */
const eventFacts = ({ name, time, properties, subject, data }: EntryEvent) => ({
  name,
  time: iso(time),
  properties,
  ...(subject === undefined ? {} : { type: name, subject }),
  ...(data === undefined ? {} : { data }),
});

/** What conditions and templates of a decision may ask. */
export interface DecisionFacts extends Facts {
  /** The visitor's time zone: of the request, of their last event, as they told, of the settings. */
  readonly timezone: string;
  /** The same with `line.*`. */
  readonly ofLine: (line: CartLine) => Facts;
  /** The same with what one instance of a journey knows besides: `event.*`, and the rows that it picked. */
  readonly ofJourney: (instance: Pick<JourneyProfile, 'event' | 'picked'>) => Facts;
}

/**
 * Gathers the facts of a decision.
 *
 * @param now - the decision's clock, milliseconds since 1970
 */
export const decisionFacts = (
  profile: Profile,
  request: DecisionRequest,
  cart: Cart | null,
  settings: Settings,
  now: number,
): DecisionFacts => {
  const { context, channel } = request;
  const timezone = zoneAmong([
    context.timezone,
    profile.context.timezone,
    profile.traits.timezone,
    settings.timezone,
  ]);
  const grouped = request.account ?? profile.account;
  const visitor = visitorFacts(profile, settings, now);
  // A trait of that name says nothing of what was spent: it would be what somebody told.
  const account =
    grouped === null
      ? null
      : { ...grouped.traits, id: grouped.id, authorization: request.account?.authorization ?? null };
  const asked = cart === null ? null : cartFacts(cart);
  const count: Facts['count'] = (counterId, since) => countSince(own(profile.counters, counterId), since);
  const roots = { visitor, account, cart: asked, context, channel, now: localTime(now, timezone) };
  const factsWith = (more: Facts['roots']): Facts => ({ now, count, roots: { ...more, ...roots } });
  return {
    now,
    count,
    roots,
    timezone,
    ofLine: (line) => factsWith({ line }),
    ofJourney: ({ event, picked }) =>
      factsWith({ ...picked, event: event === null ? null : eventFacts(event) }),
  };
};
