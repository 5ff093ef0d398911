import { ROUTES, type Route } from '../../lib/contracts/routes.ts';
import { anyForBrowsers } from '../../lib/runtime/cors.ts';

/** What the gateway makes of method and path. */
export type Routing =
  | {
      readonly kind: 'found';
      readonly route: Route;
      /** `POST /v1/decide`, as the function sees it. */
      readonly routeKey: string;
      readonly pathParameters: { readonly [name: string]: string };
    }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'wrong-method'; readonly allow: readonly string[] };

interface Candidate {
  readonly route: Route;
  readonly pattern: RegExp;
  readonly names: readonly string[];
}

const candidateOf = (route: Route): Candidate => {
  const names: string[] = [];
  const source = route.path
    .split('/')
    .map((segment) => {
      const name = /^\{(.+)\}$/.exec(segment)?.[1];
      if (name === undefined) {
        return segment.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
      }
      names.push(name);
      return '([^/]+)';
    })
    .join('/');
  return { route, pattern: new RegExp(`^${source}$`), names };
};

const CANDIDATES: readonly Candidate[] = ROUTES.map(candidateOf);

const decode = (value: string): string => {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
};

const parametersOf = (candidate: Candidate, path: string): { readonly [name: string]: string } => {
  const values = candidate.pattern.exec(path)?.slice(1) ?? [];
  return Object.fromEntries(candidate.names.map((name, index) => [name, decode(values[index] ?? '')]));
};

/**
 * Finds the route. A browser's preflight (`OPTIONS`) goes to the function of a path that browsers call, since it
 * answers for the origins.
 *
 * @param path as in the request line, percent-encoded, without the query
 */
export const findRoute = (method: string, path: string): Routing => {
  const onPath = CANDIDATES.filter((candidate) => candidate.pattern.test(path));
  const match =
    onPath.find((candidate) => candidate.route.method === method) ??
    (method === 'OPTIONS' ? onPath.find((candidate) => anyForBrowsers([candidate.route])) : undefined);
  if (match !== undefined) {
    return {
      kind: 'found',
      route: match.route,
      routeKey: `${method} ${match.route.path}`,
      pathParameters: parametersOf(match, path),
    };
  }
  return onPath.length === 0
    ? { kind: 'unknown' }
    : { kind: 'wrong-method', allow: [...new Set(onPath.map((candidate) => candidate.route.method))] };
};
