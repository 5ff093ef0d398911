import type { Route } from '../contracts/routes.ts';

/** All routes of one path, with the parameters that the path carries. */
export interface PathMatch {
  readonly routes: readonly Route[];
  readonly params: { readonly [name: string]: string };
}

interface Pattern {
  readonly expression: RegExp;
  readonly names: readonly string[];
  readonly routes: readonly Route[];
}

const patternOf = (path: string, routes: readonly Route[]): Pattern => {
  const names = [...path.matchAll(/\{([A-Za-z]+)\}/g)].map(([, name = '']) => name);
  const source = path
    .split(/\{[A-Za-z]+\}/)
    .map((literal) => literal.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('([^/]+)');
  return { expression: new RegExp(`^${source}$`), names, routes };
};

const decode = (part: string): string | null => {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
};

const paramsOf = (pattern: Pattern, values: readonly string[]): PathMatch['params'] | null => {
  const params: Record<string, string> = {};
  for (const [index, name] of pattern.names.entries()) {
    const value = decode(values[index] ?? '');
    if (value === null) return null;
    params[name] = value;
  }
  return params;
};

/** Finds the routes of a path, its parameters decoded; `null` where there is none. */
export const createRouter = (routes: readonly Route[]): ((path: string) => PathMatch | null) => {
  const byPath = Map.groupBy(routes, (route) => route.path);
  const patterns = [...byPath]
    .filter(([path]) => path.includes('{'))
    .map(([path, itsRoutes]) => patternOf(path, itsRoutes));
  return (path) => {
    const literal = path.includes('{') ? undefined : byPath.get(path);
    if (literal !== undefined) return { routes: literal, params: {} };
    for (const pattern of patterns) {
      const [match, ...values] = pattern.expression.exec(path) ?? [];
      const params = match === undefined ? null : paramsOf(pattern, values);
      if (params !== null) return { routes: pattern.routes, params };
    }
    return null;
  };
};
