import * as z from 'zod';
import type { OfferDefinition } from '../../domain/catalog/definition.ts';
import {
  condition,
  endsAfterStart,
  factPath,
  id,
  intent,
  positiveMoney,
  priority,
  text,
  time,
  wholeNumber,
} from './primitives.ts';
import { reward } from './reward.ts';

const combine = z.strictObject({
  group: id.exactOptional(),
  with: z.array(id).max(50, 'expected at most 50 groups').exactOptional(),
  exclusive: z.boolean().exactOptional(),
});

const limits = z
  .strictObject({
    total: wholeNumber(1, 1_000_000_000).exactOptional(),
    perVisitor: wholeNumber(1, 1_000_000).exactOptional(),
    budget: positiveMoney.exactOptional(),
    per: factPath.exactOptional(),
  })
  .refine(
    (value) => value.total !== undefined || value.perVisitor !== undefined || value.budget !== undefined,
    'expected at least one of total, perVisitor and budget',
  )
  .refine((value) => value.per === undefined || value.total !== undefined, {
    error: 'expected a total that is counted for each value',
    path: ['per'],
  });

/** A code as visitors type it. */
const code = z
  .string()
  .max(60, 'expected at most 60 characters')
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]*$/, 'expected a code of letters, digits, _ and -');

const codes = z.strictObject({ prefix: code.exactOptional(), count: wholeNumber(1, 1_000_000) });

/** A discount, a gift or an entitlement. */
export const offer = z
  .strictObject({
    kind: z.literal('offer'),
    id,
    label: text(300).exactOptional(),
    reward,
    lines: condition.exactOptional(),
    where: condition.exactOptional(),
    apply: z.enum(['automatic', 'code', 'claim']).exactOptional(),
    code: code.exactOptional(),
    codes: codes.exactOptional(),
    requiresGrant: z.boolean().exactOptional(),
    combine: combine.exactOptional(),
    priority: priority.exactOptional(),
    from: time.exactOptional(),
    until: time.exactOptional(),
    limits: limits.exactOptional(),
    intent: intent.exactOptional(),
    late: z.enum(['honour', 'refuse']).exactOptional(),
    onPartialRefund: z.enum(['keep', 'recompute']).exactOptional(),
  })
  .refine((value) => value.code === undefined || value.codes === undefined, {
    error: 'expected either code or codes, not both',
    path: ['codes'],
  })
  .refine((value) => value.apply !== 'code' || value.code !== undefined || value.codes !== undefined, {
    error: 'expected code or codes, since the offer applies by code',
    path: ['code'],
  })
  .refine(
    (value) =>
      value.apply === undefined ||
      value.apply === 'code' ||
      (value.code === undefined && value.codes === undefined),
    { error: 'expected code, since the offer has one', path: ['apply'] },
  )
  .refine(endsAfterStart, { error: 'expected a time after from', path: ['until'] })
  .meta({
    title: 'offer',
    description: 'A discount, a gift or an entitlement',
  }) satisfies z.ZodType<OfferDefinition>;
