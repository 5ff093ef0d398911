import { MINUTE } from '../../unit/journey/life.ts';
import { Chance } from '../chance.ts';
import { NO_FAULTS } from '../gate.ts';
import { type Came, Customers } from './customer.ts';
import { type OrderPlan, type Plot, plotOf, type Step } from './plot.ts';
import { type Breakage, OPENS, Shop } from './shop.ts';

/** How a seed ended. */
export interface Outcome {
  readonly plot: Plot;
  readonly shop: Shop;
  readonly customers: Customers;
  /** Whether it came to rest. */
  readonly rested: boolean;
  /** Orders whose first answer never came, however often they asked. */
  readonly unanswered: readonly string[];
}

/** An order on its way through its steps. */
interface Way {
  readonly plan: OrderPlan;
  at: number;
  /** When the next step is tried, milliseconds since 1970. */
  due: number;
  isTrying: boolean;
  tries: number;
}

/** Operations after which a shop that does not come to rest is wrong. */
const MAX_STEPS = 100_000;

/** Tries after which a shop leaves an order as it is; whoever races asks on. */
const PATIENCE = 12;
const PATIENCE_OF_RACERS = 300;

/** Who ask at the end, one after the other, for what is left. */
const MAX_LAST = 25;

/** Functions that run at the same time, where it is no race. */
const AT_ONCE = 6;

/** Lives a seed until nothing moves any more, and then sees what is left. */
export const live = async (seed: number, breakage: Breakage = {}): Promise<Outcome> => {
  const plot = plotOf(seed, new Chance(seed));
  const chance = new Chance(seed ^ 0x1ed6e4);
  const shop = new Shop(plot, chance, breakage);
  const customers = new Customers(shop, plot);
  const life = new Life(plot, shop, customers, chance);
  // So much is refused and lost here that where it happened costs a tenth of the time.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  const rested = (await life.run()) && (await life.settleDown()) && (await life.askForTheRest());
  Error.stackTraceLimit = stackTraceLimit;
  shop.books.close();
  return { plot, shop, customers, rested, unanswered: life.unanswered };
};

class Life {
  readonly unanswered: string[] = [];
  readonly #plot: Plot;
  readonly #shop: Shop;
  readonly #customers: Customers;
  readonly #chance: Chance;
  readonly #ways: Way[];
  #steps = 0;
  /** Whether anybody who races may have something to try. */
  #isMoved = true;

  constructor(plot: Plot, shop: Shop, customers: Customers, chance: Chance) {
    this.#plot = plot;
    this.#shop = shop;
    this.#customers = customers;
    this.#chance = chance;
    this.#ways = plot.orders.map((plan) => ({
      plan,
      at: 0,
      due: OPENS + (plan.steps[0]?.after ?? 0),
      isTrying: false,
      tries: 0,
    }));
  }

  /** Everything goes wrong that can; false where it goes on for ever, as everywhere here. */
  async run(): Promise<boolean> {
    const { gate } = this.#shop;
    gate.faults = { kill: 0.04, refuse: 0.03, lose: 0.04, degrade: 0.05 };
    while (this.#ways.some((way) => stepOf(way) !== undefined) || gate.running > 0) {
      this.#disturb();
      this.#begin();
      if (!(await this.#step()) && gate.running === 0) this.#wait();
      if (this.#steps > MAX_STEPS) return false;
    }
    gate.faults = NO_FAULTS;
    return true;
  }

  /** What is held for nobody is released, and what is owed is told. */
  async settleDown(): Promise<boolean> {
    for (let round = 0; round < 2; round++) {
      this.#shop.now += 20 * MINUTE;
      void this.#shop.sweep();
      if (!(await this.#rest())) return false;
    }
    return true;
  }

  /** As many as like ask for what is left, one after the other. */
  async askForTheRest(): Promise<boolean> {
    for (let n = 0; n < MAX_LAST; n++) {
      const orderId = `last-${n}`;
      const person = this.#plot.people.length + n;
      const plan = { orderId, person, by: 'user', unitPrice: 1000, flight: 'A', steps: [] } as const;
      void this.#customers.attempt(plan, 'hold');
      if (!(await this.#rest())) return false;
      if (this.#shop.books.orders.get(orderId)?.holds.length === 0) return true;
    }
    return true;
  }

  async #rest(): Promise<boolean> {
    do {
      for (const message of this.#shop.waiting.filter(({ from }) => from <= this.#shop.now)) {
        void this.#shop.deliver(message, false);
      }
      if (this.#steps > MAX_STEPS) return false;
    } while ((await this.#step()) || this.#shop.gate.running > 0);
    return true;
  }

  #step(): Promise<boolean> {
    this.#steps += 1;
    return this.#shop.gate.step();
  }

  /** What happens besides: time goes by, catalogs change, devices become somebody's, somebody sweeps. */
  #disturb(): void {
    const { people, gate } = this.#shop;
    if (this.#plot.isRace) return;
    if (this.#chance.happens(0.02)) this.#shop.now += this.#chance.below(2 * MINUTE);
    if (this.#chance.happens(0.002)) this.#shop.now += 16 * MINUTE;
    if (this.#chance.happens(0.004)) this.#shop.publish();
    if (this.#chance.happens(0.005)) void this.#shop.sweep();
    if (gate.running === 0) people.join(this.#chance.below(this.#plot.people.length));
  }

  #begin(): void {
    const { gate, now, waiting } = this.#shop;
    if (this.#plot.isRace) {
      if (!this.#isMoved) return;
      this.#isMoved = false;
      for (const way of this.#ways) if (isReady(way, now)) void this.#try(way);
      return;
    }
    if (gate.running >= AT_ONCE || !this.#chance.happens(0.5)) return;
    const messages = waiting.filter(({ from }) => from <= now);
    const ways = this.#ways.filter((way) => isReady(way, now));
    const drawn = this.#chance.below(messages.length + ways.length);
    const message = messages[drawn];
    const way = ways[drawn - messages.length];
    if (message !== undefined) void this.#shop.deliver(message, this.#chance.happens(0.1));
    else if (way !== undefined) void this.#try(way);
  }

  /** Nothing can happen now: until the next thing can. */
  #wait(): void {
    const { now, waiting } = this.#shop;
    const dues = [
      ...this.#ways.flatMap((way) => (stepOf(way) === undefined || way.isTrying ? [] : [way.due])),
      ...waiting.map(({ from }) => from),
    ].filter((due) => due > now);
    if (dues.length > 0) this.#shop.now = Math.min(...dues);
  }

  async #try(way: Way): Promise<void> {
    const step = stepOf(way);
    if (step === undefined) return;
    way.isTrying = true;
    // Somebody clicks twice.
    if (!this.#plot.isRace && this.#chance.happens(0.08)) void this.#customers.attempt(way.plan, step);
    this.#go(way, step, await this.#customers.attempt(way.plan, step));
  }

  #go(way: Way, step: Step, came: Came): void {
    this.#isMoved = true;
    way.isTrying = false;
    way.tries += 1;
    if (came === 'again') {
      way.due = this.#shop.now + (this.#plot.isRace ? 0 : this.#chance.below(10_000));
      const patience = this.#plot.isRace ? PATIENCE_OF_RACERS : PATIENCE;
      if (way.tries < patience) return;
      if (step === 'hold' && this.#plot.isRace) this.unanswered.push(way.plan.orderId);
    }
    way.at += 1;
    way.tries = 0;
    way.due = this.#shop.now + (way.plan.steps[way.at]?.after ?? 0);
  }
}

const stepOf = ({ plan, at }: Way): Step | undefined => plan.steps[at]?.step;

const isReady = (way: Way, now: number): boolean =>
  stepOf(way) !== undefined && !way.isTrying && way.due <= now;
