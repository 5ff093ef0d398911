import { WendError } from './errors.ts';
import type { ApiResponse } from './operation.ts';

const hidden = (): WendError => new WendError(500, 'internal', 'Something went wrong on our side');

/**
 * What is answered for something that was thrown: problem+json (RFC 9457). Of anything outside the family nothing
 * is told but the request's id, under which the log has the rest.
 */
export const toProblem = (thrown: unknown, requestId: string): ApiResponse => {
  const error = thrown instanceof WendError ? thrown : hidden();
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
