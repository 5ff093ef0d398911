import * as z from 'zod';
import type { Branch, Step } from '../../domain/catalog/journey-definition.ts';
import {
  anyObject,
  clockTime,
  condition,
  content,
  duration,
  eventName,
  eventNames,
  factPath,
  id,
  intent,
  placement,
  priority,
  text,
  weight,
  wholeNumber,
  word,
} from './primitives.ts';

const MAX_STEPS = 200;

/** Steps in order; a step may hold further steps. */
export const steps: z.ZodType<readonly Step[]> = z.lazy(() =>
  z.array(step).max(MAX_STEPS, `expected at most ${MAX_STEPS} steps`),
);

/** What an answer or a step writes into the profile. */
export const assignments = z
  .strictObject({ traits: anyObject.exactOptional(), preferences: anyObject.exactOptional() })
  .refine(
    (value) => value.traits !== undefined || value.preferences !== undefined,
    'expected traits or preferences',
  );

const wait = z
  .strictObject({
    for: duration.exactOptional(),
    until: clockTime.exactOptional(),
    restartOn: eventNames.exactOptional(),
  })
  .refine((value) => value.for !== undefined || value.until !== undefined, 'expected for, until or both');

const show = z.strictObject({
  placement,
  intent: intent.exactOptional(),
  priority: priority.exactOptional(),
  content,
  for: duration.exactOptional(),
});

const message = z.strictObject({
  channel: word,
  topic: word,
  intent: intent.exactOptional(),
  content,
  urgent: z.boolean().exactOptional(),
});

const branch: z.ZodType<Branch> = z.union(
  [
    z.strictObject({
      if: condition,
      // biome-ignore lint/suspicious/noThenProperty: the catalog's word; a schema is never awaited
      then: steps,
    }),
    z.strictObject({
      else: steps,
    }),
  ],
  'expected { if, then } or { else }',
);

const when = z
  .array(branch)
  .min(1, 'expected at least one branch')
  .max(50, 'expected at most 50 branches')
  .refine(
    (branches) => branches.every((one, position) => 'if' in one || position === branches.length - 1),
    'expected else as the last branch only',
  );

const split = z
  .array(
    z.strictObject({
      name: word,
      weight,
      steps: steps,
    }),
  )
  .min(1, 'expected at least one arm')
  .max(50, 'expected at most 50 arms')
  .refine((arms) => new Set(arms.map((arm) => arm.name)).size === arms.length, 'expected each name once')
  .refine((arms) => arms.some((arm) => arm.weight > 0), 'expected a weight above 0');

const awaited = z.strictObject({
  on: eventNames,
  where: condition.exactOptional(),
  timeout: duration,
  // biome-ignore lint/suspicious/noThenProperty: the catalog's word; a schema is never awaited
  then: steps.exactOptional(),
  else: steps.exactOptional(),
});

const grant = z.strictObject({
  offer: id,
  for: duration.exactOptional(),
  because: text(1000).exactOptional(),
  rank: z
    .strictObject({ by: factPath, pool: factPath, seats: wholeNumber(1, 1_000_000), gather: duration })
    .exactOptional(),
});

const ask = z.strictObject({
  question: id,
  intent: intent.exactOptional(),
  for: duration.exactOptional(),
});

const task = z
  .strictObject({
    queue: word,
    summary: text(2000),
    outcomes: z
      .array(word)
      .min(1, 'expected at least one outcome')
      .max(20, 'expected at most 20 outcomes')
      .exactOptional(),
    timeout: duration.exactOptional(),
    // biome-ignore lint/suspicious/noThenProperty: the catalog's word; a schema is never awaited
    then: z.record(word, steps).exactOptional(),
    else: steps.exactOptional(),
  })
  .refine(
    (value) => Object.keys(value.then ?? {}).every((outcome) => value.outcomes?.includes(outcome) ?? false),
    { error: 'expected only outcomes that the task lists', path: ['then'] },
  );

const pick = z.strictObject({
  list: id,
  where: condition.exactOptional(),
  as: word,
  // biome-ignore lint/suspicious/noThenProperty: the catalog's word; a schema is never awaited
  then: steps.exactOptional(),
  else: steps.exactOptional(),
});

const emit = z.strictObject({ event: eventName, properties: anyObject.exactOptional() });

/** One step of a journey: an id, and what it does. */
const step: z.ZodType<Step> = z.union(
  [
    z.strictObject({ id, wait }),
    z.strictObject({ id, show }),
    z.strictObject({ id, message }),
    z.strictObject({ id, when }),
    z.strictObject({ id, split }),
    z.strictObject({ id, await: awaited }),
    z.strictObject({ id, grant }),
    z.strictObject({ id, ask }),
    z.strictObject({ id, set: assignments }),
    z.strictObject({ id, task }),
    z.strictObject({ id, pick }),
    z.strictObject({ id, emit }),
    z.strictObject({ id, exit: text(200) }),
  ],
  'expected an id and one of wait, show, message, when, split, await, grant, ask, set, task, pick, emit, exit',
);
