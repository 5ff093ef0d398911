import * as z from 'zod';
import { callable, type Engine, largestOf } from './engine.ts';
import type { Promotion } from './workload.ts';

interface VendureLine {
  readonly id: string;
  readonly adjustments: readonly { readonly amount: number }[];
}
interface VendureCalculator {
  applyPriceAdjustments: (context: object, order: object, promotions: readonly object[]) => Promise<unknown>;
}

/** `applyPriceAdjustments` of its OrderCalculator, no taxes, its services stubbed as its own unit tests do. */
export const vendure = (require: NodeJS.Require): Engine => ({
  name: '@vendure/core OrderCalculator',
  prepare: ({ promotions, baskets }) => {
    const made = <T = object>() => callable<new (values: object) => T>();
    const core = z
      .object({
        OrderCalculator: callable<new (...services: readonly object[]) => VendureCalculator>(),
        Promotion:
          callable<
            new (
              values: object,
              conditions: readonly unknown[],
              actions: readonly unknown[],
            ) => object
          >(),
        Order: made(),
        OrderLine: made<VendureLine>(),
        DefaultOrderTaxCalculationStrategy: callable<new () => object>(),
        minimumOrderAmount: z.looseObject({ code: z.string() }),
        orderPercentageDiscount: z.looseObject({ code: z.string() }),
        productsPercentageDiscount: z.looseObject({ code: z.string() }),
      })
      .parse(require('@vendure/core'));
    // Not among what its main file exports.
    const { DefaultOrderLineDiscountDistributionStrategy: Distribution } = z
      .object({ DefaultOrderLineDiscountDistributionStrategy: callable<new () => object>() })
      .parse(require('@vendure/core/dist/config/order/default-order-line-discount-distribution-strategy.js'));
    const zone = { id: 'zone' };
    const calculator = new core.OrderCalculator(
      {
        taxOptions: {
          taxZoneStrategy: { determineTaxZone: () => zone },
          taxLineCalculationStrategy: { calculate: () => [] },
          orderTaxCalculationStrategy: new core.DefaultOrderTaxCalculationStrategy(),
        },
        orderOptions: { orderLineDiscountDistributionStrategy: new Distribution() },
      },
      { getAllWithMembers: async () => [zone] },
      { getApplicableTaxRate: async () => ({}) },
      { findOne: async () => undefined },
      { getEligibleShippingMethods: async () => [] },
      { get: (_context: unknown, _key: unknown, make: () => unknown) => make() },
    );
    const argument = (name: string, value: unknown) => ({ name, value: JSON.stringify(value) });
    const conditionsOf = (minimum: number | null) =>
      minimum === null
        ? []
        : [
            {
              code: core.minimumOrderAmount.code,
              args: [argument('amount', minimum), argument('taxInclusive', false)],
            },
          ];
    // It has no percentage off every line but by naming the products.
    const products = [...new Set(baskets.flatMap((lines) => lines.map(({ sku }) => sku)))];
    const actionOf = ({ percentage, on, sku }: Promotion) => {
      const discount = argument('discount', percentage);
      return on === 'order'
        ? { code: core.orderPercentageDiscount.code, args: [discount] }
        : {
            code: core.productsPercentageDiscount.code,
            args: [discount, argument('productVariantIds', sku === null ? products : [sku])],
          };
    };
    const stored = promotions.map(
      (promotion) =>
        new core.Promotion(
          {
            id: promotion.id,
            conditions: conditionsOf(promotion.minimum),
            actions: [actionOf(promotion)],
          },
          [core.minimumOrderAmount],
          [core.productsPercentageDiscount, core.orderPercentageDiscount],
        ),
    );
    const context = { channelId: '1', channel: {} };
    const price = async (basket: number) => {
      const lines = (baskets[basket] ?? []).map(
        ({ id, sku, quantity, unitPrice }) =>
          new core.OrderLine({
            id,
            quantity,
            orderPlacedQuantity: 0,
            listPrice: unitPrice,
            listPriceIncludesTax: false,
            productVariant: { id: sku },
            taxLines: [],
            adjustments: [],
          }),
      );
      const order = new core.Order({
        lines,
        couponCodes: [],
        shippingLines: [],
        surcharges: [],
        taxZoneId: 'zone',
      });
      await calculator.applyPriceAdjustments(context, order, stored);
      return lines;
    };
    return {
      price,
      discounts: async (basket) =>
        largestOf(
          baskets[basket] ?? [],
          (await price(basket)).flatMap(({ id, adjustments }) =>
            adjustments.map(({ amount }): [string, number] => [id, -amount]),
          ),
        ),
    };
  },
});
