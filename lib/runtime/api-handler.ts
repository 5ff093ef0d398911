import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import type { Route } from '../contracts/routes.ts';
import { authenticate } from './authenticate.ts';
import { peekJson, type RawBody, readBody } from './body.ts';
import { anyForBrowsers, corsHeaders, preflightHeaders } from './cors.ts';
import { createEdge, type Edge } from './edge.ts';
import { EdgeBypassed, MethodNotAllowed, OriginRefused, UnknownRoute } from './errors.ts';
import { bytesOf, type Exchange, openExchange, queryOf, toResult } from './exchange.ts';
import type { KeyDirectory } from './keys.ts';
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';
import type { ApiResponse, Operation, UnvalidatedRequest } from './operation.ts';
import type { OperatorVerifier } from './operator-token.ts';
import { asWendError, toProblem } from './problem.ts';
import { createRouter } from './router.ts';

/** What every API function needs from outside. */
export interface ApiDependencies {
  readonly keys: KeyDirectory;
  /** The service's clock, milliseconds since 1970 (`lib/runtime/clock.ts`). */
  readonly now: () => number;
  readonly logger: Logger;
  /** Who may call with a token of their issuer instead of a key; absent: nobody. */
  readonly operators?: OperatorVerifier | undefined;
  /** What operations measure; written after each request. Absent: they measure nothing. */
  readonly metrics?: Metrics;
}

export interface ApiHandlerOptions {
  /**
   * All routes of the service, `ROUTES`, and not only the function's own: 404, 405 and preflights need to know
   * what else there is, and any function may stand behind the gateway's `$default`.
   */
  readonly routes: readonly Route[];
  readonly deps: ApiDependencies;
  /** By operationId, those that this function runs. A route without one here is answered 404. */
  readonly operations: { readonly [operationId: string]: Operation };
}

/** A Lambda handler behind an HTTP API (payload 2.0). It never rejects. */
export type ApiHandler = (
  event: APIGatewayProxyEventV2,
  context: Context,
) => Promise<APIGatewayProxyStructuredResultV2>;

interface ExchangeContext extends Context {
  exchange?: Exchange;
}

const exchangeOf = (context: ExchangeContext): Exchange => {
  if (context.exchange === undefined) throw new Error('the exchange was not opened');
  return context.exchange;
};

interface BehindEdge extends ApiHandlerOptions {
  readonly edge: Edge;
}

const isPreflight = ({ method, headers, match }: Exchange): boolean =>
  method === 'OPTIONS' &&
  headers['access-control-request-method'] !== undefined &&
  match !== null &&
  anyForBrowsers(match.routes);

const allowedMethods = (routes: readonly Route[]): readonly string[] => routes.map((route) => route.method);

const rawBodyOf = ({ event, headers }: Exchange): RawBody => ({
  bytes: bytesOf(event),
  contentType: headers['content-type'],
  contentEncoding: headers['content-encoding'],
});

const runOperation = async (
  exchange: Exchange,
  route: Route,
  { deps, operations, edge }: BehindEdge,
): Promise<ApiResponse> => {
  const operation = Object.hasOwn(operations, route.operationId) ? operations[route.operationId] : undefined;
  if (operation === undefined) throw new UnknownRoute();
  const { headers, match, event, requestId, receivedAt, trace } = exchange;
  const body = rawBodyOf(exchange);
  const credentials = { authorization: headers['authorization'], origin: headers['origin'], body };
  const caller = route.keys === null ? null : await authenticate(route, credentials, deps);
  const request = {
    caller,
    params: match?.params ?? {},
    query: queryOf(event),
    requestId,
    headers,
    receivedAt,
    sourceIp: edge.viewerOf(headers) ?? event.requestContext.http.sourceIp,
    traceparent: trace?.traceparent,
  };
  if (route.bodyLimit === 0) return operation.run({ ...request, body: undefined });
  return operation.run({ ...request, body: bodyFor(request, body, route, operation) });
};

/** The body that an operation takes. What its caller may not ask for (403) stands before all that is wrong with it. */
const bodyFor = (
  request: Omit<UnvalidatedRequest, 'body'>,
  body: RawBody,
  route: Route,
  operation: Operation,
): unknown => {
  const { nesting, unknownFields } = operation;
  if (operation.bodyOptional === true && body.bytes.length === 0) return {};
  try {
    return readBody(body, { accepts: route.accepts, limit: route.bodyLimit, nesting, unknownFields });
  } catch (error) {
    if (request.caller !== null) operation.refuse?.(request.caller, { ...request, body: peekJson(body) });
    throw error;
  }
};

/** In the precedence of the contract: 404, 405, 401, 403, 415, 413, 400, and then the operation. */
const answer = async (exchange: Exchange, options: BehindEdge): Promise<ApiResponse> => {
  const { match, route, headers } = exchange;
  if (!options.edge.letThrough(headers)) throw new EdgeBypassed();
  if (match === null) throw new UnknownRoute();
  if (isPreflight(exchange))
    return { status: 204, headers: preflightHeaders(headers['origin'], match.routes) };
  if (route === null) throw new MethodNotAllowed(allowedMethods(match.routes));
  return runOperation(exchange, route, options);
};

/** Headers that every answer carries unless the operation set its own. */
const usualHeaders = (exchange: Exchange, thrown: unknown): { readonly [name: string]: string } => ({
  'x-request-id': exchange.requestId,
  'cache-control': 'private, no-store',
  'x-content-type-options': 'nosniff',
  ...(exchange.trace === null ? {} : { traceparent: exchange.trace.traceparent }),
  ...(thrown instanceof OriginRefused || exchange.match === null
    ? {}
    : corsHeaders(exchange.headers['origin'], exchange.match.routes)),
});

const logThrown = (logger: Logger, exchange: Exchange, thrown: unknown): void => {
  const { status } = asWendError(thrown);
  if (status < 500) return;
  const fields = {
    requestId: exchange.requestId,
    operation: exchange.route?.operationId ?? 'none',
    status,
    ...(exchange.trace === null ? {} : { traceId: exchange.trace.traceId }),
  };
  logger.error('The request failed.', fields, thrown);
};

/**
 * The Lambda handler of one API function: a middy stack around its operations.
 *
 * It answers, in the precedence of the HTTP contract: an unknown route (404), a wrong method (405 with `Allow`),
 * no or an unknown key (401), a key of the wrong kind or from a foreign origin (403), a wrong media type (415), a
 * body over its limit (413), a broken or invalid request (400 with `errors`); then the operation runs. A thrown
 * `WendError` becomes its problem+json, anything else a 500 that tells nothing, logged without personal data.
 * Preflights of routes for browsers are answered 204 for any origin. Every answer carries `x-request-id`, a
 * continued `traceparent` where a valid one came, and `Cache-Control: private, no-store` unless the operation set
 * its own.
 *
 * The key comes from `Authorization: Bearer`, from Basic's user name, or from a tracking body's `writeKey`.
 *
 * @example
 * ```ts
 * export const handler = createApiHandler({
 *   routes: ROUTES,
 *   deps: { keys, now, logger: createLogger('decide') },
 *   operations: {
 *     decide: operation(decideContract, async ({ caller, body, receivedAt }) => {
 *       if (caller.kind === 'publishable' && body.userId !== undefined) throw new Forbidden('…');
 *       return { status: 200, body: await decide(body, receivedAt) };
 *     }),
 *     getJourney: operation(journeyContract, async ({ query, headers }) => {
 *       const text = JSON.stringify(await journey(query));
 *       return respondConditionally(headers['if-none-match'], { etag: etagOf(seen(text)), text });
 *     }),
 *   },
 * });
 * ```
 */
export const createApiHandler = (options: ApiHandlerOptions): ApiHandler => {
  const { deps } = options;
  const router = createRouter(options.routes);
  // What stands in front of the API stands in front of every function.
  const edge = createEdge(process.env['WEND_EDGE_SECRETS']);
  const stack = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Error, ExchangeContext>()
    .before(({ event, context }) => {
      context.exchange = openExchange(event, router, deps.now);
    })
    .onError((request) => {
      const { error, context } = request;
      const exchange = exchangeOf(context);
      logThrown(deps.logger, exchange, error);
      request.response = toResult(toProblem(error, exchange.requestId), usualHeaders(exchange, error));
    })
    .handler(async (_event: APIGatewayProxyEventV2, context: ExchangeContext) => {
      const exchange = exchangeOf(context);
      return toResult(await answer(exchange, { ...options, edge }), usualHeaders(exchange, null));
    });
  // A context of its own for each call: a host that shares one between calls must not mix their exchanges.
  const run: ApiHandler = (event, context) => stack(event, { ...context });
  return deps.metrics === undefined ? run : deps.metrics.around(run);
};
