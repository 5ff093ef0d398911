import * as z from 'zod';
import type { KpiDefinition, KpiMeasure } from '../../domain/catalog/definition.ts';
import { date, eventName, factPath, id, text } from './primitives.ts';

const measure: z.ZodType<KpiMeasure> = z.union(
  [
    z.strictObject({ journey: id, rate: z.literal('goal') }),
    z.strictObject({ event: eventName, per: z.enum(['visitor', 'order']) }),
    z.strictObject({ stat: factPath, of: z.enum(['average', 'sum']) }),
  ],
  'expected { journey, rate }, { event, per } or { stat, of }',
);

const figure = z.number().min(-1e15, 'expected at least -1e15').max(1e15, 'expected at most 1e15');

/** A key figure that goes from now to tomorrow by a date. */
export const kpi = z
  .strictObject({
    kind: z.literal('kpi'),
    id,
    measure,
    now: figure,
    tomorrow: figure,
    by: date,
    owner: text(200).exactOptional(),
  })
  .meta({
    title: 'kpi',
    description: 'A key figure that goes from now to tomorrow by a date',
  }) satisfies z.ZodType<KpiDefinition>;
