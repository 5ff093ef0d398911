import type { Route } from '../contracts/routes.ts';

type Headers = Readonly<Record<string, string>>;

const ALLOWED_HEADERS =
  'authorization, content-type, content-encoding, idempotency-key, if-none-match, traceparent, x-identity-token, x-request-id';
const EXPOSED_HEADERS = 'etag, retry-after, traceparent, x-request-id';

/** How long a browser may remember a preflight: two hours, the most that Chromium keeps one. */
const PREFLIGHT_SECONDS = 7200;

/** Whether browsers of any site call this route: with a publishable key, or without one. */
const isForBrowsers = (route: Route): boolean => route.keys === null || route.keys.includes('publishable');

/** Whether one of the routes of a path may be called by a browser. */
export const anyForBrowsers = (routes: readonly Route[]): boolean => routes.some(isForBrowsers);

/**
 * What a preflight is answered with, for any origin: which key will come is not known yet, and the request that
 * follows enforces its key's origins.
 */
export const preflightHeaders = (origin: string | undefined, routes: readonly Route[]): Headers => ({
  'access-control-allow-origin': origin ?? '*',
  'access-control-allow-methods': routes.map((route) => route.method).join(', '),
  'access-control-allow-headers': ALLOWED_HEADERS,
  'access-control-max-age': String(PREFLIGHT_SECONDS),
  vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers',
});

/** What lets a page at `origin` read an answer, problems included. No credentials: keys are sent by hand. */
export const corsHeaders = (origin: string | undefined, routes: readonly Route[]): Headers => {
  if (!anyForBrowsers(routes)) return {};
  if (origin === undefined) return { vary: 'Origin' };
  return {
    'access-control-allow-origin': origin,
    'access-control-expose-headers': EXPOSED_HEADERS,
    vary: 'Origin',
  };
};

/**
 * Whether a key may be used from where the request comes. Without an `Origin` it does not come from another
 * site's page (an app, a server, a page's own GET), and a key's binding to origins has nothing to say.
 */
export const originAllowed = (origin: string | undefined, bound: readonly string[] | undefined): boolean =>
  origin === undefined ||
  bound === undefined ||
  bound.some((one) => one.toLowerCase() === origin.toLowerCase());
