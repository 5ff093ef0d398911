import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import type { KeyRecord } from '../../../lib/contracts/control.ts';
import type { Route } from '../../../lib/contracts/routes.ts';
import { ROUTES } from '../../../lib/contracts/routes.ts';
import { type ApiHandler, createApiHandler } from '../../../lib/runtime/api-handler.ts';
import { hashKey } from '../../../lib/runtime/keys.ts';
import type { LogFields, Logger } from '../../../lib/runtime/logger.ts';
import type { Operation } from '../../../lib/runtime/operation.ts';

/** What a test sends; everything has a usual value. */
export interface Sent {
  readonly method?: string;
  readonly path?: string;
  readonly query?: string;
  readonly headers?: { readonly [name: string]: string };
  readonly body?: string | Buffer;
  readonly stage?: string;
}

/** An event as an HTTP API makes it (payload 2.0). */
export const eventOf = ({
  method = 'POST',
  path = '/v1/decide',
  query = '',
  headers = {},
  body,
  stage = '$default',
}: Sent): APIGatewayProxyEventV2 => ({
  version: '2.0',
  routeKey: '$default',
  rawPath: path,
  rawQueryString: query,
  headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
  requestContext: {
    accountId: '000000000000',
    apiId: 'local',
    domainName: 'localhost',
    domainPrefix: 'localhost',
    http: { method, path, protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'test' },
    requestId: 'gateway-1',
    routeKey: '$default',
    stage,
    time: '22/Nov/2026:08:00:00 +0000',
    timeEpoch: 0,
  },
  ...(body === undefined ? {} : { body: typeof body === 'string' ? body : body.toString('base64') }),
  isBase64Encoded: body !== undefined && typeof body !== 'string',
});

const CONTEXT: Context = {
  callbackWaitsForEmptyEventLoop: false,
  functionName: 'test',
  functionVersion: '1',
  invokedFunctionArn: 'arn:aws:lambda:eu-west-1:000000000000:function:test',
  memoryLimitInMB: '512',
  awsRequestId: 'lambda-1',
  logGroupName: '',
  logStreamName: '',
  getRemainingTimeInMillis: () => 3000,
  done: () => {},
  fail: () => {},
  succeed: () => {},
};

const KEYS: { readonly [key: string]: KeyRecord } = {
  pk_test: { id: 'p', kind: 'publishable' },
  pk_bound: { id: 'b', kind: 'publishable', origins: ['https://shop.example'] },
  sk_test: { id: 's', kind: 'secret' },
  ak_test: { id: 'a', kind: 'admin' },
};

/** A log that can be read. */
export interface Logged {
  readonly message: string;
  readonly fields: LogFields | undefined;
  readonly error: unknown;
}

export const recordingLogger = (): { readonly logger: Logger; readonly lines: readonly Logged[] } => {
  const lines: Logged[] = [];
  const record = (message: string, fields?: LogFields, error?: unknown) => {
    lines.push({ message, fields, error });
  };
  return { logger: { debug: record, info: record, warn: record, error: record }, lines };
};

const byHash = new Map(Object.entries(KEYS).map(([key, record]) => [hashKey(key), record]));

const NOW = Date.parse('2026-11-22T08:00:00Z');

export const handlerWith = (
  operations: { readonly [operationId: string]: Operation },
  options: { readonly logger?: Logger; readonly routes?: readonly Route[] } = {},
): ApiHandler =>
  createApiHandler({
    routes: options.routes ?? ROUTES,
    deps: {
      keys: { find: async (hash) => byHash.get(hash) ?? null },
      now: () => NOW,
      logger: options.logger ?? recordingLogger().logger,
    },
    operations,
  });

/** An answer, its JSON parsed. */
export interface Answer {
  readonly status: number | undefined;
  readonly headers: { readonly [name: string]: unknown };
  readonly text: string;
  readonly json: unknown;
}

export const send = async (handler: ApiHandler, sent: Sent): Promise<Answer> => {
  const result: APIGatewayProxyStructuredResultV2 = await handler(eventOf(sent), CONTEXT);
  const text = result.body ?? '';
  return {
    status: result.statusCode,
    headers: result.headers ?? {},
    text,
    json: text === '' ? undefined : JSON.parse(text),
  };
};
