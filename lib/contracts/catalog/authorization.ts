import * as z from 'zod';
import type { AuthorizationDefinition } from '../../domain/catalog/definition.ts';
import { condition, duration, factPath, id } from './primitives.ts';

/** What someone may spend for an account. */
export const authorization = z
  .strictObject({
    kind: z.literal('authorization'),
    id,
    limit: factPath,
    approver: factPath,
    per: duration,
    where: condition.exactOptional(),
  })
  .meta({
    title: 'authorization',
    description: 'What someone may spend for an account',
  }) satisfies z.ZodType<AuthorizationDefinition>;
