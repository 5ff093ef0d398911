import * as z from 'zod';
import type { FollowDefinition } from '../../domain/catalog/definition.ts';
import { condition, duration, eventNames, factPath, id, text, wholeNumber } from './primitives.ts';

/** Who wants to hear about a business event's subject. */
export const follow = z
  .strictObject({
    kind: z.literal('follow'),
    id,
    on: eventNames,
    where: condition.exactOptional(),
    subject: text(500),
    for: duration.exactOptional(),
    until: factPath.exactOptional(),
    rank: factPath.exactOptional(),
    wave: z.strictObject({ size: wholeNumber(1, 100_000), gap: duration }).exactOptional(),
  })
  .refine((value) => value.for === undefined || value.until === undefined, {
    error: 'expected either for or until, not both',
    path: ['until'],
  })
  .meta({
    title: 'follow',
    description: "Who wants to hear about a business event's subject",
  }) satisfies z.ZodType<FollowDefinition>;
