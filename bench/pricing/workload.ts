/** A percentage off every unit of one product, for orders from a total on: what every engine can express. */
export interface Promotion {
  readonly id: string;
  readonly percentage: number;
  readonly sku: string;
  /** Minor units. */
  readonly minimum: number;
}

export interface BasketLine {
  readonly id: string;
  readonly sku: string;
  readonly quantity: number;
  readonly unitPrice: number;
}

export interface Workload {
  readonly promotions: readonly Promotion[];
  /** Carts of as many lines each, of other products and prices. */
  readonly baskets: readonly (readonly BasketLine[])[];
}

/** How many promotions apply to each cart. */
export const APPLYING = 5;

/**
 * Of the promotions five apply; of the others half want more of the cart than it is worth, and half are about
 * products that are not in it. Percentages come out even, so that no engine's rounding matters.
 */
export const workloadOf = (promotions: number, lines: number, baskets: number): Workload => {
  const every = Math.floor(promotions / APPLYING);
  return {
    promotions: Array.from({ length: promotions }, (_, index): Promotion => {
      const applies = index % every === 0 && index / every < APPLYING;
      return {
        id: `promotion-${String(index).padStart(4, '0')}`,
        percentage: applies ? 10 + index / every : 5 + (index % 40),
        sku: applies ? `SKU-${index / every}` : `OTHER-${index}`,
        minimum: applies || index % 2 === 0 ? 1000 : 100_000_000,
      };
    }),
    baskets: Array.from({ length: baskets }, (_, basket) =>
      Array.from({ length: lines }, (_line, index) => ({
        id: `line-${index}`,
        sku: `SKU-${index}`,
        quantity: 1 + ((basket + index) % 3),
        unitPrice: 100 * (5 + ((basket * 7 + index * 13) % 90)),
      })),
    ),
  };
};
