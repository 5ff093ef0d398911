import type { FanOutMessage } from '../../contracts/business.ts';
import type { QueueSender } from '../../contracts/queue-sender.ts';
import { type BusinessEvent, visitorEventOf } from '../../domain/business/business-event.ts';
import type { FollowerStore, SubjectStore } from '../../domain/business/business-store.ts';
import type { Follower } from '../../domain/business/follower.ts';
import { delayUntil, mailFor } from './outbox.ts';

/** Followers told between two messages of a fan-out: what is repeated where its consumer dies. */
const PAGE_FOLLOWERS = 500;

export interface FanOutDeps {
  readonly subjects: SubjectStore;
  readonly followers: FollowerStore;
  readonly queues: QueueSender;
  /** The service's clock, milliseconds since 1970. */
  readonly now: () => number;
}

/** The first message of an event's fan-out. */
export const startOfFanOut = ({ subject, type, messageId }: BusinessEvent): FanOutMessage => ({
  fanOut: { subject, type, messageId, after: null, told: 0, inWave: 0 },
});

/** The part of a page that goes at once: what its first follower's wave has room for, of those still following. */
const partOf = (
  followers: readonly Follower[],
  inWave: number,
  now: number,
): { readonly passed: number; readonly reached: readonly string[] } => {
  const wave = followers[0]?.wave ?? null;
  const room = wave === null ? followers.length : Math.max(1, wave.size - inWave);
  const reached: string[] = [];
  let passed = 0;
  for (const { visitorId, until } of followers) {
    if (reached.length === room) break;
    passed += 1;
    if (until === null || until > now) reached.push(visitorId);
  }
  return { passed, reached };
};

/**
 * Tells a page of a subject's followers of an event, best rank first, then puts the message for the next page into
 * the queue: so a page that dies is taken up where it stopped. Told twice is told once, by the visitors' marks. It
 * ends by itself where another event has taken this one's place.
 *
 * @throws whatever the stores and the queue throw: the message then comes again
 */
export const createFanOut =
  ({ subjects, followers, queues, now }: FanOutDeps) =>
  async (message: FanOutMessage): Promise<void> => {
    const { subject, type, messageId, after, told, inWave, notBefore = 0 } = message.fanOut;
    const moment = now();
    if (notBefore > moment) {
      await queues.send('fan-out', [message], delayUntil(notBefore, moment));
      return;
    }
    const event = await subjects.latest(subject, type);
    if (event === null || event.messageId !== messageId) return;
    const page = await followers.page(subject, after, PAGE_FOLLOWERS);
    const { passed, reached } = partOf(page.followers, inWave, moment);
    if (reached.length > 0) await queues.send('events-received', mailFor(reached, [visitorEventOf(event)]));
    const last = page.followers[passed - 1];
    if (last === undefined || (!page.more && passed === page.followers.length)) {
      if (told + reached.length === 0) await subjects.countUnfollowed(event);
      return;
    }
    const wave = page.followers[0]?.wave ?? null;
    const isWaveOver = wave !== null && inWave + reached.length >= wave.size;
    const next: FanOutMessage = {
      fanOut: {
        subject,
        type,
        messageId,
        after: last.place,
        told: told + reached.length,
        inWave: isWaveOver ? 0 : inWave + reached.length,
        ...(isWaveOver ? { notBefore: moment + wave.gapMs } : {}),
      },
    };
    await queues.send('fan-out', [next], delayUntil(next.fanOut.notBefore ?? moment, moment));
  };
