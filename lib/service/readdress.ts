import { markOf } from '../domain/hash.ts';
import { type Link, linkOf } from '../domain/identity/links.ts';
import type { Stamp } from '../domain/stamp.ts';
import { stampOf, type VisitorEvent } from '../domain/visitor/event.ts';
import type { Visitor } from '../domain/visitor/state.ts';
import { aliveHomes, type KnownVisitors } from './known-visitors.ts';

/** Events of one person, and since when the id under which they came is this person. */
export interface Readdressed {
  readonly events: readonly VisitorEvent[];
  readonly joinedAt: Stamp | undefined;
}

/**
 * Whose the events of an id are that was joined to somebody, or to several one after the other.
 *
 * @param links - what lies under the id
 * @param now - the service's clock, milliseconds since 1970
 * @returns by the visitor id of the person
 */
export const readdress = async (
  known: KnownVisitors,
  links: readonly Link[],
  events: readonly VisitorEvent[],
  now: number,
): Promise<ReadonlyMap<string, Readdressed>> => {
  const mail = new Map<string, Readdressed>();
  for (const event of await notTakenElsewhere(known, links, events, now)) {
    const link = linkOf(links, stampOf(event));
    if (link === null) continue;
    const to = (await known.resolve(link.to)).visitorId;
    const theirs = mail.get(to);
    mail.set(to, {
      events: [...(theirs?.events ?? []), event],
      joinedAt: theirs?.joinedAt ?? links.find((first) => first.to === link.to),
    });
  }
  return mail;
};

/**
 * An id of several people (a shared device): a log-in that arrives late may give an event to another of them
 * than it took effect for. A repeat of it then must not count for both. A business event is of everybody whom it
 * reaches: that one of them knows of it says nothing of another.
 */
const notTakenElsewhere = async (
  known: KnownVisitors,
  links: readonly Link[],
  events: readonly VisitorEvent[],
  now: number,
): Promise<readonly VisitorEvent[]> => {
  const people = new Set(links.map((link) => link.to));
  if (people.size < 2) return events;
  const taken = new Map<string, ReadonlySet<string>>();
  for (const to of people) {
    const person = await known.resolve(to);
    if (person.kind !== 'visitor') continue;
    taken.set(person.visitorId, await marksOf(known, person.visitor, events, now));
  }
  return events.filter(
    ({ type, messageId }) =>
      type === 'business' || ![...taken.values()].some((marks) => marks.has(markOf(messageId))),
  );
};

/** Marks of these events that a visitor has, in the item and outside. */
const marksOf = async (
  known: KnownVisitors,
  visitor: Visitor,
  events: readonly VisitorEvent[],
  now: number,
): Promise<ReadonlySet<string>> =>
  new Set([
    ...visitor.state.marks.map(([mark]) => mark),
    ...(await known.olderMarks(aliveHomes(visitor, now), events)),
  ]);
