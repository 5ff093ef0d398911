import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { parseDefinitions } from '../../contracts/catalog/definition.ts';
import type { Definition, Finding } from '../../domain/catalog/definition.ts';
import { type Position, parseCatalogText, type WrittenDefinition } from './document.ts';

/** What is wrong in a catalog's files, and where. */
export interface CatalogFileError extends Position {
  /** As given, or below the directory that was given. */
  readonly file: string;
  readonly kind: string;
  readonly id: string;
  /** Inside the definition; empty where the file itself is wrong. */
  readonly path: string;
  /** What was expected. */
  readonly message: string;
}

/** Where a finding about a catalog read from files stands. */
export interface FilePosition extends Position {
  readonly file: string;
}

export type CatalogFiles =
  | {
      readonly ok: true;
      readonly definitions: readonly Definition[];
      /** Null where the finding is about none of the definitions read. */
      readonly locate: (finding: Pick<Finding, 'kind' | 'id' | 'path'>) => FilePosition | null;
    }
  | { readonly ok: false; readonly errors: readonly CatalogFileError[] };

const EXTENSION = /\.(?:ya?ml|json)$/;
const SCHEMA = /\.schema\.json$/;
/** Largest file that is read, bytes. */
const MAX_FILE_BYTES = 20_000_000;

/**
 * Reads all definitions of a file, or of a directory's `.yaml`, `.yml` and `.json` files at any depth, in the
 * order of their paths. What can't be read or doesn't validate is answered with file, line, path and what was
 * expected; nothing is thrown.
 */
export const readCatalog = async (location: string): Promise<CatalogFiles> => {
  const listed = await listFiles(location);
  if (!listed.ok) return { ok: false, errors: [errorAbout(location, listed.message)] };
  const written: WrittenDefinition[] = [];
  const errors: CatalogFileError[] = [];
  for (const file of listed.files) {
    const name = file.name;
    const text = await readText(file.path);
    if (!text.ok) {
      errors.push(errorAbout(name, text.message));
      continue;
    }
    const parsed = parseCatalogText(name, text.text);
    written.push(...parsed.definitions);
    for (const { line, column, message } of parsed.problems) {
      errors.push({ ...errorAbout(name, message), line, column });
    }
  }
  const checked = parseDefinitions(written.map((one) => one.value));
  if (!checked.ok) {
    for (const { index, kind, id, path, message } of checked.errors) {
      const one = written[index];
      const position = one?.locate(path) ?? { line: 1, column: 1 };
      errors.push({ file: one?.file ?? location, ...position, kind, id, path, message });
    }
    return { ok: false, errors };
  }
  if (errors.length > 0) return { ok: false, errors };
  if (written.length === 0) {
    return {
      ok: false,
      errors: [errorAbout(location, 'expected definitions in .yaml, .yml or .json files, found none')],
    };
  }
  return { ok: true, definitions: checked.definitions, locate: locatorOf(checked.definitions, written) };
};

/** An error as one line: `catalog/shop.yaml:12:5 experience hero: limit.per: expected …`. */
export const formatFileError = (error: CatalogFileError): string => {
  const about = [error.kind, error.id].filter((part) => part !== '').join(' ');
  const parts = [about, error.path, error.message].filter((part) => part !== '');
  return `${error.file}:${error.line}:${error.column} ${parts.join(': ')}`;
};

const errorAbout = (file: string, message: string): CatalogFileError => ({
  file,
  line: 1,
  column: 1,
  kind: '',
  id: '',
  path: '',
  message,
});

/** Of an id that stands twice, the last place: the first is the one that people meant to keep. */
const locatorOf = (definitions: readonly Definition[], written: readonly WrittenDefinition[]) => {
  const places = new Map(
    definitions.map((definition, position) => [`${definition.kind} ${definition.id}`, written[position]]),
  );
  return (finding: Pick<Finding, 'kind' | 'id' | 'path'>): FilePosition | null => {
    const place = places.get(`${finding.kind} ${finding.id}`);
    return place === undefined ? null : { file: place.file, ...place.locate(finding.path) };
  };
};

interface CatalogFile {
  readonly path: string;
  readonly name: string;
}

type Listed =
  | { readonly ok: true; readonly files: readonly CatalogFile[] }
  | { readonly ok: false; readonly message: string };

const listFiles = async (location: string): Promise<Listed> => {
  try {
    const found = await stat(location);
    if (found.isFile()) return { ok: true, files: [{ path: location, name: location }] };
    if (!found.isDirectory()) return { ok: false, message: 'expected a file or a directory' };
    const entries = await readdir(location, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile() && EXTENSION.test(entry.name) && !SCHEMA.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => !isHidden(relative(location, path)))
      .sort();
    return { ok: true, files: files.map((path) => ({ path, name: path })) };
  } catch (error) {
    return { ok: false, message: reasonOf(error) };
  }
};

const isHidden = (path: string): boolean =>
  path.split(/[/\\]/).some((part) => part.startsWith('.') || part === 'node_modules');

const reasonOf = (error: unknown): string => {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  switch (code) {
    case 'ENOENT':
      return 'expected a file or a directory, found nothing';
    case 'EACCES':
    case 'EPERM':
      return 'expected a file or a directory that may be read';
    default:
      return error instanceof Error ? error.message : String(error);
  }
};

const readText = async (
  path: string,
): Promise<
  { readonly ok: true; readonly text: string } | { readonly ok: false; readonly message: string }
> => {
  try {
    const { size } = await stat(path);
    if (size > MAX_FILE_BYTES) return { ok: false, message: `expected at most ${MAX_FILE_BYTES} bytes` };
    const text = await readFile(path, 'utf8');
    return { ok: true, text: text.startsWith('\uFEFF') ? text.slice(1) : text };
  } catch (error) {
    return { ok: false, message: reasonOf(error) };
  }
};
