import * as z from 'zod';
import type { Reward } from '../../domain/catalog/definition.ts';
import { currency } from '../currency.ts';
import {
  anyObject,
  content,
  discountPercent,
  factPath,
  money,
  percent,
  positiveMoney,
  text,
  wholeNumber,
} from './primitives.ts';

const common = {
  on: z.enum(['order', 'lines', 'shipping']).exactOptional(),
  base: z.enum(['list', 'discounted']).exactOptional(),
};

const tier = z
  .strictObject({
    from: money,
    percentage: discountPercent.exactOptional(),
    amount: positiveMoney.exactOptional(),
    fixedPrice: money.exactOptional(),
  })
  .refine(
    (value) =>
      [value.percentage, value.amount, value.fixedPrice].filter((reward) => reward !== undefined).length ===
      1,
    'expected exactly one of percentage, amount and fixedPrice',
  );

const sku = text(200);

/** What an offer gives. */
export const reward = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('percentage'),
    ...common,
    value: discountPercent,
    max: positiveMoney.exactOptional(),
  }),
  z.strictObject({
    type: z.literal('amount'),
    ...common,
    value: positiveMoney,
    currency: currency.exactOptional(),
  }),
  z.strictObject({
    type: z.literal('fixedPrice'),
    ...common,
    value: money,
    currency: currency.exactOptional(),
  }),
  z.strictObject({ type: z.literal('freeShipping'), ...common, max: positiveMoney.exactOptional() }),
  z.strictObject({
    type: z.literal('buyXGetY'),
    ...common,
    buy: wholeNumber(1, 1000),
    get: wholeNumber(1, 1000),
    percentage: percent.gt(0, 'expected a percentage above 0, at most 100').exactOptional(),
    times: wholeNumber(1, 1000).exactOptional(),
  }),
  z.strictObject({
    type: z.literal('tiered'),
    ...common,
    by: z.enum(['quantity', 'total']),
    tiers: z
      .array(tier)
      .min(1, 'expected at least one tier')
      .max(50, 'expected at most 50 tiers')
      .refine(
        (tiers) => new Set(tiers.map((one) => one.from)).size === tiers.length,
        'expected each tier to begin elsewhere',
      ),
    currency: currency.exactOptional(),
  }),
  z.strictObject({
    type: z.literal('gift'),
    ...common,
    sku,
    quantity: wholeNumber(1, 1000).exactOptional(),
    choose: content.exactOptional(),
  }),
  z.strictObject({
    type: z.literal('upgrade'),
    ...common,
    to: content,
    attributes: anyObject.exactOptional(),
  }),
  z
    .strictObject({
      type: z.literal('contractPrice'),
      ...common,
      prices: z.record(sku, money).exactOptional(),
      account: factPath.exactOptional(),
      currency: currency.exactOptional(),
    })
    .refine(
      (value) => (value.prices === undefined) !== (value.account === undefined),
      'expected either prices or account',
    ),
]) satisfies z.ZodType<Reward>;
