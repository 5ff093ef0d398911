import * as z from 'zod';
import { callable, type Engine, largestOf } from './engine.ts';

interface MedusaAction {
  readonly item_id: string;
  readonly amount: unknown;
}
interface MedusaService {
  computeActions: (
    codes: readonly string[],
    context: object,
    options: object,
  ) => Promise<readonly MedusaAction[]>;
}

/** `computeActions` of its service; the promotions that its database would find are given to it. */
export const medusa = (require: NodeJS.Require): Engine => ({
  name: '@medusajs/promotion computeActions',
  prepare: ({ promotions, baskets }) => {
    const { default: Service } = z
      .object({ default: callable<{ prototype: MedusaService }>() })
      .parse(require('@medusajs/promotion/dist/services/promotion-module.js'));
    const rules = (attribute: string, operator: string, value: string | number | null) =>
      value === null ? [] : [{ attribute, operator, values: [{ value: String(value) }] }];
    const stored = promotions.map(({ id, percentage, on, sku, minimum }) => ({
      id,
      code: id,
      is_automatic: true,
      type: 'standard',
      rules: rules('subtotal', 'gte', minimum),
      application_method: {
        type: 'percentage',
        ...(on === 'order'
          ? { target_type: 'order', allocation: 'across' }
          : { target_type: 'items', allocation: 'each', max_quantity: 1000 }),
        value: percentage,
        target_rules: rules('items.sku', 'eq', sku),
      },
    }));
    const service: MedusaService = Object.assign(Object.create(Service.prototype), {
      baseRepository_: { getFreshManager: () => ({}) },
      listActivePromotions_: async () => stored,
    });
    const codes = stored.map(({ code }) => code);
    const contexts = baskets.map((lines) => ({
      currency_code: 'eur',
      subtotal: lines.reduce((sum, line) => sum + line.quantity * line.unitPrice, 0),
      items: lines.map(({ id, sku, quantity, unitPrice }) => ({
        id,
        sku,
        quantity,
        subtotal: quantity * unitPrice,
        original_total: quantity * unitPrice,
        is_discountable: true,
      })),
    }));
    const price = (basket: number) =>
      service.computeActions(codes, contexts[basket] ?? {}, { prevent_auto_promotions: true });
    return {
      price,
      discounts: async (basket) =>
        largestOf(
          baskets[basket] ?? [],
          (await price(basket)).map(({ item_id, amount }) => [item_id, Number(amount)]),
        ),
    };
  },
});
