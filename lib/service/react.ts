import { markOf } from '../domain/hash.ts';
import { addLink, type Link, linkAt, linkNow } from '../domain/identity/links.ts';
import { mergeVisitors } from '../domain/identity/merge.ts';
import { anonymousKey, userKey, visitorIdOf } from '../domain/identity/visitor-id.ts';
import { maximumMilliseconds } from '../domain/time/duration.ts';
import { applyEvents } from '../domain/visitor/apply.ts';
import { stampOf, type VisitorEvent } from '../domain/visitor/event.ts';
import { keepHomes, MARK_LIFE_MS, type Mark } from '../domain/visitor/marks.ts';
import { STRANGER, type Visitor } from '../domain/visitor/state.ts';
import type { StoredVisitor, VisitorCommit, VisitorStore } from '../domain/visitor/visitor-store.ts';
import { type Catalogs, countersOf } from './catalog-library.ts';

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
}

/** Tries at a commit before the message goes back to the queue. */
const MAX_ATTEMPTS = 8;
/** Links followed from an id to its person: anonymous → user → user that was merged … */
const MAX_HOPS = 8;

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

/**
 * Applies the events of one primary key: loads the person (through links where the id was joined to one), merges
 * what joins them, applies, and commits state and links in one conditional write. Repeats change nothing.
 *
 * @throws CommitLost where others wrote first every time, and whatever the store throws: the events are then
 * not acknowledged and come again.
 */
export const createReactor = (deps: ReactDeps) => {
  const load = async (known: Map<string, StoredVisitor>, visitorIds: readonly string[]): Promise<void> => {
    const missing = visitorIds.filter((id) => !known.has(id));
    if (missing.length === 0) return;
    for (const [id, stored] of await deps.visitors.read(missing)) known.set(id, stored);
  };

  /** Who an id is now: follows links until there is nothing or somebody. */
  const resolve = async (known: Map<string, StoredVisitor>, visitorId: string): Promise<StoredVisitor> => {
    let id = visitorId;
    for (let hop = 0; hop < MAX_HOPS; hop++) {
      await load(known, [id]);
      const stored = known.get(id);
      if (stored === undefined) break;
      if (stored.kind !== 'linked') return stored;
      id = linkNow(stored.links) ?? id;
    }
    throw new Error('links of an id do not end');
  };

  const attempt = async (idKey: string, events: readonly VisitorEvent[]): Promise<boolean> => {
    const home = visitorIdOf(idKey);
    const known = new Map<string, StoredVisitor>();
    await load(known, [home, ...joinsOf(events).map((join) => join.visitorId)]);
    const stored = known.get(home);
    if (stored?.kind !== 'linked') return commitFor(known, home, events);
    const byPerson = new Map<string, VisitorEvent[]>();
    for (const event of events) {
      const to = linkAt(stored.links, stampOf(event)) ?? home;
      byPerson.set(to, [...(byPerson.get(to) ?? []), event]);
    }
    for (const [to, theirs] of byPerson) {
      const person = await resolve(known, to);
      if (!(await commitFor(known, person.visitorId, theirs))) return false;
    }
    return true;
  };

  const commitFor = async (
    known: Map<string, StoredVisitor>,
    visitorId: string,
    events: readonly VisitorEvent[],
  ): Promise<boolean> => {
    const stored = known.get(visitorId);
    if (stored === undefined || stored.kind === 'linked') throw new Error('a person was not loaded');
    const catalogs = await deps.catalogs();
    const countersByEvent = countersOf(catalogs);
    const { currency, anonymousRetention } = catalogs.active.settings;
    const now = deps.now();
    const before = stored.kind === 'visitor' ? stored.visitor : STRANGER;
    let visitor = before;
    const evicted: Mark[] = [];
    const links = new Map<string, VisitorCommit['links'][number]>();
    for (const join of joinsOf(events)) {
      const link: Link = { ...join.stamp, to: visitorId };
      const found = links.get(join.visitorId);
      const target = known.get(join.visitorId);
      if (target === undefined) continue;
      const source = join.movesOn || target.kind !== 'linked' ? target : await resolve(known, join.visitorId);
      if (source.visitorId === visitorId) continue;
      const present = found?.links ?? (source.kind === 'linked' ? source.links : []);
      const next = addLink(present, link);
      if (next === present) continue;
      if (source.kind === 'visitor' && found === undefined) {
        const merged = mergeVisitors(visitor, source.visitor, currency, now);
        visitor = merged.visitor;
        evicted.push(...merged.evictedMarks);
      }
      links.set(source.visitorId, { visitorId: source.visitorId, version: source.version, links: next });
    }
    const { markHomes } = visitor.state;
    const alive = markHomes.filter(([, until]) => until > now);
    const olderMarks =
      alive.length === 0
        ? new Set<string>()
        : await deps.visitors.readMarks(alive, [...new Set(events.map((event) => markOf(event.messageId)))]);
    const result = applyEvents(visitor, events, { currency, countersByEvent, now, olderMarks });
    if (result.visitor === before && links.size === 0) return true;
    evicted.push(...result.evictedMarks);
    for (const event of result.applied) await recordAccount(event);
    if (evicted.length > 0) await deps.visitors.putMarks(visitorId, evicted);
    const after: Visitor = {
      ...result.visitor,
      state: { ...result.visitor.state, markHomes: keepHomes(markHomes, evicted, visitorId, now) },
    };
    const outcome = await deps.visitors.commit({
      person: {
        visitorId,
        version: stored.version,
        visitor: after,
        ordersChanged: after.orders !== before.orders,
      },
      links: [...links.values()],
      anonymousRetentionMs: maximumMilliseconds(anonymousRetention),
    });
    return outcome === 'committed';
  };

  const recordAccount = async (event: VisitorEvent): Promise<void> => {
    if (event.type !== 'group' || event.groupId === undefined || event.mayChangeAccount !== true) return;
    if (event.traits.type === 'household') return;
    await deps.visitors.mergeAccount(event.groupId, event.traits, stampOf(event));
  };

  return async (idKey: string, events: readonly VisitorEvent[]): Promise<void> => {
    const oldest = deps.now() - MARK_LIFE_MS;
    const fresh = events.filter((event) => event.receivedAt > oldest);
    if (fresh.length === 0) return;
    for (let tries = 0; tries < MAX_ATTEMPTS; tries++) {
      if (await attempt(idKey, fresh)) return;
      await deps.pause(deps.random() * 10 * 2 ** tries);
    }
    throw new CommitLost();
  };
};

interface Join {
  /** What is joined to the person of the event. */
  readonly visitorId: string;
  readonly stamp: { readonly at: number; readonly tie: string };
  /** An anonymous id that is somebody already moves on, and its past stays; a userId brings its person along. */
  readonly movesOn: boolean;
}

/** What the events join to their person. */
const joinsOf = (events: readonly VisitorEvent[]): readonly Join[] =>
  events.flatMap((event): Join[] => {
    if (event.userId === undefined) return [];
    const stamp = stampOf(event);
    const join = (idKey: string, movesOn: boolean): Join => ({
      visitorId: visitorIdOf(idKey),
      stamp,
      movesOn,
    });
    if (event.type === 'identify' && event.anonymousId !== undefined) {
      return [join(anonymousKey(event.anonymousId), true)];
    }
    if (event.type !== 'alias' || event.previousId === undefined) return [];
    const anonymous = join(anonymousKey(event.previousId), true);
    // An alias of a trusted server may name either kind of id; both are this person from now on.
    return event.mayMergeUsers === true && event.previousId !== event.userId
      ? [anonymous, join(userKey(event.previousId), false)]
      : [anonymous];
  });
