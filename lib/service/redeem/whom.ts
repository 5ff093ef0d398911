import type { CompiledCatalog } from '../../domain/catalog/compiled.ts';
import { anonymousKey, userKey, visitorIdOf } from '../../domain/identity/visitor-id.ts';
import { foresee } from '../../domain/journey/foresee.ts';
import { compareStamps } from '../../domain/stamp.ts';
import { type Profile, profileOf } from '../../domain/visitor/profile.ts';
import type { Visitor } from '../../domain/visitor/state.ts';
import type { StoredVisitor, VisitorStore } from '../../domain/visitor/visitor-store.ts';
import { Unavailable } from '../../runtime/errors.ts';
import { type Catalogs, catalogFor } from '../catalog-library.ts';
import { followLinks } from '../follow-links.ts';
import { assemblePerson, type PersonIds, pointsTo, visitorIdsOf } from '../person.ts';

/** Whom an order is of, as the store shows them now, with the catalog that is theirs. */
export interface Whom {
  readonly visitorId: string;
  /** Visitor ids of all that they were known by, the present one first: what they used is counted under these. */
  readonly visitorIds: readonly string[];
  readonly visitor: Visitor;
  readonly profile: Profile;
  readonly catalog: CompiledCatalog;
}

/** Ids under which a person's uses are looked for: more than anybody has who is not an automaton. */
const MAX_IDS = 100;

type Read = VisitorStore['read'];

const follow = (read: Read, visitorId: string): Promise<StoredVisitor | null> =>
  followLinks(visitorId, async (id) => (await read([id])).get(id));

/** All visitor ids of a person: the present one, then those that joined first. */
const idsOfPerson = (visitorId: string, { state }: Visitor, ids: PersonIds): readonly string[] => {
  const joined = Object.entries(state.ids)
    .toSorted(([, a], [, b]) => compareStamps(a, b))
    .map(([key]) => visitorIdOf(key));
  const asked = [
    ...(ids.userId === null ? [] : [visitorIdOf(userKey(ids.userId))]),
    ...(ids.anonymousId === null ? [] : [visitorIdOf(anonymousKey(ids.anonymousId))]),
  ];
  return [...new Set([visitorId, ...asked, ...joined])].slice(0, MAX_IDS);
};

/**
 * Reads whom an order is of, strongly consistent: an unknown id is a visitor of whom nothing is known.
 *
 * @throws Unavailable (503) where an id points to somebody who could not be found
 */
export const readWhom = async (
  read: Read,
  ids: PersonIds,
  catalogs: Catalogs,
  now: number,
): Promise<Whom> => {
  const visitors = await read(visitorIdsOf(ids));
  const pointed = pointsTo(ids, visitors);
  const person = pointed === null ? null : await follow(read, pointed);
  const { currency } = catalogs.active.settings;
  const found = assemblePerson(ids, visitors, person, currency, now);
  if (found.unread) throw new Unavailable('The visitor could not be read.');
  const { visitorId, seed } = found;
  const catalog = catalogFor(catalogs, found.visitor.state.seed?.id ?? seed);
  const { visitor } = foresee(found.visitor, [], { catalog, visitorId, seed, now });
  return {
    visitorId,
    visitorIds: idsOfPerson(visitorId, visitor, ids),
    visitor,
    profile: profileOf(visitor, visitorId, seed),
    catalog,
  };
};

/** The visitor ids of whoever this one is now, the present one first. */
export const readIds = async (read: Read, visitorId: string): Promise<readonly string[]> => {
  const stored = await follow(read, visitorId);
  if (stored === null) throw new Unavailable('The visitor could not be read.');
  const nobody: PersonIds = { userId: null, anonymousId: null };
  const ids =
    stored.kind === 'visitor' ? idsOfPerson(stored.visitorId, stored.visitor, nobody) : [stored.visitorId];
  return [...new Set([...ids, visitorId])];
};
