import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { corsHeaders } from '../../lib/runtime/cors.ts';
import type { Functions, Handler } from '../functions.ts';
import { messageOf } from '../start-failure.ts';
import { MAX_BODY_BYTES, readBody } from './body.ts';
import type { Gate } from './gate.ts';
import { writeAnswer } from './gateway-answer.ts';
import { gatewayEventOf, headerOf } from './gateway-event.ts';
import type { LocalRoutes } from './local-routes.ts';
import { type GatewayProblem, writeProblem } from './problem.ts';
import { findRoute, type Routing } from './router.ts';
import { callerOf, type Throttle } from './throttle.ts';

/** What the gateway stands in front of. */
export interface GatewayOptions {
  readonly functions: () => Functions;
  readonly localRoutes: LocalRoutes;
  readonly gate: Gate;
  /** The service's clock. */
  readonly now: () => number;
  readonly throttle?: Throttle;
}

/** An HTTP API gives up on a function after 30 s. */
const FUNCTION_TIMEOUT_MS = 30_000;

const TOO_LARGE: GatewayProblem = {
  status: 413,
  title: 'Content Too Large',
  detail: `A request body may have at most ${MAX_BODY_BYTES} bytes.`,
};
const FAILED: GatewayProblem = {
  status: 500,
  title: 'Internal Server Error',
  detail: 'The request could not be handled; the service logged why under this x-request-id.',
};
const TIMED_OUT: GatewayProblem = {
  status: 503,
  title: 'Service Unavailable',
  detail: `The function did not answer within ${FUNCTION_TIMEOUT_MS / 1000} s.`,
};

const throttled = (seconds: number): GatewayProblem => ({
  status: 429,
  title: 'Too Many Requests',
  detail: `This caller is over its limit; it may try again in ${seconds} s.`,
  headers: { 'retry-after': String(seconds) },
});

/** A page may read why it was refused, as it may read the answers of functions. */
const readableTo = (request: IncomingMessage, routing: Routing, problem: GatewayProblem): GatewayProblem => ({
  ...problem,
  headers: { ...problem.headers, ...corsHeaders(request.headers.origin, routing.onPath) },
});

const TIMEOUT = Symbol('timeout');

const invoke = async (handler: Handler, event: unknown, requestId: string): Promise<unknown> => {
  const { promise, resolve } = Promise.withResolvers<typeof TIMEOUT>();
  const timer = setTimeout(() => resolve(TIMEOUT), FUNCTION_TIMEOUT_MS);
  try {
    return await Promise.race([handler(event, { awsRequestId: requestId }), promise]);
  } finally {
    clearTimeout(timer);
  }
};

const callFunction = async (
  options: GatewayOptions,
  routing: Routing,
  request: IncomingMessage,
  body: Buffer,
  response: ServerResponse,
  requestId: string,
): Promise<void> => {
  const handler = options.functions().api(routing.function);
  if (handler === undefined) {
    throw new Error(`no function ${routing.function}`);
  }
  const event = gatewayEventOf({
    method: request.method ?? 'GET',
    target: request.url ?? '/',
    httpVersion: request.httpVersion,
    headers: request.headersDistinct,
    body,
    sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
    requestId,
    at: options.now(),
    routeKey: routing.routeKey,
    pathParameters: routing.pathParameters,
  });
  const answer = await invoke(handler, event, requestId);
  if (answer === TIMEOUT) {
    writeProblem(response, readableTo(request, routing, TIMED_OUT), requestId);
  } else if (!writeAnswer(response, answer)) {
    throw new Error(`function ${routing.function} gave an answer that API Gateway would not understand`);
  }
};

const refusal = (
  options: GatewayOptions,
  routing: Routing,
  request: IncomingMessage,
): GatewayProblem | undefined => {
  if (routing.routeKey === '$default') return undefined;
  const caller = callerOf(headerOf(request.headers, 'authorization'), request.socket.remoteAddress ?? '');
  const seconds = options.throttle?.(caller) ?? 0;
  return seconds > 0 ? readableTo(request, routing, throttled(seconds)) : undefined;
};

const serve = async (
  options: GatewayOptions,
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
): Promise<void> => {
  const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
  if (path.startsWith('/_local/')) {
    await options.localRoutes(request, response, path);
    return;
  }
  const routing = findRoute(request.method ?? 'GET', path);
  const problem = refusal(options, routing, request);
  if (problem !== undefined) {
    request.resume();
    writeProblem(response, problem, requestId);
    return;
  }
  const body = await readBody(request);
  if (body === undefined) {
    writeProblem(response, readableTo(request, routing, TOO_LARGE), requestId);
    return;
  }
  await options.gate.pass(() => callFunction(options, routing, request, body, response, requestId));
};

/** An HTTP API of API Gateway on loopback: routes, real payload 2.0 events, the functions' answers. */
export const createGateway = (options: GatewayOptions): Server =>
  createServer((request, response) => {
    const requestId = randomUUID();
    serve(options, request, response, requestId).catch((error: unknown) => {
      if (request.destroyed && !request.complete) {
        return;
      }
      console.error(`${requestId} ${request.method} ${request.url}: ${messageOf(error)}`, error);
      if (response.headersSent) {
        response.destroy();
      } else {
        writeProblem(response, FAILED, requestId);
      }
    });
  });
