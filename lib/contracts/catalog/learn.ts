import * as z from 'zod';
import type { LearnDefinition } from '../../domain/catalog/definition.ts';
import { anyObject, condition, eventNames, factPath, id, wholeNumber } from './primitives.ts';

/** What a customer teaches us. */
export const learn = z
  .strictObject({
    kind: z.literal('learn'),
    id,
    on: eventNames,
    where: condition.exactOptional(),
    key: factPath,
    item: anyObject,
    max: wholeNumber(1, 1000).exactOptional(),
  })
  .meta({ title: 'learn', description: 'What a customer teaches us' }) satisfies z.ZodType<LearnDefinition>;
