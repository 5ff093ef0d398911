import type { ServerResponse } from 'node:http';
import * as z from 'zod';

const structuredSchema = z.object({
  statusCode: z.coerce.number().int().min(100).max(599),
  headers: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).nullish(),
  multiValueHeaders: z.record(z.string(), z.array(z.string())).nullish(),
  cookies: z.array(z.string()).nullish(),
  body: z.string().nullish(),
  isBase64Encoded: z.boolean().nullish(),
});

const hasStatusCode = (answer: unknown): boolean =>
  typeof answer === 'object' && answer !== null && 'statusCode' in answer;

/**
 * Writes what a function answered, as an HTTP API does with payload format 2.0: an answer without a `statusCode` is
 * a 200 whose body is that value as JSON; cookies become one `set-cookie` each; a base64 body is unpacked.
 *
 * @returns false when the answer is not one that API Gateway understands; nothing is written then
 */
export const writeAnswer = (response: ServerResponse, answer: unknown): boolean => {
  if (!hasStatusCode(answer)) {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(typeof answer === 'string' ? answer : JSON.stringify(answer ?? null));
    return true;
  }
  const parsed = structuredSchema.safeParse(answer);
  if (!parsed.success) {
    return false;
  }
  const { statusCode, headers, multiValueHeaders, cookies, body, isBase64Encoded } = parsed.data;
  const bytes = Buffer.from(body ?? '', isBase64Encoded === true ? 'base64' : 'utf8');
  for (const [name, value] of Object.entries(headers ?? {})) {
    response.setHeader(name, String(value));
  }
  for (const [name, values] of Object.entries(multiValueHeaders ?? {})) {
    response.setHeader(name, values);
  }
  if (cookies && cookies.length > 0) {
    response.setHeader('set-cookie', cookies);
  }
  // A 204 and a 304 carry neither body nor length (RFC 9110, 8.6).
  if (statusCode === 204 || statusCode === 304) {
    response.removeHeader('content-length');
  } else {
    response.setHeader('content-length', bytes.length);
  }
  response.writeHead(statusCode);
  response.end(statusCode === 204 || statusCode === 304 ? undefined : bytes);
  return true;
};
