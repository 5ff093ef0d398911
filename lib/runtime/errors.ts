import type { FieldError } from '../contracts/http/field-error.ts';

/** What an error of the family may add to its problem+json. */
export interface ProblemDetails {
  /** One sentence for the engineer who reads it; no personal data, no cause from inside. */
  readonly detail?: string;
  readonly errors?: readonly FieldError[];
  readonly headers?: { readonly [name: string]: string };
  /** Extension members of RFC 9457, such as `findings` or a re-priced `cart`. */
  readonly extensions?: { readonly [member: string]: unknown };
  /** What led to it; logged by name, never sent. */
  readonly cause?: unknown;
}

/**
 * An answer that is not a success, thrown anywhere below an operation and turned into problem+json (RFC 9457) in
 * one place, `api-handler.ts`. Whatever else is thrown becomes a 500 that tells nothing.
 */
export class WendError extends Error {
  readonly status: number;
  /** Identifies the kind of problem: `urn:wend:problem:<slug>`. */
  readonly type: string;
  readonly title: string;
  readonly details: ProblemDetails;

  constructor(status: number, slug: string, title: string, details: ProblemDetails = {}) {
    super(title, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.status = status;
    this.type = `urn:wend:problem:${slug}`;
    this.title = title;
    this.details = details;
  }
}

/** 400: the body, a parameter or a header is not what the contract asks for. */
export class InvalidRequest extends WendError {
  constructor(detail: string, errors: readonly FieldError[] = []) {
    super(400, 'invalid-request', 'Invalid request', { detail, errors });
  }
}

/** 401: no key, or one that is not known. */
export class Unauthenticated extends WendError {
  constructor(detail: string) {
    // No Basic challenge, though Basic is taken: a browser would ask the visitor for a password.
    super(401, 'unauthenticated', 'Key missing or unknown', {
      detail,
      headers: { 'www-authenticate': 'Bearer realm="wend"' },
    });
  }
}

/** 403: the key is known, and may not do this. */
export class Forbidden extends WendError {
  constructor(detail: string, details: Omit<ProblemDetails, 'detail'> = {}) {
    super(403, 'forbidden', 'Not allowed with this key', { ...details, detail });
  }
}

/** 403: the key is bound to origins, and the page that asks is on none of them. */
export class OriginRefused extends WendError {
  constructor() {
    super(403, 'origin-refused', 'Not allowed from this origin', {
      detail: 'The key is bound to other origins.',
    });
  }
}

/** 403: the request went round the edge, where it would have been looked at first. */
export class EdgeBypassed extends WendError {
  constructor() {
    super(403, 'edge-bypassed', 'Not reachable here', { detail: 'Use the address that you were given.' });
  }
}

/** 404: there is no such route. */
export class UnknownRoute extends WendError {
  constructor() {
    super(404, 'unknown-route', 'No such route');
  }
}

/** 404: the route exists, the thing asked for does not. */
export class NotFound extends WendError {
  constructor(detail: string) {
    super(404, 'not-found', 'Not found', { detail });
  }
}

/** 405: the route exists with other methods. */
export class MethodNotAllowed extends WendError {
  constructor(allowed: readonly string[]) {
    super(405, 'method-not-allowed', 'Method not allowed', {
      detail: `This route takes ${allowed.join(', ')}.`,
      headers: { allow: allowed.join(', ') },
    });
  }
}

/** 409: the state of things does not allow it now. */
export class Conflict extends WendError {
  constructor(detail: string, extensions: ProblemDetails['extensions'] = {}) {
    super(409, 'conflict', 'Conflict', { detail, extensions });
  }
}

/** 412: `If-Match` names a version that is not the current one. */
export class PreconditionFailed extends WendError {
  constructor(detail: string) {
    super(412, 'precondition-failed', 'Precondition failed', { detail });
  }
}

/** 413: larger than the route takes, packed or unpacked; nothing of it was taken. */
export class BodyTooLarge extends WendError {
  constructor(detail: string) {
    super(413, 'body-too-large', 'Body too large', { detail });
  }
}

/** 415: a media type, charset or content encoding that the route does not take. */
export class UnsupportedMediaType extends WendError {
  constructor(detail: string) {
    super(415, 'unsupported-media-type', 'Unsupported media type', { detail });
  }
}

/** 422: understood, and refused by its checks. */
export class Unprocessable extends WendError {
  constructor(detail: string, errors: readonly FieldError[], extensions: ProblemDetails['extensions'] = {}) {
    super(422, 'unprocessable', 'Refused by its checks', { detail, errors, extensions });
  }
}

/** 503: something that the answer depends on did not answer; trying again is safe. `retryAfter` in seconds. */
export class Unavailable extends WendError {
  constructor(detail: string, details: { readonly cause?: unknown; readonly retryAfter?: number } = {}) {
    super(503, 'unavailable', 'Temporarily unavailable', {
      detail,
      cause: details.cause,
      headers: { 'retry-after': String(details.retryAfter ?? 1) },
    });
  }
}
