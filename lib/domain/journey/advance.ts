import type { Effect } from '../effect/effect.ts';
import { closeProblems, openProblems } from '../problem/problems.ts';
import { compareStamps } from '../stamp.ts';
import { subtractDuration } from '../time/duration.ts';
import { type ApplyContext, applyEvents, VARIANT_ASSIGNED } from '../visitor/apply.ts';
import { countOwn } from '../visitor/count-own.ts';
import { stampOf, type VisitorEvent } from '../visitor/event.ts';
import type { Mark } from '../visitor/marks.ts';
import type { Visitor, VisitorState } from '../visitor/state.ts';
import { isTimeOfDay, nextDue, runFirstDue } from './due.ts';
import { joinDuplicates, withholdHeldOut } from './duplicates.ts';
import { EMPTYING, noticeEmptied } from './emptied-cart.ts';
import { enterByEvent, enterBySegment, entrySegmentsOf } from './entries.ts';
import { followSubjects } from './follows.ts';
import { redeemGrant, takeSeat } from './grants.ts';
import { type Happening, happeningOf, happeningOfDue, happeningOfOwn } from './happening.ts';
import { moveInFlight } from './moves.ts';
import { recheckMessages } from './pending.ts';
import { awaitAndRestart, exitAndReachGoals, finishTask } from './reactions.ts';
import { isNewest } from './revisions.ts';
import { publish, tellEvent } from './telling.ts';
import { type Surroundings, World } from './world.ts';

/** What an advance takes from outside. */
export interface AdvanceContext extends Surroundings {
  readonly countersByEvent: ApplyContext['countersByEvent'];
  readonly olderMarks?: ReadonlySet<string>;
  readonly joinedAt?: ApplyContext['joinedAt'];
  /** The timer that brought the visitor here; null for none, or for a mere look. */
  readonly timer: number | null;
  /** The visitor before somebody else joined them just now: what only that made true is new to them. */
  readonly unjoined?: Visitor;
}

/** What became of a visitor. */
export interface Advanced {
  readonly visitor: Visitor;
  /** Events that took effect; the others were there already. */
  readonly applied: readonly VisitorEvent[];
  /** Marks that must be put as items of their own before the visitor is committed. */
  readonly evictedMarks: readonly Mark[];
  /** To be written with the visitor. */
  readonly effects: readonly Effect[];
  /** When something is due next, milliseconds since 1970; null: never. */
  readonly due: number | null;
  /** Journeys that brought themselves about again and again, and were stopped. */
  readonly stopped: readonly string[];
}

/** Events of Wend's own that one commit lets happen, whatever they lead to. */
const MAX_OWN_EVENTS = 500;

/**
 * The mind of the visitor, in time: what was due before each event happens first, then the event, and at the end all
 * that is due by now. Pure: the same visitor, events and context give the same outcome.
 *
 * Order for one event (`catalog.md`, How journeys run): profile, segments, problems (close, then open), exits and goals,
 * `await` and `restartOn`, entries; then who follows what. Wend's own events that come of it happen right after it.
 */
export const advance = (
  visitor: Visitor,
  events: readonly VisitorEvent[],
  context: AdvanceContext,
): Advanced => {
  const world = new World(visitor, context);
  const { now, catalog } = context;
  const fired = context.timer !== null && context.timer === visitor.state.timer.generation;
  if (fired) world.change({ timer: { ...visitor.state.timer, due: null } });
  if (visitor.state.journeys.instances.length > 0) {
    moveInFlight(world, now);
    joinDuplicates(world, now);
    withholdHeldOut(world, now);
    letHappen(world);
  }
  const applied: VisitorEvent[] = [];
  const evicted: Mark[] = [];
  let unjoined = context.unjoined;
  for (const chunk of events.length < 2 ? [events] : chunksOf(events, world)) {
    const first = chunk[0];
    if (first === undefined) continue;
    runDue(world, Math.min(stampOf(first).at, now), false);
    const before = world.visitor;
    const segments = entrySegmentsOf(
      unjoined === undefined ? world : new World(unjoined, context),
      Math.min(first.at, now),
    );
    unjoined = undefined;
    const result = applyEvents(before, chunk, {
      currency: catalog.settings.currency,
      countersByEvent: context.countersByEvent,
      now,
      ...(context.olderMarks === undefined ? {} : { olderMarks: context.olderMarks }),
      ...(context.joinedAt === undefined ? {} : { joinedAt: context.joinedAt }),
    });
    world.visitor = result.visitor;
    evicted.push(...result.evictedMarks);
    for (const event of result.applied) {
      applied.push(event);
      reactTo(world, event, before.state, segments);
    }
  }
  runDue(world, now, true);
  recheckMessages(world);
  const effects = finish(world);
  return {
    visitor: world.visitor,
    applied,
    evictedMarks: evicted,
    effects,
    due: nextDue(world),
    stopped: world.stopped,
  };
};

/** Whether anything looks at an event as it happens; all else is folded together. */
const isHeard = (event: VisitorEvent, world: World): boolean => {
  const { journeys, problems, follows } = world.catalog;
  const { name } = event;
  return (
    (event.own === true && name !== VARIANT_ASSIGNED) ||
    event.type === 'business' ||
    EMPTYING.has(name) ||
    name === 'Offer Redeemed' ||
    journeys.hears(name) ||
    journeys.enteredBySegment.length > 0 ||
    problems.some(({ opens, closes }) => opens.on.has(name) || closes.some(({ on }) => on.has(name))) ||
    follows.some(({ listener }) => listener.on.has(name))
  );
};

/** Events in the order of their history; those that nothing listens to are taken together. */
function* chunksOf(events: readonly VisitorEvent[], world: World): Generator<readonly VisitorEvent[]> {
  const ordered = events.toSorted((a, b) => compareStamps(stampOf(a), stampOf(b)));
  let unheard: VisitorEvent[] = [];
  for (const event of ordered) {
    // A wait may be over between two of them, and what it leads to asks about the visitor as they were then.
    const due = unheard.length === 0 ? null : nextDue(world);
    if (due !== null && due < Math.min(event.at, world.surroundings.now)) {
      yield unheard;
      unheard = [];
    }
    if (!isHeard(event, world)) {
      unheard.push(event);
      continue;
    }
    if (unheard.length > 0) yield unheard;
    unheard = [];
    yield [event];
  }
  if (unheard.length > 0) yield unheard;
}

/** Lets what was due happen, one after the other; who comes to be in a segment by it enters what waits for that. */
const runDue = (world: World, until: number, inclusive: boolean): void => {
  // Each of them ends a wait or begins a later one: they come to an end.
  for (;;) {
    const due = nextDue(world);
    if (due === null || due > until) return;
    const segments = entrySegmentsOf(world, due);
    if (!runFirstDue(world, until, inclusive)) return;
    enterBySegment(world, happeningOfDue(due), segments);
    letHappen(world);
  }
};

const reactTo = (
  world: World,
  event: VisitorEvent,
  before: VisitorState,
  segments: ReadonlySet<string>,
): void => {
  const { settings } = world.catalog;
  tellEvent(world, event);
  if (settings.publish.includes(event.name)) publish(world, event);
  settleOrder(world, event);
  if (!isHeard(event, world) || (event.type === 'business' && !isNewest(world, event))) return;
  const oldest = subtractDuration(world.surroundings.now, settings.lateEvents);
  const happening = happeningOf(event, world.surroundings.now, oldest);
  if (event.name === 'Seat Offered' && event.own === true) takeSeat(world, event.properties, happening.at);
  else if (event.name === 'Offer Redeemed') redeemGrant(world, event, happening.at);
  noticeEmptied(world, event, before, happening.at);
  react(world, happening, segments);
  letHappen(world);
};

/** The longest orderId that the ledger takes. */
const MAX_ORDER_ID = 255;

/** An order that was completed is paid: the ledger hears of it, where the catalog has offers that it may hold. */
const settleOrder = (world: World, { name, type, properties }: VisitorEvent): void => {
  const { order_id: orderId } = properties;
  if (name !== 'Order Completed' || type !== 'track' || world.catalog.offers.length === 0) return;
  if (typeof orderId !== 'string' || orderId === '' || orderId.length > MAX_ORDER_ID) return;
  world.want({ kind: 'order', orderId });
};

const react = (world: World, happening: Happening, segments: ReadonlySet<string>): void => {
  world.depth = happening.depth;
  if (happening.name === 'Task Done') finishTask(world, happening);
  closeProblems(world, happening);
  openProblems(world, happening);
  exitAndReachGoals(world, happening);
  awaitAndRestart(world, happening);
  enterByEvent(world, happening);
  enterBySegment(world, happening, segments);
  followSubjects(world, happening);
  world.depth = 0;
};

/** Lets Wend's own events happen that came of something, breadth first. */
const letHappen = (world: World): void => {
  for (let index = 0; index < MAX_OWN_EVENTS; index++) {
    const event = world.own.shift();
    if (event === undefined) return;
    const segments = entrySegmentsOf(world, event.at);
    world.visitor = countOwn(world.visitor, event, world.catalog.countersByEvent);
    react(world, happeningOfOwn(event), segments);
  }
  const { enteredBy } = world.catalog.journeys;
  for (const { name } of world.own.splice(0)) {
    world.stopped.push(...(enteredBy.get(name) ?? []).map(({ id }) => id));
  }
};

/** Arms the one timer where something is due sooner than it fires, and gathers all that the commit wants. */
const finish = (world: World): readonly Effect[] => {
  const due = nextDue(world);
  const { timer } = world.state;
  const armed = timer.due !== null && timer.due > world.surroundings.now ? timer.due : null;
  if (due !== null && (armed === null || due < armed)) {
    const generation = timer.generation + 1;
    world.change({ timer: { due, generation } });
    world.want({ kind: 'timer', due, generation, spread: isTimeOfDay(world) });
  }
  for (const journeyId of new Set(world.stopped)) world.count(`journeys/${journeyId}/loops-stopped`);
  return [...world.effects, ...world.messages.flatMap(({ effects }) => effects)];
};
