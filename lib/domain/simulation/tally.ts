import type { CompiledCatalog } from '../catalog/compiled.ts';
import type { PlacementItem } from '../decision/answer-parts.ts';
import type { PricedCart } from '../offer/priced-cart.ts';
import type { Amounts, ExperienceReport, OfferReport } from './report.ts';

/** How often something was shown, and to how many people. */
export class Shown {
  impressions = 0;
  readonly visitors = new Set<string>();
  #last = '';

  add(visitorId: string): void {
    this.impressions += 1;
    // A visitor's impressions mostly come one after the other, and a set is slow to ask.
    if (visitorId === this.#last) return;
    this.#last = visitorId;
    this.visitors.add(visitorId);
  }
}

/** Impressions of all experiences. */
export class ImpressionTally {
  readonly #shown = new Map<string, { readonly all: Shown; readonly variants: Map<string, Shown> }>();

  /** Where an impression of an item is counted. */
  of({ experienceId, variant }: PlacementItem): readonly Shown[] {
    let shown = this.#shown.get(experienceId);
    if (shown === undefined) {
      shown = { all: new Shown(), variants: new Map() };
      this.#shown.set(experienceId, shown);
    }
    if (variant === undefined) return [shown.all];
    const ofVariant = shown.variants.get(variant) ?? new Shown();
    shown.variants.set(variant, ofVariant);
    return [shown.all, ofVariant];
  }

  report({ experiences }: CompiledCatalog): readonly ExperienceReport[] {
    return experiences.map(({ id, variants }) => {
      const shown = this.#shown.get(id);
      return {
        experienceId: id,
        impressions: shown?.all.impressions ?? 0,
        visitors: shown?.all.visitors.size ?? 0,
        variants: variants.flatMap((variant) =>
          variant.id === null
            ? []
            : {
                variant: variant.id,
                impressions: shown?.variants.get(variant.id)?.impressions ?? 0,
                visitors: shown?.variants.get(variant.id)?.visitors.size ?? 0,
              },
        ),
      };
    });
  }
}

/** Times that something applied, and the sums of it by currency. */
class Sum {
  count = 0;
  readonly #amounts = new Map<string, number>();

  add(amount: number, currency: string): void {
    this.count += 1;
    this.#amounts.set(currency, (this.#amounts.get(currency) ?? 0) + amount);
  }

  get amounts(): Amounts {
    return Object.fromEntries([...this.#amounts].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}

/** What offers did at orders and at decisions. */
export class OfferTally {
  readonly #sums = { orders: new Map<string, Sum>(), decisions: new Map<string, Sum>() };

  add(where: 'orders' | 'decisions', { applied, currency }: PricedCart): void {
    const sums = this.#sums[where];
    for (const { offerId, amount } of applied) {
      const sum = sums.get(offerId) ?? new Sum();
      sums.set(offerId, sum);
      sum.add(amount, currency);
    }
  }

  report({ offers }: CompiledCatalog): readonly OfferReport[] {
    return offers.map(({ id }) => {
      const orders = this.#sums.orders.get(id);
      const decisions = this.#sums.decisions.get(id);
      return {
        offerId: id,
        orders: { count: orders?.count ?? 0, cost: orders?.amounts ?? {} },
        decisions: { count: decisions?.count ?? 0, amount: decisions?.amounts ?? {} },
      };
    });
  }
}
