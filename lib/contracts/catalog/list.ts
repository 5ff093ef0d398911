import * as z from 'zod';
import type { ListDefinition } from '../../domain/catalog/definition.ts';
import { anyObject, id } from './primitives.ts';

/** A small table to pick from. */
export const list = z
  .strictObject({
    kind: z.literal('list'),
    id,
    rows: z.array(anyObject).max(1000, 'expected at most 1000 rows'),
  })
  .meta({ title: 'list', description: 'A small table to pick from' }) satisfies z.ZodType<ListDefinition>;
