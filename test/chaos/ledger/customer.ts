import type { RedemptionRequest } from '../../../lib/contracts/http/redemptions.ts';
import { userKey, visitorIdOf } from '../../../lib/domain/identity/visitor-id.ts';
import { Conflict, NotFound, Unavailable } from '../../../lib/runtime/errors.ts';
import type { Held } from '../../../lib/service/redeem/hold.ts';
import type { OrderPlan, Plot, Step } from './plot.ts';
import type { Shop } from './shop.ts';

/** What came of a step: it is done, it is to be tried again, or there is no sense in trying it again. */
export type Came = 'done' | 'again' | 'over';

const QUANTITY = 2;

/** An order as a shop asks for it. */
const requestOf = (plan: OrderPlan, { people }: Shop): RedemptionRequest => ({
  orderId: plan.orderId,
  ...people.idsOf(plan),
  context: { attributes: { flight: plan.flight } },
  cart: {
    currency: 'EUR',
    lines: [{ id: 'l', sku: 'S', quantity: QUANTITY, unitPrice: plan.unitPrice }],
  },
});

/** What an offer takes off an order, as the plots' offers do; minor units. */
const needOf = (reward: Shop['catalog']['offers'][number]['reward'], { unitPrice }: OrderPlan): number => {
  if (reward.type === 'amount') return reward.value;
  if (reward.type !== 'percentage') throw new Error('no plot has such an offer');
  return Math.min(
    reward.max ?? Number.POSITIVE_INFINITY,
    Math.round((QUANTITY * unitPrice * reward.value) / 100),
  );
};

/** Tries the steps of orders, and looks at what is answered. */
export class Customers {
  readonly flaws: string[] = [];
  readonly #shop: Shop;
  readonly #plot: Plot;
  /** By orderId. */
  readonly #flights = new Map<string, string>();

  constructor(shop: Shop, plot: Plot) {
    this.#shop = shop;
    this.#plot = plot;
  }

  /** Tries a step, in a process that may die. */
  async attempt(plan: OrderPlan, step: Step): Promise<Came> {
    let came: Came = 'again';
    const end = await this.#shop.gate.start(`${step} ${plan.orderId}`, async () => {
      came = await this.#answerTo(plan, step);
    });
    return end === 'done' ? came : 'again';
  }

  async #answerTo(plan: OrderPlan, step: Step): Promise<Came> {
    try {
      await this.#try(plan, step);
      return 'done';
    } catch (error) {
      if (error instanceof Unavailable) return 'again';
      if (error instanceof Conflict) return step === 'hold' ? 'again' : 'over';
      if (error instanceof NotFound) return 'over';
      throw error;
    }
  }

  async #try(plan: OrderPlan, step: Step): Promise<void> {
    const { settle, refund, people } = this.#shop;
    const { orderId } = plan;
    const units = (quantity: number) => ({ units: [{ lineId: 'l', quantity }], shipping: false });
    switch (step) {
      case 'hold':
        return this.#hold(plan);
      case 'commit':
        await settle.commit(orderId);
        return;
      case 'cancel':
        await settle.cancel(orderId);
        return;
      case 'refund':
        await refund(orderId, units(1), `one of ${orderId}`);
        return;
      case 'refund all':
        await refund(orderId, units(QUANTITY), `all of ${orderId}`);
        return;
      case 'complete': {
        const visitorId = visitorIdOf(userKey(people.userOf(plan.person)));
        const effects = [{ kind: 'order', orderId }];
        this.#shop.put({ visitorId, version: 1, at: this.#shop.now, effects });
      }
    }
  }

  async #hold(plan: OrderPlan): Promise<void> {
    const { catalog, books } = this.#shop;
    const { moment } = books;
    this.#flights.set(plan.orderId, plan.flight);
    const held = await this.#shop.hold(requestOf(plan, this.#shop));
    const known = books.orders.get(plan.orderId);
    if (known === undefined || known.heldAt < held.redemption.heldAt) {
      this.flaws.push(`answered: ${plan.orderId} is said to be held, and is not`);
    }
    if (held.isNew && catalog === this.#shop.catalog) this.#judge(plan, held, moment);
  }

  /** Nobody is refused an offer while there is room: of what is missing, something was short while it was asked for. */
  #judge(plan: OrderPlan, { redemption }: Held, since: number): void {
    const { catalog, people } = this.#shop;
    const mayHaveGrant = this.#plot.people[plan.person]?.hasGrant === true;
    const isUser = people.known(redemption.visitorId).length > 1 || plan.by === 'user';
    for (const { id, definition } of catalog.offers) {
      if (redemption.holds.some(({ offerId }) => offerId === id)) continue;
      if (definition.requiresGrant === true && !(mayHaveGrant && isUser)) continue;
      if (this.#wasShort(id, plan, redemption.visitorId, since)) continue;
      this.flaws.push(`room: ${plan.orderId} did not get ${id}, of which there was some`);
    }
  }

  /** Where uses by flight are counted, as the orders of that flight show it. */
  #capOfFlight(flight: string): string | undefined {
    for (const [orderId, ofOrder] of this.#flights) {
      if (ofOrder !== flight) continue;
      const holds = this.#shop.books.orders.get(orderId)?.holds ?? [];
      const uses = holds.filter(({ offerId }) => offerId === 'by-flight').flatMap((hold) => hold.uses);
      for (const use of uses) if (use.kind === 'cap' && use.limit === 'total') return use.capId;
    }
    return undefined;
  }

  #wasShort(offerId: string, plan: OrderPlan, visitorId: string, since: number): boolean {
    const { catalog, books, people } = this.#shop;
    const definition = catalog.offerById.get(offerId)?.definition;
    if (definition === undefined) return true;
    const { total, budget, perVisitor, per } = definition.limits ?? {};
    const isFull = (capId: string | undefined, limit: number, need: number): boolean =>
      limit - (capId === undefined ? 0 : books.mostUsedSince(capId, since)) < need;
    const capId = per === undefined ? `${offerId}/total` : this.#capOfFlight(plan.flight);
    const usesOfPerson = people
      .known(visitorId)
      .reduce((sum, id) => sum + books.mostUsedSince(`${id} U#${offerId}`, since), 0);
    return (
      (total !== undefined && isFull(capId, total, 1)) ||
      (budget !== undefined && isFull(`${offerId}/budget`, budget, needOf(definition.reward, plan))) ||
      (perVisitor !== undefined && usesOfPerson >= perVisitor) ||
      (definition.requiresGrant === true && isFull(`grant/grant-${plan.person}`, 1, 1))
    );
  }
}
