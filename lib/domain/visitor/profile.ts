import type { Cart } from '../cart/cart.ts';
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
}

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
});

const groupProfile = (state: VisitorState, household: boolean): GroupProfile | null => {
  const group = currentGroup(state, household);
  return group === null ? null : { id: group.id, traits: valuesOf(group.traits) };
};

/** Whether an open problem forbids selling to this visitor (rule 1 of the catalog). */
export const isServiceFirst = (profile: Pick<Profile, 'problems'>): boolean =>
  profile.problems.some((problem) => problem.closedAt === null && problem.severity !== 'low');
