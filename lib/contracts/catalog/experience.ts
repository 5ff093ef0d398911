import * as z from 'zod';
import type { ExperienceDefinition } from '../../domain/catalog/definition.ts';

import {
  condition,
  content,
  endsAfterStart,
  id,
  intent,
  limit,
  maximumDuration,
  placement,
  priority,
  time,
  weight,
  word,
} from './primitives.ts';

const DAY = 86_400_000;

/** Impressions are counted by a ring of 100 entries that reaches 90 days back. */
const impressionLimit = limit(100).refine((value) => maximumDuration(value.per) <= 400 * DAY, {
  error: 'expected a duration of at most P400D',
  path: ['per'],
});

const variants = z
  .array(z.strictObject({ id, weight, content }))
  .min(1, 'expected at least one variant')
  .max(50, 'expected at most 50 variants')
  .refine((arms) => new Set(arms.map((arm) => arm.id)).size === arms.length, 'expected each id once')
  .refine((arms) => arms.some((arm) => arm.weight > 0), 'expected a weight above 0');

/** Content for a placement. */
export const experience = z
  .strictObject({
    kind: z.literal('experience'),
    id,
    placement,
    intent: intent.exactOptional(),
    where: condition.exactOptional(),
    priority: priority.exactOptional(),
    limit: impressionLimit.exactOptional(),
    consent: word.exactOptional(),
    default: z.boolean().exactOptional(),
    from: time.exactOptional(),
    until: time.exactOptional(),
    variants: variants.exactOptional(),
    content: content.exactOptional(),
    offer: id.exactOptional(),
  })
  .refine((value) => value.content !== undefined || value.variants !== undefined, {
    error: 'expected content or variants',
    path: ['content'],
  })
  .refine((value) => value.content === undefined || value.variants === undefined, {
    error: 'expected either content or variants, not both',
    path: ['content'],
  })
  .refine(endsAfterStart, { error: 'expected a time after from', path: ['until'] })
  .meta({
    title: 'experience',
    description: 'Content for a placement',
  }) satisfies z.ZodType<ExperienceDefinition>;
