import { VARIANT_ASSIGNED } from '../visitor/apply.ts';
import type { VisitorEvent } from '../visitor/event.ts';
import type { Profile } from '../visitor/profile.ts';
import type { Draw } from './draw.ts';

/**
 * A draw as an event of Wend's own, with the same id each time it is drawn, so that racing decisions record it once
 * (`docs/adr/0007-draws-are-events.md`).
 *
 * @param who - the ids under which it was decided, and when, milliseconds since 1970; a userId goes first
 */
export const drawEvent = (
  { experiment, variant }: Draw,
  { visitorId, seed }: Pick<Profile, 'visitorId' | 'seed'>,
  { userId, anonymousId, at, receivedAt }: Pick<VisitorEvent, 'userId' | 'anonymousId' | 'at' | 'receivedAt'>,
): VisitorEvent => ({
  messageId: `draw:${visitorId}:${experiment}`,
  type: 'track',
  name: VARIANT_ASSIGNED,
  at,
  receivedAt,
  ...(userId === undefined ? { anonymousId: anonymousId ?? '' } : { userId }),
  properties: { experiment, variant, seed },
  traits: {},
  context: {},
  own: true,
});
