import * as z from 'zod';
import type { ProblemDefinition } from '../../domain/catalog/definition.ts';
import { duration, id } from './primitives.ts';
import { trigger } from './trigger.ts';

/** What makes a customer's day worse, and what ends it. */
export const problem = z
  .strictObject({
    kind: z.literal('problem'),
    id,
    opens: trigger,
    closes: z.array(trigger).max(20, 'expected at most 20 endings').exactOptional(),
    severity: z.enum(['low', 'medium', 'high']),
    expires: duration.exactOptional(),
  })
  .meta({
    title: 'problem',
    description: "What makes a customer's day worse, and what ends it",
  }) satisfies z.ZodType<ProblemDefinition>;
