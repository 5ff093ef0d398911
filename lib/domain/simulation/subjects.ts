import { compareBusinessEvents } from '../business/business-event.ts';
import type { FollowEffect } from '../effect/effect.ts';
import { revisionKey } from '../journey/happening.ts';
import type { VisitorEvent } from '../visitor/event.ts';

interface Follower<H> {
  readonly home: H;
  readonly until: number | null;
  readonly rank: number;
}

/** Who follows what, and the latest of each business event: what the followers' items are to the service. */
export class Subjects<H> {
  readonly #followers = new Map<string, Map<H, Follower<H>>>();
  readonly #latest = new Map<string, Map<string, VisitorEvent>>();

  /** @returns what is known of the subject already: whoever follows it late misses nothing */
  follow(home: H, { subject, until, rank }: FollowEffect): readonly VisitorEvent[] {
    const followers = this.#followers.get(subject) ?? new Map<H, Follower<H>>();
    this.#followers.set(subject, followers);
    const known = followers.get(home);
    const longer = known === undefined || until === null || (known.until !== null && known.until < until);
    followers.set(home, { home, rank, until: longer ? until : known.until });
    return [...(this.#latest.get(subject)?.values() ?? [])];
  }

  /** Those whom an event reaches, best rank first; nobody where it is older than one of its kind that came before. */
  publish(event: VisitorEvent): readonly H[] {
    const subject = event.subject ?? '';
    const events = this.#latest.get(subject) ?? new Map<string, VisitorEvent>();
    this.#latest.set(subject, events);
    const known = events.get(revisionKey(event));
    if (known !== undefined && compareBusinessEvents(revisionOf(event), revisionOf(known)) <= 0) return [];
    events.set(revisionKey(event), event);
    return [...(this.#followers.get(subject)?.values() ?? [])]
      .filter(({ until }) => until === null || until > event.at)
      .sort((a, b) => b.rank - a.rank)
      .map(({ home }) => home);
  }
}

const revisionOf = ({ at, messageId, sequence }: VisitorEvent) => ({
  at,
  messageId,
  sequence: sequence ?? null,
});
