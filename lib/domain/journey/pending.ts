import { refusedPurpose } from './consent.ts';
import type { PendingMessage, World } from './world.ts';

/** Takes messages back that this commit asked for: they are not sent, and no limit counts them. */
export const takeBack = (
  world: World,
  isTaken: (message: PendingMessage) => boolean,
): readonly PendingMessage[] => {
  const taken = world.messages.filter(isTaken);
  if (taken.length === 0) return taken;
  const kept = world.messages.filter((message) => !isTaken(message));
  world.messages.splice(0, world.messages.length, ...kept);
  const times = [...world.state.messages];
  for (const { sentAt } of taken) {
    const place = times.indexOf(sentAt);
    if (place >= 0) times.splice(place, 1);
  }
  world.change({ messages: times });
  return taken;
};

/** Why a message must not go out now, although it might have when it was asked for; null where it may. */
const reasonAgainst = (world: World, { sells, told }: PendingMessage): string | null => {
  const refused = refusedPurpose(world.profile.consents, told);
  if (refused !== null) return `no consent: ${refused}`;
  return sells && world.isServiceFirst(world.surroundings.now) ? 'service first: a problem is open' : null;
};

/**
 * A commit may be of hours at once: an event came late, or a timer was lost. What it asks for is read when all of it
 * has happened, so rule 1 and consents hold at its end, too.
 */
export const recheckMessages = (world: World): void => {
  if (world.messages.length === 0) return;
  const { now } = world.surroundings;
  const against = new Map(world.messages.map((message) => [message, reasonAgainst(world, message)]));
  for (const { told } of takeBack(world, (message) => against.get(message) != null)) {
    const why = [...against].find(([message]) => message.told === told)?.[1];
    world.tell(now, { ...told, what: 'dropped', ...(why == null ? {} : { why }) });
    world.count(`journeys/${told.journeyId}/messages/dropped`);
  }
};
