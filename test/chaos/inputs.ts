import type { JsonObject } from '../../lib/domain/json.ts';
import type { VisitorEvent } from '../../lib/domain/visitor/event.ts';
import { DAY, HOUR, MINUTE } from '../unit/journey/life.ts';
import type { Chance } from './chance.ts';
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

const NAMES = [
  'Product Added',
  'Product Added',
  'Product Removed',
  'Order Completed',
  'Signed Up',
  'Signed Up',
  'Booked',
  'Booked',
  'Clicked',
  'Complained',
  'Solved',
  'Page Viewed',
  'Offer Redeemed',
  'Message Unsubscribed',
] as const;

type Name = (typeof NAMES)[number];

const PEOPLE = [0, 1, 2] as const;

/** All ids of a seed, as keys: those of the people, two devices each, and one that goes from hand to hand. */
export const idKeysOf = (seed: number): readonly string[] => [
  ...PEOPLE.flatMap((person) => [
    `user:u${person}-${seed}`,
    `anon:a${person}-${seed}`,
    `anon:b${person}-${seed}`,
  ]),
  `anon:d-${seed}`,
];

/** What a seed makes of some days of three people, seven devices and a flight. Ids differ between seeds. */
export class Days {
  readonly #seed: number;
  readonly #chance: Chance;
  #count = 0;
  #after = 0;
  #isPublished = false;
  readonly #sent: VisitorEvent[] = [];

  constructor(seed: number, chance: Chance) {
    this.#seed = seed;
    this.#chance = chance;
  }

  get inputs(): readonly Input[] {
    const count = 6 + this.#chance.below(14);
    return Array.from({ length: count }, () => {
      this.#after += this.#chance.of(0, 0, MINUTE, 20 * MINUTE, HOUR, 5 * HOUR, DAY);
      return this.#input();
    });
  }

  #input(): Input {
    const after = this.#after;
    const drawn = this.#chance.next();
    if (drawn < 0.18) return { after, kind: 'business', cloudEvent: this.#flight() };
    if (drawn < 0.22) return { after, kind: 'sweep' };
    if (drawn < 0.3) return { after, kind: 'agent', outcome: this.#chance.of('calm', 'angry') };
    if (drawn < 0.33 && !this.#isPublished) {
      this.#isPublished = true;
      return { after, kind: 'publish' };
    }
    if (drawn < 0.48) return { after, kind: 'events', events: [this.#logIn()] };
    if (drawn < 0.51) return { after, kind: 'events', events: [this.#alias()] };
    const again = this.#sent[this.#chance.below(this.#sent.length)];
    if (drawn < 0.57 && again !== undefined) return { after, kind: 'events', events: [again] };
    return { after, kind: 'events', events: this.#request() };
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
    return `u${this.#chance.below(PEOPLE.length)}-${this.#seed}`;
  }

  #device(userId: string): string {
    const person = userId.slice(1);
    return this.#chance.of(`a${person}`, `b${person}`, `d-${this.#seed}`);
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

  /** Events of one visitor, of one request. */
  #request(): readonly VisitorEvent[] {
    const userId = this.#userId();
    const who = this.#chance.of<Pick<VisitorEvent, 'userId' | 'anonymousId'>>(
      { userId },
      { anonymousId: this.#device(userId) },
      { anonymousId: this.#device(userId) },
    );
    const events = Array.from({ length: this.#chance.of(1, 1, 1, 2, 3) }, (): VisitorEvent => {
      const name = this.#chance.of<Name>(...NAMES);
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
