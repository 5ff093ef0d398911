import { Unavailable, WendError } from './errors.ts';
import type { ApiResponse } from './operation.ts';

/** Names of what the AWS clients throw where a service is slow, busy or away: it passes. */
const PASSING: ReadonlySet<string> = new Set([
  'TimeoutError',
  'ProvisionedThroughputExceededException',
  'ThrottlingException',
  'RequestLimitExceeded',
  'InternalServerError',
  'ServiceUnavailable',
  'TransactionInProgressException',
]);

const hidden = (): WendError => new WendError(500, 'internal', 'Something went wrong on our side');

/** What was thrown, as one of the family: 503 where it passes, and 500 for anything nobody thought of. */
export const asWendError = (thrown: unknown): WendError => {
  if (thrown instanceof WendError) return thrown;
  return thrown instanceof Error && PASSING.has(thrown.name)
    ? new Unavailable('Something that the answer depends on did not answer in time; try again.', {
        cause: thrown,
      })
    : hidden();
};

/**
 * What is answered for something that was thrown: problem+json (RFC 9457). Of anything outside the family nothing
 * is told but the request's id, under which the log has the rest.
 */
export const toProblem = (thrown: unknown, requestId: string): ApiResponse => {
  const error = asWendError(thrown);
  const { detail, errors, extensions, headers } = error.details;
  return {
    status: error.status,
    headers: { 'content-type': 'application/problem+json; charset=utf-8', ...headers },
    body: {
      ...extensions,
      type: error.type,
      title: error.title,
      status: error.status,
      ...(detail === undefined ? {} : { detail }),
      instance: `urn:wend:request:${requestId}`,
      ...(errors === undefined || errors.length === 0 ? {} : { errors }),
    },
  };
};
