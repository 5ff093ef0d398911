/** A percentage off, as every engine can express it. */
export interface Promotion {
  readonly id: string;
  readonly percentage: number;
  /** Off the order as a whole, or off each line of its own. */
  readonly on: 'order' | 'lines';
  /** Lines of one product alone; null: all. */
  readonly sku: string | null;
  /** For orders from this total on, minor units; null: for all. */
  readonly minimum: number | null;
  /** Of a group the best applies, and groups apply together. */
  readonly group: string;
}

export interface BasketLine {
  readonly id: string;
  readonly sku: string;
  readonly quantity: number;
  readonly unitPrice: number;
}

export interface Workload {
  /** The largest percentage first, as Medusa asks its database for them. */
  readonly promotions: readonly Promotion[];
  /** Carts of as many lines each, of the same products at other prices. */
  readonly baskets: readonly (readonly BasketLine[])[];
}

/** What promotions of a shop may be about. */
export interface Kind {
  readonly name: string;
  readonly promotionAt: (index: number, count: number, lines: number) => Omit<Promotion, 'id'>;
}

/** Percentages are whole and prices whole euros, so that no engine's rounding matters. */
const percentageAt = (index: number): number => 5 + ((index * 17) % 40);

/** How many promotions apply to each cart where few do. */
const APPLYING = 5;

/** Of the others half want more of the cart than it is worth, and half are about products that are not in it. */
const fewApply: Kind = {
  name: `${APPLYING} apply`,
  promotionAt: (index, count) => {
    const every = Math.floor(count / APPLYING);
    const place = index / every;
    const applies = Number.isInteger(place) && place < APPLYING;
    return {
      percentage: applies ? 10 + place : percentageAt(index),
      on: 'lines',
      sku: applies ? `SKU-${place}` : `OTHER-${index}`,
      minimum: applies || index % 2 === 0 ? 1000 : 100_000_000,
      group: `g${Math.floor(index / every)}`,
    };
  },
};

const eachOnOneProduct: Kind = {
  name: 'each on one product of the cart',
  promotionAt: (index, _count, lines) => ({
    percentage: percentageAt(index),
    on: 'lines',
    sku: `SKU-${index % lines}`,
    minimum: null,
    group: `g${index % lines}`,
  }),
};

const allOn = (on: Promotion['on'], name: string): Kind => ({
  name,
  promotionAt: (index) => ({ percentage: percentageAt(index), on, sku: null, minimum: null, group: 'g0' }),
});

export const KINDS: readonly Kind[] = [
  fewApply,
  eachOnOneProduct,
  allOn('lines', 'all on every line'),
  allOn('order', 'all on the whole order'),
];

/** Promotions of a kind, and carts of so many lines. */
export const workloadOf = (kind: Kind, promotions: number, lines: number, baskets: number): Workload => ({
  promotions: Array.from({ length: promotions }, (_, index) => ({
    id: `promotion-${String(index).padStart(4, '0')}`,
    ...kind.promotionAt(index, promotions, lines),
  })).sort((a, b) => b.percentage - a.percentage || (a.id < b.id ? -1 : 1)),
  baskets: Array.from({ length: baskets }, (_, basket) =>
    Array.from({ length: lines }, (_line, index) => ({
      id: `line-${index}`,
      sku: `SKU-${index}`,
      quantity: 1 + ((basket + index) % 3),
      unitPrice: 100 * (5 + ((basket * 7 + index * 13) % 90)),
    })),
  ),
});
