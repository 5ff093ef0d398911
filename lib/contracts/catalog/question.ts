import * as z from 'zod';
import type { QuestionDefinition } from '../../domain/catalog/definition.ts';
import { condition, duration, id, text, word } from './primitives.ts';
import { assignments } from './step.ts';

/** A question with a reason, whose every answer changes something. */
export const question = z
  .strictObject({
    kind: z.literal('question'),
    id,
    ask: text(500),
    where: condition.exactOptional(),
    channels: z
      .array(word)
      .min(1, 'expected at least one channel')
      .max(20, 'expected at most 20 channels')
      .exactOptional(),
    why: text(1000),
    answers: z
      .array(z.strictObject({ id, label: text(200), set: assignments.exactOptional() }))
      .min(1, 'expected at least one answer')
      .max(50, 'expected at most 50 answers')
      .refine((all) => new Set(all.map((answer) => answer.id)).size === all.length, 'expected each id once'),
    again: z
      .union([z.literal('never'), duration], 'expected never or an ISO 8601 duration, such as P180D')
      .exactOptional(),
    value: z
      .number()
      .min(0, 'expected a value that is not negative')
      .max(1_000_000, 'expected at most 1000000')
      .exactOptional(),
  })
  .meta({
    title: 'question',
    description: 'A question with a reason, whose every answer changes something',
  }) satisfies z.ZodType<QuestionDefinition>;
