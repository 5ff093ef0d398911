import type { Cart } from '../cart/cart.ts';
import type { EndedJourney, Grant, JourneyInstance } from '../journey/instance.ts';
import type { Json } from '../json.ts';
import type { Counters } from './counters.ts';
import type { OrderTotals } from './orders.ts';
import { valuesOf } from './registers.ts';
import { countSessions } from './sessions.ts';
import {
  currentCart,
  currentGroup,
  isKnown,
  type OpenedProblem,
  type Visitor,
  type VisitorState,
} from './state.ts';
import type { EventStatistics } from './statistics.ts';

type Values = { readonly [key: string]: Json };

/** A visitor as a decision sees them: values without the stamps that keep them mergeable. */
export interface Profile {
  readonly visitorId: string;
  readonly known: boolean;
  /** What variants and holdouts are drawn from. */
  readonly seed: string;
  readonly traits: Values;
  readonly preferences: Values;
  readonly consents: Values;
  readonly context: Values;
  /** Milliseconds since 1970, like all times here. */
  readonly firstSeenAt: number | null;
  readonly lastSeenAt: number | null;
  readonly sessions: number;
  readonly orders: OrderTotals;
  readonly events: EventStatistics;
  readonly counters: Counters;
  readonly cart: Cart | null;
  readonly assignments: VisitorState['assignments'];
  readonly account: GroupProfile | null;
  readonly household: GroupProfile | null;
  readonly problems: readonly OpenedProblem[];
  readonly journeys: readonly JourneyProfile[];
  /** Journeys that the visitor was in. */
  readonly ended: readonly EndedProfile[];
  /** Offers that journeys granted, those that are over included. */
  readonly grants: readonly GrantProfile[];
}

/** An instance of a journey, as far as a decision looks at it. */
export type JourneyProfile = Pick<
  JourneyInstance,
  | 'journeyId'
  | 'key'
  | 'definition'
  | 'since'
  | 'stepId'
  | 'heldOut'
  | 'variant'
  | 'event'
  | 'picked'
  | 'shows'
  | 'asks'
>;

/** An instance that is over, as far as a decision explains it. */
export type EndedProfile = Pick<EndedJourney, 'journeyId' | 'key' | 'endedAt' | 'reason' | 'heldOut'>;

/** A grant, as far as a decision looks at it. */
export type GrantProfile = Pick<Grant, 'grantId' | 'offerId' | 'expiresAt' | 'because' | 'status'>;

/** An account or a household, as far as this visitor's events told of it. */
export interface GroupProfile {
  readonly id: string;
  readonly traits: Values;
}

/**
 * @param seed - what to draw from where the person has not been seen under their own id yet
 */
export const profileOf = ({ state }: Visitor, visitorId: string, seed: string): Profile => ({
  visitorId,
  known: isKnown(state),
  seed: state.seed?.id ?? seed,
  traits: valuesOf(state.traits),
  preferences: valuesOf(state.preferences),
  consents: valuesOf(state.consents),
  context: valuesOf(state.context),
  firstSeenAt: state.firstSeenAt,
  lastSeenAt: state.lastSeenAt,
  sessions: countSessions(state.sessions),
  orders: state.orders,
  events: state.events,
  counters: state.counters,
  cart: currentCart(state),
  assignments: state.assignments,
  account: groupProfile(state, false),
  household: groupProfile(state, true),
  problems: state.problems,
  journeys: state.journeys.instances,
  ended: state.journeys.ended,
  grants: state.grants,
});

const groupProfile = (state: VisitorState, household: boolean): GroupProfile | null => {
  const group = currentGroup(state, household);
  return group === null ? null : { id: group.id, traits: valuesOf(group.traits) };
};

/**
 * Whether a problem is open: neither closed nor past its expiry, even where nobody has noted that yet. One that was
 * closed since was open until then: a step whose time was long ago is run as of that time.
 *
 * @param at - milliseconds since 1970
 */
export const isOpen = ({ openedAt, closedAt, expiresAt }: OpenedProblem, at: number): boolean =>
  closedAt === null ? expiresAt === undefined || at < expiresAt : openedAt <= at && at < closedAt;

/** Whether a problem forbids selling while it is open (rule 1 of the catalog). */
const forbidsSelling = ({ severity }: OpenedProblem): boolean => severity !== 'low';

/** The open problems that forbid selling to this visitor. */
export const suppressingProblems = (
  { problems }: Pick<Profile, 'problems'>,
  now: number,
): readonly OpenedProblem[] => problems.filter((problem) => forbidsSelling(problem) && isOpen(problem, now));

/** Whether an open problem forbids selling to this visitor. */
export const isServiceFirst = ({ problems }: Pick<Profile, 'problems'>, now: number): boolean =>
  problems.some((problem) => forbidsSelling(problem) && isOpen(problem, now));
