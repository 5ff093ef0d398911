import * as z from 'zod';
import { isJsonObject, type JsonObject } from '../../domain/json.ts';

/** A JSON object whose inside belongs to the sender: anything is allowed there, and nothing is validated. */
export const freeFormObject = z
  .custom<JsonObject>(isJsonObject, 'expected an object')
  .meta({ type: 'object', additionalProperties: true });
