import * as z from 'zod';
import { parseDefinitions } from '../../lib/contracts/catalog/definition.ts';
import type { Cart } from '../../lib/domain/cart/cart.ts';
import { decodeCatalog, encodeCatalog } from '../../lib/domain/catalog/codec.ts';
import { compileCatalog } from '../../lib/domain/catalog/compile.ts';
import { type DecisionInput, decide } from '../../lib/domain/decision/decide.ts';
import { profileOf } from '../../lib/domain/visitor/profile.ts';
import { STRANGER } from '../../lib/domain/visitor/state.ts';
import { requirePeers } from '../peer-packages.ts';
import type { BasketLine, Workload } from './workload.ts';

/** Minor units off each line, by its id. */
export type Discounts = Readonly<Record<string, number>>;

export interface Engine {
  readonly name: string;
  /** Makes the promotions ready, and prices a cart of the workload by its position. */
  readonly prepare: (workload: Workload) => (basket: number) => Discounts | Promise<Discounts>;
}

const NOW = Date.UTC(2026, 10, 22, 9);
const GROUPS = ['g0', 'g1', 'g2', 'g3', 'g4'];

const cartOf = (lines: readonly BasketLine[]): Cart => ({
  id: 'cart',
  currency: 'EUR',
  lines: lines.map((line) => ({ ...line, attributes: {} })),
  updatedAt: null,
});

/** The whole decision of a cart: facts, conditions, the best allowed set, the answer. */
const wend: Engine = {
  name: 'Wend, the whole decision',
  prepare: ({ promotions, baskets }) => {
    const every = promotions.length / GROUPS.length;
    const parsed = parseDefinitions(
      promotions.map(({ id, percentage, sku, minimum }, index) => ({
        kind: 'offer',
        id,
        where: { 'cart.total': { $gte: minimum } },
        lines: { 'line.sku': sku },
        reward: { type: 'percentage', value: percentage, on: 'lines' },
        combine: { group: GROUPS[Math.floor(index / every)] ?? 'g0', with: GROUPS },
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
    return (basket) => {
      const input = inputs[basket];
      const cart = input === undefined ? undefined : decide(input).answer.cart;
      const discounts: Record<string, number> = {};
      for (const { id, subtotal, total } of cart?.lines ?? []) discounts[id] = subtotal - total;
      return discounts;
    };
  },
};

const callable = <T>(): z.ZodType<T> => z.custom<T>((value) => typeof value === 'function');

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
const medusa = (require: NodeJS.Require): Engine => ({
  name: '@medusajs/promotion computeActions',
  prepare: ({ promotions, baskets }) => {
    const { default: Service } = z
      .object({ default: callable<{ prototype: MedusaService }>() })
      .parse(require('@medusajs/promotion/dist/services/promotion-module.js'));
    const rule = (attribute: string, operator: string, value: unknown) => ({
      attribute,
      operator,
      values: [{ value: String(value) }],
    });
    const stored = promotions.map(({ id, percentage, sku, minimum }) => ({
      id,
      code: id,
      is_automatic: true,
      type: 'standard',
      rules: [rule('subtotal', 'gte', minimum)],
      application_method: {
        type: 'percentage',
        target_type: 'items',
        allocation: 'each',
        value: percentage,
        max_quantity: 1000,
        target_rules: [rule('items.sku', 'eq', sku)],
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
    return async (basket) => {
      const actions = await service.computeActions(codes, contexts[basket] ?? {}, {
        prevent_auto_promotions: true,
      });
      const discounts: Record<string, number> = {};
      for (const line of baskets[basket] ?? []) discounts[line.id] = 0;
      for (const { item_id, amount } of actions)
        discounts[item_id] = (discounts[item_id] ?? 0) + Number(amount);
      return discounts;
    };
  },
});

interface VendureLine {
  readonly id: string;
  readonly linePrice: number;
  readonly proratedLinePrice: number;
}
interface VendureCalculator {
  applyPriceAdjustments: (context: object, order: object, promotions: readonly object[]) => Promise<unknown>;
}

/** `applyPriceAdjustments` of its OrderCalculator, no taxes, its services stubbed as its own unit tests do. */
const vendure = (require: NodeJS.Require): Engine => ({
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
        productsPercentageDiscount: z.looseObject({ code: z.string() }),
      })
      .parse(require('@vendure/core'));
    const zone = { id: 'zone' };
    const calculator = new core.OrderCalculator(
      {
        taxOptions: {
          taxZoneStrategy: { determineTaxZone: () => zone },
          taxLineCalculationStrategy: { calculate: () => [] },
          orderTaxCalculationStrategy: new core.DefaultOrderTaxCalculationStrategy(),
        },
        orderOptions: {},
      },
      { getAllWithMembers: async () => [zone] },
      { getApplicableTaxRate: async () => ({}) },
      { findOne: async () => undefined },
      { getEligibleShippingMethods: async () => [] },
      { get: (_context: unknown, _key: unknown, make: () => unknown) => make() },
    );
    const argument = (name: string, value: unknown) => ({ name, value: JSON.stringify(value) });
    const stored = promotions.map(
      ({ id, percentage, sku, minimum }) =>
        new core.Promotion(
          {
            id,
            conditions: [
              {
                code: core.minimumOrderAmount.code,
                args: [argument('amount', minimum), argument('taxInclusive', false)],
              },
            ],
            actions: [
              {
                code: core.productsPercentageDiscount.code,
                args: [argument('discount', percentage), argument('productVariantIds', [sku])],
              },
            ],
          },
          [core.minimumOrderAmount],
          [core.productsPercentageDiscount],
        ),
    );
    const context = { channelId: '1', channel: {} };
    return async (basket) => {
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
      const discounts: Record<string, number> = {};
      for (const line of lines) discounts[line.id] = line.linePrice - line.proratedLinePrice;
      return discounts;
    };
  },
});

/** Wend and its peers. */
export const engines = (): readonly Engine[] => {
  const require = requirePeers(['@medusajs/promotion', '@vendure/core']);
  return [wend, medusa(require), vendure(require)];
};
