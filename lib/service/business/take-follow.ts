import type { QueueSender } from '../../contracts/queue-sender.ts';
import { MAX_SUBJECT_BYTES, personOf, visitorEventOf } from '../../domain/business/business-event.ts';
import type { FollowerStore, SubjectStore } from '../../domain/business/business-store.ts';
import type { EffectsOfCommit, FollowEffect } from '../../domain/effect/effect.ts';
import { partsWithin } from '../../domain/parts-within.ts';
import type { VisitorEvent } from '../../domain/visitor/event.ts';
import { MARK_LIFE_MS } from '../../domain/visitor/marks.ts';
import { mailFor } from './outbox.ts';

/** An event must be younger than its mark lives, with a day for the way: else it could take effect twice. */
const MAX_AGE_MS = MARK_LIFE_MS - 24 * 60 * 60_000;

/** Events of one message at most, bytes of their JSON: SQS takes 1 MiB. */
const MAX_PART_BYTES = 500_000;

export interface FollowDeps {
  readonly subjects: SubjectStore;
  readonly followers: FollowerStore;
  readonly queues: QueueSender;
  /** The service's clock, milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * Takes the follows of a commit. A follower is remembered first, and only then the subject's latest events are read
 * and told to them, while an event is kept first and its followers are read then: whichever is faster, none is missed.
 *
 * @throws whatever the stores and the queue throw: the message then comes again
 */
export const createFollowTaker = ({ subjects, followers, queues, now }: FollowDeps) => {
  const take = async (commit: EffectsOfCommit, effect: FollowEffect): Promise<void> => {
    const { subject, followId, until, rank, wave } = effect;
    const moment = now();
    // No event has a subject as long as that, what concerns one person is told to them alone, and who follows no more
    // need not be told.
    if (Buffer.byteLength(subject) > MAX_SUBJECT_BYTES || personOf(subject) !== null) return;
    if (until !== null && until <= moment) return;
    const { visitorId, at, version } = commit;
    await followers.follow({ visitorId, subject, followId, until, rank, wave, at, version });
    const events = (await subjects.allLatest(subject)).filter(
      ({ receivedAt }) => receivedAt > moment - MAX_AGE_MS,
    );
    // Together: what is over by now (a delay of a flight that was cancelled) then brings nothing about.
    const mail = partsOf(events.map(visitorEventOf)).flatMap((part) => mailFor([visitorId], part));
    if (mail.length > 0) await queues.send('events-received', mail);
  };

  return async (commit: EffectsOfCommit): Promise<void> => {
    for (const effect of commit.effects) if (effect.kind === 'follow') await take(commit, effect);
  };
};

/** Events in the order in which they happened, in as many parts as one message each can hold. */
const partsOf = (events: readonly VisitorEvent[]): readonly (readonly VisitorEvent[])[] =>
  partsWithin(
    events.toSorted((a, b) => a.at - b.at),
    (event) => Buffer.byteLength(JSON.stringify(event)),
    { size: MAX_PART_BYTES },
  );
