import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

/** One source file, its path relative to the repository with forward slashes. */
export interface SourceFile {
  readonly path: string;
  readonly source: string;
}

/** One import, export-from, `import()` or `require()` of a file. */
export interface ImportStatement {
  readonly line: number;
  readonly specifier: string;
  /** The text between `import` and `from`, `*` for a dynamic import, empty for a bare `import 'x'`. */
  readonly clause: string;
  readonly typeOnly: boolean;
}

/** Rooms whose files are read; tests may import anything, and nothing may import a test. */
export const ROOMS = ['infra', 'functions', 'lib', 'local', 'cli', 'bench', 'scripts'] as const;

const STATIC_IMPORT = /^[ \t]*import\s+((?:type\s+)?[\w$*{}\s,]+?)\s+from\s*(['"])([^'"\n]+)\2/gm;
const RE_EXPORT =
  /^[ \t]*export\s+((?:type\s+)?(?:\*(?:\s+as\s+[\w$]+)?|\{[^}]*\}))\s*from\s*(['"])([^'"\n]+)\2/gm;
const BARE_IMPORT = /^[ \t]*import\s*(['"])([^'"\n]+)\1/gm;
const CALLED_IMPORT = /\b(?:import|require|require\.resolve)\s*\(\s*(['"])([^'"\n]+)\1/g;

/** Spaces in place of a text, its lines kept. */
export const blank = (text: string): string => text.replace(/[^\n]/g, ' ');

/** A comment, or a string that may look as if it held one (`'src/**'`, `'https://…'`). */
export const COMMENT_OR_STRING =
  /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`/g;

/** Blanks comments, keeping every line where it is. */
const withoutComments = (source: string): string =>
  source.replace(COMMENT_OR_STRING, (token) => (token.startsWith('/') ? blank(token) : token));

/**
 * Reads the imports of a module: static, re-exported, bare, dynamic and required.
 *
 * @param source - text of a module as Biome formats it
 * @returns the imports in order of their line
 */
export const readImports = (source: string): readonly ImportStatement[] => {
  const code = withoutComments(source);
  const lineAt = (index: number): number => code.slice(0, index).split('\n').length;
  const found: ImportStatement[] = [];
  for (const pattern of [STATIC_IMPORT, RE_EXPORT]) {
    for (const match of code.matchAll(pattern)) {
      const clause = (match[1] ?? '').trim();
      const start = match.index + match[0].search(/\S/);
      found.push({
        line: lineAt(start),
        specifier: match[3] ?? '',
        clause,
        typeOnly: /^type\s/.test(clause),
      });
    }
  }
  for (const match of code.matchAll(BARE_IMPORT)) {
    const start = match.index + match[0].search(/\S/);
    found.push({ line: lineAt(start), specifier: match[2] ?? '', clause: '', typeOnly: false });
  }
  for (const match of code.matchAll(CALLED_IMPORT)) {
    found.push({ line: lineAt(match.index), specifier: match[2] ?? '', clause: '*', typeOnly: false });
  }
  return found.sort((left, right) => left.line - right.line);
};

/** The file that a relative import of a file names. */
export const targetOf = (path: string, { specifier }: ImportStatement): string =>
  posix.normalize(posix.join(posix.dirname(path), specifier));

const isSource = (name: string): boolean => /\.(?:ts|mts|cts|js|mjs|cjs|tsx)$/.test(name);

/**
 * Reads the sources of every room.
 *
 * @param root - absolute path of the repository
 */
export const readRooms = (root: string): readonly SourceFile[] =>
  ROOMS.filter((room) => existsSync(join(root, room))).flatMap((room) =>
    readdirSync(join(root, room), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && isSource(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => !path.includes('node_modules'))
      .sort()
      .map((path) => ({
        path: path.slice(root.length + 1).replaceAll('\\', '/'),
        source: readFileSync(path, 'utf8'),
      })),
  );
