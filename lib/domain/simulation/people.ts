import { addLink, type Link, linkAt, linkNow } from '../identity/links.ts';
import { mergeVisitors } from '../identity/merge.ts';
import { anonymousKey, userKey, visitorIdOf } from '../identity/visitor-id.ts';
import type { Stamp } from '../stamp.ts';
import type { VisitorEvent } from '../visitor/event.ts';
import { MARK_LIFE_MS, type Mark } from '../visitor/marks.ts';
import { STRANGER, type Visitor } from '../visitor/state.ts';

/** What lies under one visitor id: a person, or where the id points to instead. */
export interface Home {
  readonly visitorId: string;
  /** The id as `user:…` or `anon:…`: what an anonymous visitor draws from. */
  readonly idKey: string;
  /** Null while nothing was heard of them, and for good once they are part of somebody else. */
  visitor: Visitor | null;
  links: readonly Link[];
  /** Marks that no longer fit into the visitor, each with when it was accepted. */
  olderMarks: Map<string, number> | null;
  /** Ids of their carts that had a line. */
  carts: ReadonlySet<string>;
}

const NO_CARTS: ReadonlySet<string> = new Set();

/** Links followed from an id to its person, as the service follows them. */
const MAX_HOPS = 8;

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
  personOf(event: VisitorEvent, stamp: Stamp, currency: string): Home {
    const home = this.#homeOf(
      event.userId === undefined ? anonymousKey(event.anonymousId ?? '') : userKey(event.userId),
    );
    const person = home.links.length === 0 ? home : this.#resolve(this.#at(linkAt(home.links, stamp), home));
    if (event.type === 'identify' || event.type === 'alias') this.#join(person, event, stamp, currency);
    return person;
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
      keepOlderMarks(person, [...(source.olderMarks ?? []), ...merged.evictedMarks], event.receivedAt);
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
    };
    this.#homes.set(idKey, home);
    this.#byId.set(home.visitorId, home);
    return home;
  }

  #at(visitorId: string | null, otherwise: Home): Home {
    return (visitorId === null ? undefined : this.#byId.get(visitorId)) ?? otherwise;
  }

  #resolve(from: Home): Home {
    let home = from;
    for (let hop = 0; hop < MAX_HOPS && home.links.length > 0; hop++) {
      home = this.#at(linkNow(home.links), home);
    }
    return home;
  }
}

/** Remembers marks beyond those in the visitor, for as long as a message takes effect only once. */
export const keepOlderMarks = (home: Home, marks: readonly Mark[], now: number): void => {
  if (marks.length === 0) return;
  const kept = home.olderMarks ?? new Map<string, number>();
  home.olderMarks = kept;
  for (const [mark, receivedAt] of marks) kept.set(mark, receivedAt);
  for (const [mark, receivedAt] of kept) {
    if (receivedAt > now - MARK_LIFE_MS) break;
    kept.delete(mark);
  }
};
