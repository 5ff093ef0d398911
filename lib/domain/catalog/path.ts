/**
 * Where something stands in a definition, as people read it: `steps[2].wait.for`. The empty path is the
 * definition itself.
 */
export const formatPath = (segments: readonly (string | number)[]): string =>
  segments.reduce<string>((path, segment) => {
    if (typeof segment === 'number') return `${path}[${segment}]`;
    return path === '' ? segment : `${path}.${segment}`;
  }, '');

/** `inner` as seen from the definition, where it was told from `outer`. */
export const joinPath = (outer: string, inner: string): string => {
  if (outer === '' || inner === '') return outer + inner;
  return inner.startsWith('[') ? outer + inner : `${outer}.${inner}`;
};
