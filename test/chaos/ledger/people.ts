import { anonymousKey, userKey, visitorIdOf } from '../../../lib/domain/identity/visitor-id.ts';
import type { Grant } from '../../../lib/domain/journey/instance.ts';
import { STRANGER } from '../../../lib/domain/visitor/state.ts';
import type { StoredVisitor } from '../../../lib/domain/visitor/visitor-store.ts';
import type { OrderPlan, Plot } from './plot.ts';

const grantOf = (person: number): Grant => ({
  grantId: `grant-${person}`,
  offerId: 'granted',
  journeyId: 'j',
  key: 'k',
  run: `run-${person}`,
  stepId: 's',
  grantedAt: 0,
  expiresAt: null,
  because: null,
  intent: 'sell',
  status: 'held',
  poolId: null,
});

/** The people of a plot as the visitor table has them. A device joins the person whose it is, and stays theirs. */
export class People {
  readonly #people: Plot['people'];
  readonly #joined = new Set<number>();
  /** By visitor id. */
  readonly #persons: ReadonlyMap<string, number>;

  constructor(people: Plot['people']) {
    this.#people = people;
    this.#persons = new Map(
      people.flatMap((_, person) => [
        [visitorIdOf(userKey(this.userOf(person))), person],
        [visitorIdOf(anonymousKey(this.deviceOf(person))), person],
      ]),
    );
  }

  userOf(person: number): string {
    return `u${person}`;
  }

  deviceOf(person: number): string {
    return `d${person}`;
  }

  join(person: number): void {
    if (this.#people[person]?.device === 'joins') this.#joined.add(person);
  }

  /** Ids that an order names. */
  idsOf({ person, by }: Pick<OrderPlan, 'person' | 'by'>) {
    return by === 'user' ? { userId: this.userOf(person) } : { anonymousId: this.deviceOf(person) };
  }

  /** All visitor ids of whoever this one is now. */
  known(visitorId: string): readonly string[] {
    const person = this.#personOf(visitorId);
    return person !== null && this.#joined.has(person)
      ? [visitorIdOf(userKey(this.userOf(person))), visitorIdOf(anonymousKey(this.deviceOf(person)))]
      : [visitorId];
  }

  #personOf(visitorId: string): number | null {
    return this.#persons.get(visitorId) ?? null;
  }

  read(visitorId: string): StoredVisitor {
    const person = this.#personOf(visitorId);
    const none = { kind: 'none', visitorId, version: null, ordersVersion: null } as const;
    if (person === null) return none;
    const userId = visitorIdOf(userKey(this.userOf(person)));
    const isJoined = this.#joined.has(person);
    if (visitorId !== userId) {
      const links = [{ at: 1, tie: 'm', to: userId }];
      return isJoined ? { kind: 'linked', visitorId, version: 1, links } : none;
    }
    const hasGrant = this.#people[person]?.hasGrant === true;
    if (!isJoined && !hasGrant) return none;
    const ids = {
      [userKey(this.userOf(person))]: { at: 0, tie: 'm' },
      ...(isJoined ? { [anonymousKey(this.deviceOf(person))]: { at: 1, tie: 'm' } } : {}),
    };
    const state = { ...STRANGER.state, ids, grants: hasGrant ? [grantOf(person)] : [] };
    const visitor = { ...STRANGER, state };
    return { kind: 'visitor', visitorId, version: 1, ordersVersion: null, visitor };
  }
}
