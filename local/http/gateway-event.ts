import type { IncomingHttpHeaders } from 'node:http';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { LOCAL_ACCOUNT } from '../bus/event.ts';

/** A request as it came over the socket, its body read. */
export interface GatewayRequest {
  readonly method: string;
  /** The request target, percent-encoded, with the query. */
  readonly target: string;
  readonly httpVersion: string;
  /** Each value of each header, lower-cased names. */
  readonly headers: NodeJS.Dict<string[]>;
  readonly body: Buffer;
  readonly sourceIp: string;
  readonly requestId: string;
  /** Milliseconds since 1970, by the service's clock. */
  readonly at: number;
  readonly routeKey: string;
  readonly pathParameters: { readonly [name: string]: string };
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `22/Nov/2026:08:00:00 +0000`, the form of the common log format that API Gateway uses. */
const commonLogTime = (at: number): string => {
  const iso = new Date(at).toISOString();
  const month = MONTHS[Number(iso.slice(5, 7)) - 1] ?? '';
  return `${iso.slice(8, 10)}/${month}/${iso.slice(0, 4)}:${iso.slice(11, 19)} +0000`;
};

const TEXT_TYPE =
  /^(text\/|application\/(json|javascript|xml|x-www-form-urlencoded)|application\/[\w.-]+\+(json|xml))/i;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The body as text, where its type says that it is text, it is not compressed, and it is UTF-8. */
const textOf = (body: Buffer, headers: NodeJS.Dict<string[]>): string | undefined => {
  const type = headers['content-type']?.[0] ?? 'text/plain';
  const encoding = headers['content-encoding']?.[0] ?? 'identity';
  if (!TEXT_TYPE.test(type) || encoding.toLowerCase() !== 'identity') {
    return undefined;
  }
  try {
    return utf8.decode(body);
  } catch {
    return undefined;
  }
};

const decodePath = (path: string): string => {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
};

const queryOf = (rawQueryString: string): { readonly [name: string]: string } | undefined => {
  const merged = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(rawQueryString)) {
    const earlier = merged.get(name);
    merged.set(name, earlier === undefined ? value : `${earlier},${value}`);
  }
  return merged.size === 0 ? undefined : Object.fromEntries(merged);
};

/** Splits `name=value; name=value` as API Gateway does: cookies leave the headers for a list of their own. */
const cookiesOf = (headers: NodeJS.Dict<string[]>): string[] | undefined => {
  const cookies = (headers['cookie'] ?? []).flatMap((line) => line.split(';').map((cookie) => cookie.trim()));
  return cookies.length === 0 ? undefined : cookies;
};

const joined = (headers: NodeJS.Dict<string[]>): { [name: string]: string } =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, values]) =>
      name === 'cookie' || values === undefined ? [] : [[name, values.join(',')]],
    ),
  );

/** One value of a header of an incoming request. */
export const headerOf = (headers: IncomingHttpHeaders, name: string): string | undefined => {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
};

/**
 * The event of an API Gateway HTTP API, payload format 2.0
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html).
 * Path and path parameters are decoded, as there; the query stays as it came.
 */
export const gatewayEventOf = (request: GatewayRequest): APIGatewayProxyEventV2 => {
  const [path = '/', ...rest] = request.target.split('?');
  const rawQueryString = rest.join('?');
  const rawPath = decodePath(path);
  const text = request.body.length === 0 ? '' : textOf(request.body, request.headers);
  const query = queryOf(rawQueryString);
  const cookies = cookiesOf(request.headers);
  const domainName = request.headers['host']?.[0] ?? '127.0.0.1';
  return {
    version: '2.0',
    routeKey: request.routeKey,
    rawPath,
    rawQueryString,
    ...(cookies === undefined ? {} : { cookies }),
    headers: joined(request.headers),
    ...(query === undefined ? {} : { queryStringParameters: query }),
    requestContext: {
      accountId: LOCAL_ACCOUNT,
      apiId: 'local',
      domainName,
      domainPrefix: 'local',
      http: {
        method: request.method,
        path: rawPath,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.sourceIp,
        userAgent: request.headers['user-agent']?.[0] ?? '',
      },
      requestId: request.requestId,
      routeKey: request.routeKey,
      stage: '$default',
      time: commonLogTime(request.at),
      timeEpoch: request.at,
    },
    ...(Object.keys(request.pathParameters).length === 0
      ? {}
      : { pathParameters: { ...request.pathParameters } }),
    ...(request.body.length === 0 ? {} : { body: text ?? request.body.toString('base64') }),
    isBase64Encoded: text === undefined,
  };
};
