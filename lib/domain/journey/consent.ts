import { own } from '../own.ts';
import type { Profile } from '../visitor/profile.ts';

/** The purpose that a person has refused, of those under which a message falls; null where they refused none. */
export const refusedPurpose = (
  consents: Profile['consents'],
  { channel, topic }: { readonly channel: string; readonly topic: string },
): string | null =>
  ['messages', channel, topic, `${channel}:${topic}`].find((purpose) => own(consents, purpose) === false) ??
  null;
