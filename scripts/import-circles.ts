import { readImports, type SourceFile, targetOf } from './read-imports.ts';
import type { Violation } from './violation.ts';

interface Edge {
  readonly target: string;
  readonly line: number;
}

/** What each file imports of the others. */
const edgesOf = (files: readonly SourceFile[]): ReadonlyMap<string, readonly Edge[]> => {
  const known = new Set(files.map(({ path }) => path));
  return new Map(
    files.map(({ path, source }) => [
      path,
      readImports(source)
        .filter(({ specifier }) => specifier.startsWith('.'))
        .map((statement) => ({ target: targetOf(path, statement), line: statement.line }))
        .filter(({ target }) => known.has(target)),
    ]),
  );
};

/**
 * Finds files that import each other in a circle, types included: none of them can be read, or moved, without the others.
 *
 * @param files - sources with their paths relative to the repository
 * @returns for each circle the import that closes it, with the way round; empty when there is none
 */
export const findCircles = (files: readonly SourceFile[]): readonly Violation[] => {
  const edges = edgesOf(files);
  const done = new Set<string>();
  const found: Violation[] = [];

  const visit = (path: string, way: readonly string[]): void => {
    for (const { target, line } of edges.get(path) ?? []) {
      const start = way.indexOf(target);
      if (start >= 0) {
        const rule = `no circles: ${[...way.slice(start), target].join(' → ')}`;
        found.push({ path, line, target, rule });
      } else if (!done.has(target)) visit(target, [...way, target]);
    }
    done.add(path);
  };

  for (const { path } of files) if (!done.has(path)) visit(path, [path]);
  return found;
};
