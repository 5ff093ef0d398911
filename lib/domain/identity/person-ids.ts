import { own } from '../own.ts';
import { compareStamps, type Stamp } from '../stamp.ts';
import { bytesOf, compareTexts, mostBytesOf, withinBound } from '../visitor/bounds.ts';
import type { VisitorEvent } from '../visitor/event.ts';
import { anonymousKey, userKey } from './visitor-id.ts';

/** The ids that are one person, as `user:<userId>` and `anon:<anonymousId>`, with their first event. */
export type PersonIds = { readonly [idKey: string]: Stamp };

/** Ids listed of one person: userIds before anonymous ones, and of each the first. Links have no bound. */
const IDS_BOUND = { count: 100, bytes: 16_000 };

/** The ids after an event that names some. */
export const nameIds = (ids: PersonIds, event: VisitorEvent, stamp: Stamp): PersonIds => {
  let next = ids;
  if (event.userId !== undefined) next = nameId(next, userKey(event.userId), stamp);
  if (event.anonymousId !== undefined && event.type !== 'alias') {
    next = nameId(next, anonymousKey(event.anonymousId), stamp);
  }
  // Which kind of id a server's alias names is seen by the events that come under it.
  if (event.previousId !== undefined && event.mayMergeUsers !== true) {
    next = nameId(next, anonymousKey(event.previousId), stamp);
  }
  return next;
};

const nameId = (ids: PersonIds, idKey: string, stamp: Stamp): PersonIds => {
  const present = own(ids, idKey);
  if (present !== undefined && compareStamps(present, stamp) <= 0) return ids;
  return boundIds({ ...ids, [idKey]: stamp });
};

/** Two people's ids as one. */
export const mergeIds = (a: PersonIds, b: PersonIds): PersonIds => {
  const merged = new Map(Object.entries(a));
  for (const [idKey, stamp] of Object.entries(b)) {
    const present = merged.get(idKey);
    if (present === undefined || compareStamps(stamp, present) < 0) merged.set(idKey, stamp);
  }
  return boundIds(Object.fromEntries(merged));
};

const OVERHEAD = 20;
const rankOf = (idKey: string): number => (idKey.startsWith('user:') ? 0 : 1);

const boundIds = (ids: PersonIds): PersonIds =>
  withinBound(
    ids,
    IDS_BOUND,
    (idKey, { tie }) => OVERHEAD + mostBytesOf(idKey) + mostBytesOf(tie),
    (idKey, { tie }) => OVERHEAD + bytesOf(idKey) + bytesOf(tie),
    ([idA, a], [idB, b]) => rankOf(idA) - rankOf(idB) || compareStamps(a, b) || compareTexts(idA, idB),
  );
