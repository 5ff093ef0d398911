import { addLink, type Link, linkNow, linkOf, MAX_HOPS } from '../identity/links.ts';
import { mergeVisitors } from '../identity/merge.ts';
import { anonymousKey, userKey, visitorIdOf } from '../identity/visitor-id.ts';
import type { Stamp } from '../stamp.ts';
import type { VisitorEvent } from '../visitor/event.ts';
import type { Mark } from '../visitor/marks.ts';
import { STRANGER, type Visitor } from '../visitor/state.ts';

/** What lies under one visitor id: a person, or where the id points to instead. */
export interface Home {
  readonly visitorId: string;
  /** The id as `user:…` or `anon:…`: what an anonymous visitor draws from. */
  readonly idKey: string;
  /** Null while nothing was heard of them, and for good once they are part of somebody else. */
  visitor: Visitor | null;
  links: readonly Link[];
  /** Marks that no longer fit into the visitor. */
  olderMarks: Set<string> | null;
  /** Ids of their carts that had a line. */
  carts: ReadonlySet<string>;
  /** Commits so far: names what comes of each. */
  version: number;
}

/** Who gets an event. */
export interface Receiver {
  readonly person: Home;
  /** Where it came under an id that was joined to them: since when it is them. */
  readonly joinedAt: Stamp | null;
}

const NO_CARTS: ReadonlySet<string> = new Set();

/**
 * All visitors of a simulation, in memory: what the store is to the service. Joins people by the same rules
 * (`lib/service/react.ts`), which a test holds against it.
 */
export class People {
  readonly #homes = new Map<string, Home>();
  readonly #byId = new Map<string, Home>();

  /** Every id of which something was heard, in the order in which they were first met. */
  get homes(): Iterable<Home> {
    return this.#byId.values();
  }

  /** Whom an event belongs to, once all that it joins to them is joined. */
  receiverOf(event: VisitorEvent, stamp: Stamp, currency: string): Receiver {
    const home = this.#homeOf(
      event.userId === undefined ? anonymousKey(event.anonymousId ?? '') : userKey(event.userId),
    );
    const link = home.links.length === 0 ? null : linkOf(home.links, stamp);
    const person = link === null ? home : this.#resolve(this.#byId.get(link.to) ?? home);
    if (event.type === 'identify' || event.type === 'alias') this.#join(person, event, stamp, currency);
    return { person, joinedAt: link === null ? null : (home.links.find(({ to }) => to === link.to) ?? null) };
  }

  /** Who lies under a visitor id now; null where nothing was heard of it. */
  personOf(visitorId: string): Home | null {
    const home = this.#byId.get(visitorId);
    return home === undefined ? null : this.#resolve(home);
  }

  #join(person: Home, event: VisitorEvent, stamp: Stamp, currency: string): void {
    if (event.userId === undefined) return;
    const joined = event.type === 'identify' ? event.anonymousId : event.previousId;
    if (joined === undefined) return;
    this.#link(person, this.#homeOf(anonymousKey(joined)), event, stamp, currency);
    if (event.mayMergeUsers === true && joined !== event.userId) {
      this.#link(person, this.#resolve(this.#homeOf(userKey(joined))), event, stamp, currency);
    }
  }

  #link(person: Home, source: Home, event: VisitorEvent, stamp: Stamp, currency: string): void {
    if (source === person) return;
    const links = addLink(source.links, { at: stamp.at, tie: stamp.tie, to: person.visitorId });
    if (links === source.links) return;
    if (source.visitor !== null) {
      const merged = mergeVisitors(
        person.visitor ?? STRANGER,
        source.visitor,
        currency,
        event.receivedAt,
        stamp,
      );
      person.visitor = merged.visitor;
      keepOlderMarks(person, merged.evictedMarks);
      if (source.olderMarks !== null)
        person.olderMarks = new Set([...(person.olderMarks ?? []), ...source.olderMarks]);
      person.carts = new Set([...person.carts, ...source.carts]);
      source.visitor = null;
      source.carts = NO_CARTS;
      source.olderMarks = null;
    }
    source.links = links;
  }

  #homeOf(idKey: string): Home {
    const present = this.#homes.get(idKey);
    if (present !== undefined) return present;
    const home: Home = {
      visitorId: visitorIdOf(idKey),
      idKey,
      visitor: null,
      links: [],
      olderMarks: null,
      carts: NO_CARTS,
      version: 0,
    };
    this.#homes.set(idKey, home);
    this.#byId.set(home.visitorId, home);
    return home;
  }

  #resolve(from: Home): Home {
    let home = from;
    for (let hop = 0; hop < MAX_HOPS && home.links.length > 0; hop++) {
      home = this.#byId.get(linkNow(home.links) ?? '') ?? home;
    }
    return home;
  }
}

/**
 * Remembers marks beyond those in the visitor, for good: the service forgets them after 15 days, and drops what
 * comes again later by its age.
 */
export const keepOlderMarks = (home: Home, marks: readonly Mark[]): void => {
  if (marks.length === 0) return;
  home.olderMarks ??= new Set();
  for (const [mark] of marks) home.olderMarks.add(mark);
};
