import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { Route } from '../contracts/routes.ts';
import { continueTrace, requestIdOf, type Trace } from './correlation.ts';
import type { ApiResponse } from './operation.ts';
import type { PathMatch } from './router.ts';

/** What is known of one request and its answer, from its arrival on. */
export interface Exchange {
  readonly event: APIGatewayProxyEventV2;
  readonly method: string;
  readonly headers: { readonly [name: string]: string | undefined };
  readonly requestId: string;
  readonly trace: Trace | null;
  /** By the service's clock, milliseconds since 1970. */
  readonly receivedAt: number;
  /** The routes of its path, `null` for a path that nobody serves. */
  readonly match: PathMatch | null;
  /** The one of them with its method, once found. */
  readonly route: Route | null;
}

/** The path without the stage that API Gateway leaves in front of it where the stage is not `$default`. */
const pathOf = (event: APIGatewayProxyEventV2): string => {
  const prefix = `/${event.requestContext.stage}/`;
  return event.rawPath.startsWith(prefix) ? event.rawPath.slice(prefix.length - 1) : event.rawPath;
};

const lowerCaseNames = (headers: APIGatewayProxyEventV2['headers']): Exchange['headers'] =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

/** The path of the route that API Gateway matched; it has decoded the parameters, so the path can't be matched again. */
const matchedPath = (event: APIGatewayProxyEventV2): string | null => {
  const [, path] = /^\S+ (\/\S*)$/.exec(event.routeKey) ?? [];
  return path ?? null;
};

const matchOf = (
  event: APIGatewayProxyEventV2,
  router: (path: string) => PathMatch | null,
): PathMatch | null => {
  const path = matchedPath(event);
  const match = router(path ?? pathOf(event));
  if (match === null || path === null) return match;
  const params = Object.entries(event.pathParameters ?? {}).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, value]],
  );
  return { routes: match.routes, params: Object.fromEntries(params) };
};

/** Takes up a request: correlates it, finds its route. Throws nothing, whatever was sent. */
export const openExchange = (
  event: APIGatewayProxyEventV2,
  router: (path: string) => PathMatch | null,
  now: () => number,
): Exchange => {
  const headers = lowerCaseNames(event.headers);
  const method = event.requestContext.http.method.toUpperCase();
  const match = matchOf(event, router);
  return {
    event,
    method,
    headers,
    requestId: requestIdOf(headers['x-request-id'], event.requestContext.requestId),
    trace: continueTrace(headers['traceparent']),
    receivedAt: now(),
    match,
    route: match?.routes.find((route) => route.method === method) ?? null,
  };
};

/** Query parameters by name; those that are repeated are joined with commas, as API Gateway joins them. */
export const queryOf = (event: APIGatewayProxyEventV2): { readonly [name: string]: string } => {
  const all = Map.groupBy(new URLSearchParams(event.rawQueryString), ([name]) => name);
  return Object.fromEntries(
    [...all].map(([name, pairs]) => [name, pairs.map(([, value]) => value).join(',')]),
  );
};

/** The bytes that were sent; API Gateway hands over what is not text in base64. */
export const bytesOf = (event: APIGatewayProxyEventV2): Buffer =>
  Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');

/** An answer as API Gateway wants it: `body` becomes JSON text, and headers of the answer win over the usual ones. */
export const toResult = (
  response: ApiResponse,
  usualHeaders: { readonly [name: string]: string },
): APIGatewayProxyStructuredResultV2 => {
  const text = response.text ?? (response.body === undefined ? undefined : JSON.stringify(response.body));
  const contentType = text === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' };
  return {
    statusCode: response.status,
    headers: { ...usualHeaders, ...contentType, ...response.headers },
    ...(text === undefined ? {} : { body: text }),
  };
};
