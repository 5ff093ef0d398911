import { vi } from 'vitest';
import * as z from 'zod';
import { setFunctionEnvironment } from '../../local/environment.ts';
import { gatewayEventOf } from '../../local/http/gateway-event.ts';

const answerSchema = z.object({ statusCode: z.number(), body: z.string() });
export const decisionSchema = z.looseObject({
  decisionId: z.string(),
  visitorId: z.string(),
  catalogVersion: z.number(),
  pending: z.array(z.string()),
  placements: z.record(z.string(), z.object({ items: z.array(z.looseObject({ content: z.unknown() })) })),
  warnings: z.array(z.looseObject({ code: z.string() })),
});

export type Handler = (event: unknown, context: unknown) => Promise<unknown>;

/** A new instance of decide, whose SDK clients are the only ones that speak to these endpoints. */
export const startDecide = async (storeUrl: string, busUrl: string, maxAgeMs: number): Promise<Handler> => {
  vi.resetModules();
  setFunctionEnvironment({
    storeEndpoint: storeUrl,
    storeIsEmbedded: true,
    awsEndpoint: busUrl,
    archives: false,
    identitySecret: 'x'.repeat(32),
  });
  process.env['WEND_CONTROL_MAX_AGE_MS'] = String(maxAgeMs);
  const { handler } = await import('../../functions/api/decide.ts');
  return z.custom<Handler>((value) => typeof value === 'function').parse(handler);
};

/** Asks an instance as the gateway does. */
export const invoke = async (
  handler: Handler,
  body: unknown,
  { key = 'sk_local', sourceIp = '127.0.0.1' }: { readonly key?: string; readonly sourceIp?: string } = {},
) => {
  const event = gatewayEventOf({
    method: 'POST',
    target: '/v1/decide',
    httpVersion: '1.1',
    headers: { 'content-type': ['application/json'], authorization: [`Bearer ${key}`] },
    body: Buffer.from(JSON.stringify(body)),
    sourceIp,
    requestId: 'r-1',
    at: Date.now(),
    routeKey: 'POST /v1/decide',
    pathParameters: {},
  });
  const answer = answerSchema.parse(await handler(event, {}));
  if (answer.statusCode !== 200) throw new Error(answer.body);
  return decisionSchema.parse(JSON.parse(answer.body));
};
