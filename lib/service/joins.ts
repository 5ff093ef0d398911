import { joinedKeysOf } from '../domain/identity/joined-keys.ts';
import { addLink } from '../domain/identity/links.ts';
import { mergeVisitors } from '../domain/identity/merge.ts';
import { parseIdKey, visitorIdOf } from '../domain/identity/visitor-id.ts';
import type { Stamp } from '../domain/stamp.ts';
import { stampOf, type VisitorEvent } from '../domain/visitor/event.ts';
import type { Mark } from '../domain/visitor/marks.ts';
import type { Visitor } from '../domain/visitor/state.ts';
import type { StoredVisitor, VisitorCommit } from '../domain/visitor/visitor-store.ts';

/** An id that an event joins to its person. */
export interface Join {
  readonly visitorId: string;
  readonly stamp: Stamp;
  /** An anonymous id that is somebody already moves on, and its past stays; a userId brings its person along. */
  readonly movesOn: boolean;
}

/** What an event joins to its person. */
export const joinsOf = (event: VisitorEvent): readonly Join[] => {
  const stamp = stampOf(event);
  return joinedKeysOf(event).map((idKey) => ({
    visitorId: visitorIdOf(idKey),
    stamp,
    movesOn: parseIdKey(idKey)?.kind !== 'user',
  }));
};

export interface Joined {
  readonly visitor: Visitor;
  /** Marks that must be put as items of their own before the commit. */
  readonly evictedMarks: readonly Mark[];
  /** What lies under the joined ids from now on. */
  readonly links: VisitorCommit['links'];
}

/**
 * A person with all that joins them: who was nobody else's comes along with their past; each id then points here.
 *
 * @param lookUp - what lies under a visitor id
 * @param resolve - the person whom it is, following links
 */
export const joinAll = async (
  person: { readonly visitorId: string; readonly visitor: Visitor },
  joins: readonly Join[],
  lookUp: (visitorId: string) => StoredVisitor | undefined,
  resolve: (visitorId: string) => Promise<StoredVisitor>,
  currency: string,
  now: number,
): Promise<Joined> => {
  let { visitor } = person;
  const evictedMarks: Mark[] = [];
  const links = new Map<string, VisitorCommit['links'][number]>();
  for (const { visitorId, stamp, movesOn } of joins) {
    const target = lookUp(visitorId);
    if (target === undefined) throw new Error('what an event joins was not loaded');
    const source = movesOn || target.kind !== 'linked' ? target : await resolve(visitorId);
    if (source.visitorId === person.visitorId) continue;
    const found = links.get(source.visitorId);
    const present = found?.links ?? (source.kind === 'linked' ? source.links : []);
    const next = addLink(present, { ...stamp, to: person.visitorId });
    if (next === present) continue;
    if (source.kind === 'visitor' && found === undefined) {
      const merged = mergeVisitors(visitor, source.visitor, currency, now, stamp);
      visitor = merged.visitor;
      evictedMarks.push(...merged.evictedMarks);
    }
    links.set(source.visitorId, {
      visitorId: source.visitorId,
      version: source.version,
      ordersVersion: source.kind === 'linked' ? null : source.ordersVersion,
      links: next,
      ...(source.sealing === undefined ? {} : { sealing: source.sealing }),
    });
  }
  return { visitor, evictedMarks, links: [...links.values()] };
};
