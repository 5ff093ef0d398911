import { personOf } from '../business/business-event.ts';
import type { CompiledCatalog } from '../catalog/compiled.ts';
import type { Effect, PoolEffect } from '../effect/effect.ts';
import { type Advanced, advance } from '../journey/advance.ts';
import { emptyPool, joinPool, markTold, offerSeats, type Pool, releaseSeat, untold } from '../pool/pool.ts';
import { seatEventOf } from '../pool/seat-event.ts';
import type { Stamp } from '../stamp.ts';
import { stampOf, type VisitorEvent } from '../visitor/event.ts';
import { STRANGER, type Visitor } from '../visitor/state.ts';
import { Agenda } from './agenda.ts';
import { type Home, keepOlderMarks, People } from './people.ts';
import { Subjects } from './subjects.ts';

/** What a crowd tells whoever plays it. */
export interface CrowdOptions {
  readonly catalog: CompiledCatalog;
  /** Every effect that a commit wants. */
  readonly onEffect: (effect: Effect) => void;
}

/** An event that took its way to somebody. */
export interface Heard {
  readonly home: Home;
  /** The visitor just before it, once all that it joins is joined. */
  readonly before: Visitor;
  /** Whether it was there already. */
  readonly isRepeated: boolean;
}

/**
 * People who may have to do with each other, with all that goes on among them in virtual time: timers that run out,
 * subjects that are followed, seats that are offered. What the functions behind the queues are to the service.
 */
export class Crowd {
  readonly people = new People();
  readonly #options: CrowdOptions;
  readonly #subjects = new Subjects<Home>();
  readonly #pools = new Map<string, Pool>();
  readonly #agenda = new Agenda<() => void>();

  constructor(options: CrowdOptions) {
    this.#options = options;
  }

  /** Lets happen what is due before a moment, milliseconds since 1970, in its order. */
  passTime(until: number): void {
    const agenda = this.#agenda;
    for (let next = agenda.next; next !== null && next < until; next = agenda.next) agenda.take()?.what();
  }

  /** Whom an event belongs to, before it happens to them. */
  receiverOf(event: VisitorEvent): { readonly person: Home; readonly joinedAt: Stamp | null } {
    return this.people.receiverOf(event, stampOf(event), this.#options.catalog.settings.currency);
  }

  /** Lets an event happen to somebody at its own time. */
  happen(event: VisitorEvent, home: Home, joinedAt: Stamp | null): Heard {
    const before = home.visitor ?? STRANGER;
    const advanced = this.commit(home, before, [event], event.at, joinedAt);
    this.#settle(home, advanced, event.at);
    return { home, before, isRepeated: advanced.applied.length === 0 };
  }

  /** Lets a business event reach whom it is about. */
  publish(event: VisitorEvent): void {
    const userId = personOf(event.subject ?? '');
    if (userId === null) {
      for (const home of this.#subjects.publish(event)) this.#deliver(home, [event], event.at);
      return;
    }
    const addressed = { ...event, userId };
    this.#deliver(this.receiverOf(addressed).person, [addressed], event.at);
  }

  /** Advances somebody; what comes of it is told, and not yet done. */
  commit(
    home: Home,
    visitor: Visitor,
    events: readonly VisitorEvent[],
    now: number,
    joinedAt: Stamp | null,
    timer: number | null = null,
  ): Advanced {
    const { catalog, onEffect } = this.#options;
    home.version += 1;
    const advanced = advance(visitor, events, {
      catalog,
      countersByEvent: catalog.countersByEvent,
      visitorId: home.visitorId,
      seed: home.idKey,
      now,
      version: home.version,
      timer,
      isUntold: true,
      ...(home.olderMarks === null ? {} : { olderMarks: home.olderMarks }),
      ...(joinedAt === null ? {} : { joinedAt }),
    });
    keepOlderMarks(home, advanced.evictedMarks);
    for (const effect of advanced.effects) onEffect(effect);
    return advanced;
  }

  #settle(home: Home, { visitor, effects }: Advanced, now: number): void {
    home.visitor = visitor;
    for (const effect of effects) {
      if (effect.kind === 'timer') this.#arm(home, effect.due, effect.generation, now);
      else if (effect.kind === 'pool') this.#seat(home, effect, now);
      else if (effect.kind === 'follow') {
        const known = this.#subjects.follow(home, effect);
        if (known.length > 0) this.#deliver(home, known, now);
      }
    }
  }

  #deliver(home: Home, events: readonly VisitorEvent[], now: number): void {
    const person = this.people.personOf(home.visitorId) ?? home;
    this.#settle(person, this.commit(person, person.visitor ?? STRANGER, events, now, null), now);
  }

  #arm(home: Home, due: number, generation: number, now: number): void {
    const at = Math.max(due, now);
    this.#agenda.add(at, () => {
      const person = this.people.personOf(home.visitorId) ?? home;
      if (person.visitor === null) return;
      const mine = person === home ? generation : null;
      this.#settle(person, this.commit(person, person.visitor, [], at, null, mine), at);
    });
  }

  #seat(home: Home, effect: PoolEffect, now: number): void {
    const { poolId } = effect;
    const pool = this.#pools.get(poolId) ?? emptyPool(poolId);
    const asker = { visitorId: home.visitorId, run: effect.run, stepId: effect.stepId };
    const at = effect.what === 'join' ? Math.max(now, effect.closesAt) : now;
    const changed = effect.what === 'join' ? joinPool(pool, asker, effect, now) : releaseSeat(pool, asker);
    this.#pools.set(poolId, changed);
    this.#agenda.add(at, () => this.#offer(poolId, at));
  }

  #offer(poolId: string, now: number): void {
    const offered = offerSeats(this.#pools.get(poolId) ?? emptyPool(poolId), now);
    const chosen = untold(offered);
    this.#pools.set(poolId, markTold(offered, chosen));
    for (const candidate of chosen) {
      const home = this.people.personOf(candidate.visitorId);
      if (home !== null) this.#deliver(home, [seatEventOf(poolId, candidate)], now);
    }
  }
}
