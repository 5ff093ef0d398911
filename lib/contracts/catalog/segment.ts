import * as z from 'zod';
import type { SegmentDefinition } from '../../domain/catalog/definition.ts';
import { condition, id } from './primitives.ts';

/** A named condition. */
export const segment = z
  .strictObject({ kind: z.literal('segment'), id, where: condition })
  .meta({ title: 'segment', description: 'A named condition' }) satisfies z.ZodType<SegmentDefinition>;
