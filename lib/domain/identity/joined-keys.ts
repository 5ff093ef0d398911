import type { VisitorEvent } from '../visitor/event.ts';
import { anonymousKey, userKey } from './visitor-id.ts';

/** The ids (`user:…`, `anon:…`) that an event joins to the person of its userId; those of most events: none. */
export const joinedKeysOf = (event: VisitorEvent): readonly string[] => {
  if (event.userId === undefined) return [];
  if (event.type === 'identify') {
    return event.anonymousId === undefined ? [] : [anonymousKey(event.anonymousId)];
  }
  if (event.type !== 'alias' || event.previousId === undefined) return [];
  const anonymous = anonymousKey(event.previousId);
  // An alias of a trusted server may name either kind of id; both are this person from now on.
  return event.mayMergeUsers === true && event.previousId !== event.userId
    ? [anonymous, userKey(event.previousId)]
    : [anonymous];
};
