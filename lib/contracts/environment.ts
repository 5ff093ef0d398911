import * as z from 'zod';

/**
 * What every function finds in its environment. CDK sets exactly these; the local service sets the same. The SDK
 * itself reads `AWS_REGION`, `AWS_ENDPOINT_URL_DYNAMODB` and `AWS_ENDPOINT_URL_EVENTBRIDGE`.
 */
export const environmentSchema = z.object({
  WEND_VISITORS_TABLE: z.string().min(1),
  WEND_LOG_TABLE: z.string().min(1),
  WEND_EVENT_BUS: z.string().min(1),
  /** HS256 secret that the shop signs identity tokens with; absent: no identity token is accepted. */
  WEND_IDENTITY_SECRET: z.string().min(32).optional(),
  /** Expected `aud` of identity tokens, checked only where set. */
  WEND_IDENTITY_AUDIENCE: z.string().min(1).optional(),
  /** How old the last look at the catalog pointer and the keys may be, milliseconds. */
  WEND_CONTROL_MAX_AGE_MS: z.coerce.number().int().min(0).default(5000),
});

export type Environment = z.infer<typeof environmentSchema>;
