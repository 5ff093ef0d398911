import * as z from 'zod';
import type { EventTrigger } from '../../domain/catalog/primitives.ts';
import { condition, eventNames, factPath } from './primitives.ts';

/** Fields of everything that reacts to events. */
export const triggerFields = {
  on: eventNames,
  where: condition.exactOptional(),
  key: factPath.exactOptional(),
};

/** Events by name, filtered, reaching the instance that `key` names. */
export const trigger = z.strictObject(triggerFields) satisfies z.ZodType<EventTrigger>;
