import { parseDefinitions } from '../../lib/contracts/catalog/definition.ts';
import type { Cart } from '../../lib/domain/cart/cart.ts';
import { decodeCatalog, encodeCatalog } from '../../lib/domain/catalog/codec.ts';
import { compileCatalog } from '../../lib/domain/catalog/compile.ts';
import { type DecisionInput, decide } from '../../lib/domain/decision/decide.ts';
import { profileOf } from '../../lib/domain/visitor/profile.ts';
import { STRANGER } from '../../lib/domain/visitor/state.ts';
import { type Engine, largestOf } from './engine.ts';
import type { BasketLine } from './workload.ts';

const NOW = Date.UTC(2026, 10, 22, 9);

const cartOf = (lines: readonly BasketLine[]): Cart => ({
  id: 'cart',
  currency: 'EUR',
  lines: lines.map((line) => ({ ...line, attributes: {} })),
  updatedAt: null,
});

/** The whole decision of a cart: facts, conditions, the best allowed set, the answer. */
export const wend: Engine = {
  name: 'Wend, the whole decision',
  prepare: ({ promotions, baskets }) => {
    const groups = [...new Set(promotions.map(({ group }) => group))];
    const parsed = parseDefinitions(
      promotions.map(({ id, percentage, on, sku, minimum, group }) => ({
        kind: 'offer',
        id,
        ...(minimum === null ? {} : { where: { 'cart.total': { $gte: minimum } } }),
        ...(sku === null ? {} : { lines: { 'line.sku': sku } }),
        reward: { type: 'percentage', value: percentage, on },
        combine: { group, with: groups },
        until: '2030-01-01T00:00:00Z',
      })),
    );
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors.slice(0, 3)));
    const { catalog } = compileCatalog(parsed.definitions, { version: 1, publishedAt: NOW });
    if (catalog === null) throw new Error('the catalog was refused');
    const loaded = decodeCatalog(encodeCatalog(catalog));
    const inputs = baskets.map(
      (lines): DecisionInput => ({
        catalog: loaded,
        profile: profileOf(STRANGER, 'visitor', 'user:1'),
        request: {
          placements: [],
          channel: 'web',
          cart: cartOf(lines),
          context: {},
          account: null,
          explain: false,
        },
        now: NOW,
        decisionId: 'd',
        unread: false,
        warnings: [],
      }),
    );
    const price = (basket: number) => {
      const input = inputs[basket];
      return input === undefined ? undefined : decide(input).answer.cart;
    };
    return {
      price,
      discounts: (basket) =>
        largestOf(
          baskets[basket] ?? [],
          (price(basket)?.lines ?? []).map(({ id, subtotal, total }) => [id, subtotal - total]),
        ),
    };
  },
};
