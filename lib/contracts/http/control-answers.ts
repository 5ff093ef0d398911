import * as z from 'zod';
import { answerTime as time } from './answer-time.ts';
import { keyKindSchema } from './keys.ts';
import { findingSchema } from './problem.ts';

const rollout = z
  .object({ version: z.int(), percent: z.number() })
  .nullable()
  .describe('A version that a share of the visitors get instead of the active one.');

const definition = z.unknown().meta({ $ref: '#/components/schemas/Definition' });

export const catalogAnswerSchema = z.object({
  version: z.int(),
  publishedAt: time,
  rollout,
  definitions: z.array(definition),
});

export const publishAnswerSchema = z.looseObject({
  version: z.int(),
  findings: z.array(findingSchema).describe('What the lint warns of.'),
});

export const validateAnswerSchema = z.object({
  valid: z.boolean().describe('Whether publishing would pass.'),
  findings: z.array(findingSchema),
});

export const versionsAnswerSchema = z.object({
  active: z.int(),
  rollout,
  versions: z.array(
    z.looseObject({
      version: z.int(),
      publishedAt: time,
      definitions: z.int(),
      forced: z.string().optional(),
    }),
  ),
});

export const activateAnswerSchema = z.looseObject({ version: z.int(), active: z.int(), rollout });

const key = z.looseObject({
  id: z.string(),
  kind: keyKindSchema,
  label: z.string().optional(),
  origins: z.array(z.string()).optional(),
  placements: z.array(z.string()).optional(),
  partner: z.string().optional(),
  createdAt: time,
});

export const keysAnswerSchema = z.object({ keys: z.array(key) });

export const createdKeyAnswerSchema = key.extend({
  key: z.string().describe('The key itself, told this once: only its hash is kept.'),
});

export const healthAnswerSchema = z.object({
  status: z.enum(['ok', 'degraded']),
  version: z.string().describe('Of the service.'),
  catalogVersion: z.int().nullable().describe('The catalog that visitors get; null where it is not known.'),
});
