import type { Effect } from '../domain/effect/effect.ts';
import { seedClaim } from '../domain/identity/seed.ts';
import { anonymousKey, userKey } from '../domain/identity/visitor-id.ts';
import { advance } from '../domain/journey/advance.ts';
import { compareStamps } from '../domain/stamp.ts';
import { maximumMilliseconds } from '../domain/time/duration.ts';
import { stampOf, type VisitorEvent } from '../domain/visitor/event.ts';
import { keepHomes, MARK_LIFE_MS } from '../domain/visitor/marks.ts';
import { isKnown, lastHeardAt, STRANGER, type Visitor } from '../domain/visitor/state.ts';
import type { VisitorStore } from '../domain/visitor/visitor-store.ts';
import { sinceErased, type TellApplied } from './applied-mail.ts';
import { type Catalogs, catalogFor, countersOf } from './catalog-library.ts';
import { joinAll, joinsOf } from './joins.ts';
import { aliveHomes, KnownVisitors } from './known-visitors.ts';
import { partsOf } from './parts-of-mail.ts';
import { type Readdressed, readdress } from './readdress.ts';

/** What react needs of the world. */
export interface ReactDeps {
  readonly visitors: VisitorStore;
  readonly catalogs: () => Promise<Catalogs>;
  /** The service's clock, milliseconds since 1970. */
  readonly now: () => number;
  /** Waits; how long is in milliseconds. */
  readonly pause: (milliseconds: number) => Promise<void>;
  /** A number in [0, 1): retries that lost the same race must not meet again. */
  readonly random: () => number;
  /** Told of journeys that brought themselves about again and again, and were stopped: somebody has to mend them. */
  readonly onStopped?: (journeys: readonly string[]) => void;
  /** Told what became of the events of a commit, and how long the oldest had waited, milliseconds. */
  readonly onCommitted?: (events: {
    readonly applied: number;
    readonly repeated: number;
    readonly waited: number;
  }) => void;
  /** Makes the key that a visitor's events are archived with; absent: they are not. */
  readonly newKey?: () => Uint8Array;
}

/** Tries at a commit before the message goes back to the queue. */
const MAX_ATTEMPTS = 8;

/** A visitor's commit lost the race every time; the message is tried again later. */
export class CommitLost extends Error {
  constructor() {
    super('lost the race for a visitor item too often');
    this.name = 'CommitLost';
  }
}

/** The key under which an event is looked up first. */
export const primaryKeyOf = (event: Pick<VisitorEvent, 'userId' | 'anonymousId'>): string =>
  event.userId !== undefined ? userKey(event.userId) : anonymousKey(event.anonymousId ?? '');

/** What a commit of one person is about. */
interface Mail extends Readdressed {
  /** The visitor id under which it came. */
  readonly home: string;
  /** The generation of the timer that fired; null: none did, or it was another visitor's that joined this one. */
  readonly timer: number | null;
  readonly tellApplied: TellApplied | undefined;
}

/** Whoever brings a visitor's mail, or tells that their timer fired. */
export interface Reactor {
  /** Applies events to whoever lies under a visitor id. */
  readonly mail: (
    visitorId: string,
    events: readonly VisitorEvent[],
    tellApplied?: TellApplied,
  ) => Promise<void>;
  /** Lets happen what is due. A generation that is not the armed timer's is a mere look. */
  readonly timer: (timer: { readonly visitorId: string; readonly generation: number }) => Promise<void>;
}

/**
 * Applies the mail of one visitor id: loads the person (through links where the id was joined to one), merges what
 * joins them, advances them, and commits state, effects and links in one conditional write. Repeats change nothing.
 *
 * @throws CommitLost where others wrote first every time, and whatever the store throws: the events are then
 * not acknowledged and come again.
 */
export const createReactor = (deps: ReactDeps): Reactor => {
  const attempt = async (
    home: string,
    received: readonly VisitorEvent[],
    timer: number | null,
    tellApplied: TellApplied | undefined,
  ): Promise<boolean> => {
    const known = new KnownVisitors(deps.visitors, deps.newKey);
    await known.load([home, ...received.flatMap(joinsOf).map((join) => join.visitorId)]);
    const stored = known.get(home);
    const mail = { home, joinedAt: undefined, tellApplied };
    if (stored?.kind !== 'linked') return commit(known, home, { ...mail, events: received, timer });
    const events = sinceErased(stored.sealing, received);
    for (const [to, readdressed] of await readdress(known, stored.links, events, deps.now())) {
      if (!(await commit(known, to, { ...mail, ...readdressed, timer: null }))) return false;
    }
    if (received.length > 0) return true;
    const { visitorId } = await known.resolve(home);
    return commit(known, visitorId, { ...mail, events, timer: null });
  };

  const commit = async (known: KnownVisitors, visitorId: string, mail: Mail): Promise<boolean> => {
    const { joinedAt, timer } = mail;
    const stored = known.get(visitorId);
    if (stored === undefined || stored.kind === 'linked') throw new Error('a person was not loaded');
    const { sealing } = stored;
    const events = sinceErased(sealing, mail.events);
    const catalogs = await deps.catalogs();
    const { currency, anonymousRetention } = catalogs.active.settings;
    const anonymousRetentionMs = maximumMilliseconds(anonymousRetention);
    const now = deps.now();
    // A timer of somebody who was forgotten.
    if (stored.kind === 'none' && events.length === 0) return true;
    const before = stored.kind === 'visitor' ? stored.visitor : STRANGER;
    const joined = await joinAll(
      { visitorId, visitor: before },
      events.flatMap(joinsOf),
      (id) => known.get(id),
      (id) => known.resolve(id),
      currency,
      now,
    );
    const homes = aliveHomes(joined.visitor, now);
    const seed = seedOf(before, events) ?? visitorId;
    const catalog = catalogFor(catalogs, seed);
    const result = advance(joined.visitor, events, {
      catalog,
      countersByEvent: countersOf(catalogs),
      visitorId,
      seed,
      now,
      version: (stored.version ?? 0) + 1,
      olderMarks: await known.olderMarks(homes, events),
      timer,
      ...(joinedAt === undefined ? {} : { joinedAt }),
      ...(joined.links.length === 0 ? {} : { unjoined: before }),
    });
    if (result.stopped.length > 0) deps.onStopped?.(result.stopped);
    const done = (): void => {
      tell(events, result.applied.length, now);
      if (sealing === undefined || events.length === 0) return;
      const { home } = mail;
      const { applied } = result;
      const by = { at: now, catalogVersion: catalog.version, currency };
      mail.tellApplied?.({ home, visitorId, sealing, events, applied, ...by });
    };
    if (result.visitor === before && joined.links.length === 0 && sealing?.fresh !== true) {
      done();
      return true;
    }
    for (const event of result.applied) await recordAccount(event);
    const evicted = [...joined.evictedMarks, ...result.evictedMarks];
    // Every one of them belongs to an event that is committed already: put early, they are true all the same.
    if (evicted.length > 0) await deps.visitors.putMarks(visitorId, evicted);
    const { state, orders } = result.visitor;
    const after = { orders, state: { ...state, markHomes: keepHomes(homes, evicted, visitorId, now) } };
    const outcome = await deps.visitors.commit({
      person: {
        visitorId,
        version: stored.version,
        ordersVersion: stored.ordersVersion,
        visitor: after,
        writesOrders:
          orders !== before.orders ||
          // The orders of somebody who was forgotten must not come back with them.
          ((stored.kind === 'none' || sealing?.fresh === true) && stored.ordersVersion !== null) ||
          ordersWouldExpire(before, after, anonymousRetentionMs),
        effects: [
          ...joined.links.map((link) => joinedEffect(link.visitorId, visitorId, stored.version, now)),
          ...result.effects,
        ],
        due: result.due,
        ...(sealing === undefined ? {} : { sealing }),
      },
      at: now,
      links: joined.links,
      anonymousRetentionMs,
    });
    if (outcome === 'committed') done();
    return outcome === 'committed';
  };

  const tell = (events: readonly VisitorEvent[], applied: number, now: number): void => {
    if (events.length === 0) return;
    const oldest = events.reduce((at, { receivedAt }) => Math.min(at, receivedAt), now);
    deps.onCommitted?.({ applied, repeated: events.length - applied, waited: now - oldest });
  };

  const recordAccount = async (event: VisitorEvent): Promise<void> => {
    if (event.type !== 'group' || event.groupId === undefined || event.mayChangeAccount !== true) return;
    if (event.traits.type === 'household') return;
    await deps.visitors.mergeAccount(event.groupId, event.traits, stampOf(event));
  };

  const applyPart = async (
    home: string,
    events: readonly VisitorEvent[],
    timer: number | null,
    tellApplied: TellApplied | undefined,
  ): Promise<void> => {
    for (let tries = 0; tries < MAX_ATTEMPTS; tries++) {
      if (await attempt(home, events, timer, tellApplied)) return;
      await deps.pause(deps.random() * 10 * 2 ** tries);
    }
    throw new CommitLost();
  };

  return {
    mail: async (visitorId, events, tellApplied) => {
      const oldest = deps.now() - MARK_LIFE_MS;
      const fresh = events.filter((event) => event.receivedAt > oldest);
      for (const part of partsOf(fresh)) await applyPart(visitorId, part, null, tellApplied);
    },
    timer: ({ visitorId, generation }) => applyPart(visitorId, [], generation, undefined),
  };
};

/** What a visitor draws from where their state does not say yet: the id that decide draws from. */
const seedOf = ({ state }: Visitor, events: readonly VisitorEvent[]): string | null => {
  if (state.seed !== null) return state.seed.id;
  const anonymous = Object.entries(state.ids)
    .filter(([key]) => key.startsWith('anon:'))
    .sort(([, a], [, b]) => compareStamps(a, b))[0]?.[0];
  if (anonymous !== undefined) return anonymous;
  const event = events.find(({ userId, anonymousId }) => (userId ?? anonymousId) !== undefined);
  return event === undefined ? null : (seedClaim(event, stampOf(event))?.id ?? primaryKeyOf(event));
};

const joinedEffect = (joined: string, visitorId: string, version: number | null, at: number): Effect => ({
  kind: 'timeline',
  id: `${visitorId}.${((version ?? 0) + 1).toString(36)}.${joined}`,
  at,
  entry: { kind: 'identity', what: 'joined', visitorId: joined },
});

/**
 * Orders of an anonymous visitor expire two retentions after they were written, the state one after it was: they
 * are written anew once in each retention, so that they never go first.
 */
const ordersWouldExpire = (before: Visitor, after: Visitor, retentionMs: number): boolean => {
  const period = ({ state }: Visitor): number => Math.floor(lastHeardAt(state) / retentionMs);
  return (
    !isKnown(after.state) &&
    period(after) !== period(before) &&
    (after.orders.horizon !== null || Object.keys(after.orders.byId).length > 0)
  );
};
