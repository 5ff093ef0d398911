import * as z from 'zod';

export const fieldErrorSchema = z.object({
  path: z.string().describe('Dotted and indexed, such as `cart.lines[3].quantity`.'),
  message: z.string().describe('What was expected there.'),
});

/** One thing that the lint has to say about a catalog. */
export const findingSchema = z.object({
  code: z.string(),
  severity: z.enum(['error', 'warning']),
  kind: z.string(),
  id: z.string(),
  path: z.string(),
  message: z.string(),
  evidence: z.record(z.string(), z.unknown()),
});

/** RFC 9457, as every error is answered. */
export const problemSchema = z.looseObject({
  type: z.string().describe('Names the kind of problem.'),
  title: z.string(),
  status: z.int(),
  detail: z.string().optional(),
  instance: z.string().describe('Names this occurrence, by the `x-request-id`.'),
  errors: z.array(fieldErrorSchema).optional(),
  findings: z.array(findingSchema).optional().describe('Of a catalog that its checks refuse.'),
});
