import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';

/** An RFC 9457 problem that the local gateway answers by itself, without a function. */
export interface GatewayProblem {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly headers?: { readonly [name: string]: string };
}

/** Writes the problem; `instance` is the request's id, which the answer carries as `x-request-id` too. */
export const writeProblem = (
  response: ServerResponse,
  problem: GatewayProblem,
  requestId: string = randomUUID(),
): void => {
  response.writeHead(problem.status, {
    ...problem.headers,
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    'x-request-id': requestId,
  });
  response.end(
    JSON.stringify({
      type: 'about:blank',
      title: problem.title,
      status: problem.status,
      detail: problem.detail,
      instance: `urn:uuid:${requestId}`,
    }),
  );
};
