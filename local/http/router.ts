import { type ApiFunction, ROUTES, type Route } from '../../lib/contracts/routes.ts';
import { createRouter } from '../../lib/runtime/router.ts';

/** Where the gateway hands a request, and what it tells the function of it. */
export interface Routing {
  readonly function: ApiFunction;
  /** `POST /v1/decide`; `$default` for what no route takes. */
  readonly routeKey: string;
  /** Decoded, as API Gateway hands them over. */
  readonly pathParameters: { readonly [name: string]: string };
  /** The routes of the path, whatever the method. */
  readonly onPath: readonly Route[];
}

const match = createRouter(ROUTES);

/**
 * Finds the function for a request. What no route takes (an unknown path, another method, a browser's preflight)
 * goes to the one behind `$default`, as in the cloud.
 *
 * @param path as in the request line, percent-encoded, without the query
 */
export const findRoute = (method: string, path: string): Routing => {
  const found = match(path);
  const route = found?.routes.find((candidate) => candidate.method === method);
  return {
    function: route?.function ?? 'describe-service',
    routeKey: route === undefined ? '$default' : `${method} ${route.path}`,
    pathParameters: route === undefined ? {} : (found?.params ?? {}),
    onPath: found?.routes ?? [],
  };
};
