import type { JsonObject } from '../../lib/domain/json.ts';
import type { VisitorEvent } from '../../lib/domain/visitor/event.ts';
import { DAY, HOUR, MINUTE } from '../unit/journey/life.ts';
import type { Chance } from './chance.ts';
import { type Extent, extentOf, KINDS, type Kind, matterOf, type Name, PEOPLE } from './extent.ts';
import { START } from './scenario.ts';

/** Something that is accepted, and when: milliseconds after the start. */
export type Input = { readonly after: number } & (
  | { readonly kind: 'events'; readonly events: readonly VisitorEvent[] }
  | { readonly kind: 'business'; readonly cloudEvent: JsonObject }
  /** The second version of the catalog is published. */
  | { readonly kind: 'publish' }
  /** An agent does a task that is open, if any is. */
  | { readonly kind: 'agent'; readonly outcome: string }
  /** The store's lost timers are looked for. */
  | { readonly kind: 'sweep' }
);

type Who = Pick<VisitorEvent, 'userId' | 'anonymousId'>;

/** All ids of a seed, as keys: those of the people, two devices each, and one that goes from hand to hand. */
export const idKeysOf = (seed: number): readonly string[] => [
  ...PEOPLE.flatMap((person) => [
    `user:u${person}-${seed}`,
    `anon:a${person}-${seed}`,
    `anon:b${person}-${seed}`,
  ]),
  `anon:d-${seed}`,
];

/** What a seed makes of some days of up to three people, seven devices and a flight. Ids differ between seeds. */
export class Days {
  readonly #seed: number;
  readonly #chance: Chance;
  readonly #extent: Extent;
  #count = 0;
  #after = 0;
  #isPublished = false;
  #last: { readonly who: Who; readonly name: Name } | null = null;
  readonly #sent: VisitorEvent[] = [];

  constructor(seed: number, chance: Chance) {
    this.#seed = seed;
    this.#chance = chance;
    this.#extent = extentOf(chance);
  }

  get inputs(): readonly Input[] {
    return Array.from({ length: this.#extent.inputs }, () => {
      this.#after += this.#chance.of(0, 0, MINUTE, 20 * MINUTE, HOUR, 5 * HOUR, DAY);
      return this.#input();
    });
  }

  #input(): Input {
    const after = this.#after;
    switch (this.#kind()) {
      case 'flight':
        return { after, kind: 'business', cloudEvent: this.#flight() };
      case 'sweep':
        return { after, kind: 'sweep' };
      case 'agent':
        return { after, kind: 'agent', outcome: this.#chance.of('calm', 'angry') };
      case 'publish':
        if (this.#isPublished) break;
        this.#isPublished = true;
        return { after, kind: 'publish' };
      case 'log-in':
        return { after, kind: 'events', events: [this.#logIn()] };
      case 'alias':
        return { after, kind: 'events', events: [this.#alias()] };
      case 'again': {
        const again = this.#sent[this.#chance.below(this.#sent.length)];
        if (again === undefined) break;
        return { after, kind: 'events', events: [again] };
      }
      case 'sequel': {
        if (this.#last === null) break;
        const { who, name } = this.#last;
        return { after, kind: 'events', events: this.#request(who, matterOf(name)) };
      }
      case 'request':
        break;
    }
    return { after, kind: 'events', events: this.#request(this.#somebody(), this.#extent.names) };
  }

  #kind(): Kind {
    const { kinds } = this.#extent;
    let left = this.#chance.below(kinds.reduce((sum, kind) => sum + KINDS[kind], 0));
    for (const kind of kinds) {
      left -= KINDS[kind];
      if (left < 0) return kind;
    }
    return 'request';
  }

  #id(): string {
    this.#count += 1;
    return `${this.#seed}-${this.#count}`;
  }

  #base(at: number) {
    return {
      messageId: this.#id(),
      at,
      receivedAt: START + this.#after,
      traits: {},
      context: {},
    } as const;
  }

  #userId(): string {
    return `u${this.#chance.below(this.#extent.people)}-${this.#seed}`;
  }

  #device(userId: string): string {
    const person = userId.slice(1);
    const drawn = this.#chance.below(this.#extent.devices);
    return [`d-${this.#seed}`, `a${person}`, `b${person}`][drawn] ?? '';
  }

  /** Clocks are wrong, and queues in phones are long. */
  #moment(): number {
    const now = START + this.#after;
    return now - this.#chance.of(0, 0, 0, 0, 0, 0, MINUTE, 40 * MINUTE, 3 * HOUR, 2 * DAY, -MINUTE, -HOUR);
  }

  #logIn(): VisitorEvent {
    const userId = this.#userId();
    const traits = this.#chance.of<JsonObject>({}, { email: `${userId}@example.com` });
    return {
      ...this.#base(this.#moment()),
      type: 'identify',
      name: 'identify',
      userId,
      anonymousId: this.#device(userId),
      properties: {},
      traits,
    };
  }

  /** A server says that two ids are one person. */
  #alias(): VisitorEvent {
    const userId = this.#userId();
    const previousId = this.#chance.of(this.#userId(), this.#device(userId));
    return {
      ...this.#base(START + this.#after),
      type: 'alias',
      name: 'alias',
      userId,
      previousId,
      mayMergeUsers: true,
      properties: {},
    };
  }

  #somebody(): Who {
    const userId = this.#userId();
    const isKnown = this.#extent.devices === 0 || this.#chance.happens(1 / 3);
    return isKnown ? { userId } : { anonymousId: this.#device(userId) };
  }

  /** Events of one visitor, of one request. */
  #request(who: Who, names: readonly Name[]): readonly VisitorEvent[] {
    const events = Array.from({ length: this.#chance.of(1, 1, 1, 2, 3) }, (): VisitorEvent => {
      const name = names[this.#chance.below(names.length)] ?? 'Page Viewed';
      this.#last = { who, name };
      return {
        ...this.#base(this.#moment()),
        type: 'track',
        name,
        ...who,
        properties: this.#propertiesOf(name),
      };
    });
    this.#sent.push(...events);
    return events;
  }

  #propertiesOf(name: Name): JsonObject {
    const cart = this.#chance.of<JsonObject>({}, { cart_id: 'c1' }, { cart_id: 'c2' });
    switch (name) {
      case 'Product Added':
      case 'Product Removed':
        return { ...cart, product_id: this.#chance.of('p', 'q'), price: 20 };
      case 'Order Completed':
        return { ...cart, order_id: `o${this.#count}`, revenue: this.#chance.of(10, 2000) };
      case 'Booked':
        return { flight: `BA1-${this.#seed}` };
      case 'Offer Redeemed':
        return { offerId: this.#chance.of('comeback', 'seat') };
      case 'Message Unsubscribed':
        return { channel: this.#chance.of('email', 'push'), topic: 'news' };
      case 'Signed Up':
      case 'Clicked':
      case 'Complained':
      case 'Solved':
      case 'Page Viewed':
        return {};
    }
  }

  #flight(): JsonObject {
    const subject = this.#chance.happens(0.1) ? `user/${this.#userId()}` : `flight/BA1-${this.#seed}`;
    const at = START + this.#after - this.#chance.of(0, 0, 0, 0, 30 * MINUTE);
    return {
      specversion: '1.0',
      id: this.#id(),
      source: 'airline',
      type: this.#chance.of('flight.delayed', 'flight.delayed', 'flight.landed', 'flight.cancelled'),
      subject,
      time: new Date(at).toISOString(),
      data: { minutes: this.#chance.of(20, 50, 180) },
    };
  }
}
