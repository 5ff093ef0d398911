import type { Stamp } from '../stamp.ts';
import type { VisitorEvent } from '../visitor/event.ts';
import { anonymousKey, userKey } from './visitor-id.ts';

/** The id that a person's draws hang on, with the stamp of the event that chose it. */
export interface Seed extends Stamp {
  readonly id: string;
}

/**
 * The seed that an event would choose: a person first met by logging in keeps drawing as the anonymous visitor
 * they were; one first met otherwise draws as themselves. The oldest claim stands.
 */
export const seedClaim = (event: VisitorEvent, stamp: Stamp): Seed | null => {
  if (event.userId === undefined) return null;
  const joined =
    event.type === 'identify' ? event.anonymousId : event.type === 'alias' ? event.previousId : undefined;
  return { ...stamp, id: joined === undefined ? userKey(event.userId) : anonymousKey(joined) };
};
