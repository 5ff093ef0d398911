import * as z from 'zod';
import type { GuardDefinition } from '../../domain/catalog/definition.ts';
import { anyObject, condition, duration, id, text } from './primitives.ts';

/** Protects a visitor from a mistake. */
export const guard = z
  .strictObject({
    kind: z.literal('guard'),
    id,
    where: condition.exactOptional(),
    against: z
      .strictObject({
        in: z.enum(['cart', 'orders', 'returns']),
        within: duration.exactOptional(),
        where: condition.exactOptional(),
        count: condition.exactOptional(),
      })
      .exactOptional(),
    severity: z.enum(['info', 'warn', 'block']),
    message: text(1000),
    suggest: anyObject.exactOptional(),
  })
  .refine((value) => value.where !== undefined || value.against !== undefined, {
    error: 'expected where or against',
    path: ['where'],
  })
  .meta({
    title: 'guard',
    description: 'Protects a visitor from a mistake',
  }) satisfies z.ZodType<GuardDefinition>;
