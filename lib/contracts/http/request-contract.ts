import * as z from 'zod';
import type { UnknownFields } from './json-safety.ts';

/**
 * What an operation takes. The runtime validates requests with these very schemas, and the OpenAPI document is
 * made of them.
 */
export interface RequestContract {
  /** The route's, of `routes.ts`. */
  readonly operationId: string;
  /** Path parameters, or {@link nothing}. */
  readonly params: z.ZodType;
  /** Query parameters (each a string; a repeated one arrives joined with commas), or {@link nothing}. */
  readonly query: z.ZodType;
  readonly body: z.ZodType;
  /** Where set, an empty body stands for `{}`. */
  readonly bodyOptional?: true;
  /** How fields that the body's schema does not know are treated. */
  readonly unknownFields: UnknownFields;
  /** Deepest nesting of the body, where it is not `MAX_NESTING`. */
  readonly nesting?: number;
}

/** Stands where an operation takes nothing; what is sent there all the same is not looked at. */
export const nothing = z.unknown();
