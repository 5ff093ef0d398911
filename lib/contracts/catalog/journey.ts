import * as z from 'zod';
import type { JourneyDefinition } from '../../domain/catalog/journey-definition.ts';
import { condition, duration, eventNames, factPath, id, percent, priority } from './primitives.ts';
import { steps } from './step.ts';
import { triggerFields } from './trigger.ts';

const enter = z
  .strictObject({
    on: eventNames.exactOptional(),
    where: condition.exactOptional(),
    segment: id.exactOptional(),
    key: factPath.exactOptional(),
    again: z
      .union(
        [z.literal('never'), z.literal('always'), duration],
        'expected never, always or an ISO 8601 duration',
      )
      .exactOptional(),
  })
  .refine(
    (value) => (value.on === undefined) !== (value.segment === undefined),
    'expected either on or segment',
  );

const exit = z.strictObject({ ...triggerFields, as: z.literal('goal').exactOptional() });

const goal = z.strictObject({ ...triggerFields, within: duration.exactOptional() });

/** Who enters, what ends it, what it is for, and its steps. */
export const journey = z
  .strictObject({
    kind: z.literal('journey'),
    id,
    enter,
    exit: z.array(exit).max(20, 'expected at most 20 exits').exactOptional(),
    goal: goal.exactOptional(),
    holdout: percent.exactOptional(),
    priority: priority.exactOptional(),
    steps,
  })
  .meta({
    title: 'journey',
    description: 'Who enters, what ends it, what it is for, and its steps',
  }) satisfies z.ZodType<JourneyDefinition>;
