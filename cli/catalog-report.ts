import {
  type CatalogFileError,
  type CatalogFiles,
  formatFileError,
  readCatalog,
} from '../lib/adapters/catalog-files/read-catalog.ts';
import { toFinding } from '../lib/contracts/catalog/definition.ts';
import type { Finding } from '../lib/domain/catalog/definition.ts';
import { CommandFailure, type Console, EXIT_REFUSED, printJson } from './console.ts';

export type GoodFiles = CatalogFiles & { readonly ok: true };

/** One thing that is wrong or doubtful, with its place in the files. */
export interface PlacedFinding extends Omit<Finding, 'evidence'> {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly evidence: Finding['evidence'];
}

/** Puts findings where they stand. */
export const place = (
  findings: readonly Finding[],
  files: GoodFiles,
  location: string,
): readonly PlacedFinding[] =>
  findings.map((finding) => ({
    ...(files.locate(finding) ?? { file: location, line: 1, column: 1 }),
    ...finding,
  }));

/** `catalog/shop.yaml:12:5: error: offer ten: limits: … (offer-unbounded)`. */
const formatFinding = ({
  file,
  line,
  column,
  severity,
  kind,
  id,
  path,
  message,
  code,
}: PlacedFinding): string => {
  const parts = [severity, `${kind} ${id}`, path, message].filter((part) => part !== '');
  return `${file}:${line}:${column}: ${parts.join(': ')} (${code})`;
};

const plural = (count: number, word: string): string =>
  `${count === 0 ? 'no' : count} ${word}${count === 1 ? '' : 's'}`;

/** What was found, in one line: `21 definitions, no errors, 1 warning`. */
export const summarise = (definitions: number, findings: readonly Finding[]): string => {
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  return [
    plural(definitions, 'definition'),
    plural(errors, 'error'),
    plural(findings.length - errors, 'warning'),
  ].join(', ');
};

/** Prints findings, errors and warnings alike, to where results go. */
export const printFindings = ({ out }: Console, findings: readonly PlacedFinding[]): void => {
  for (const finding of findings) out(`${formatFinding(finding)}\n`);
};

const asFinding = ({ file, line, column, ...error }: CatalogFileError): PlacedFinding => ({
  file,
  line,
  column,
  ...toFinding(error),
});

/**
 * Reads a catalog's files.
 *
 * @throws CommandFailure after printing what can't be read, each with file, line and column
 */
export const readCatalogOrFail = async (
  location: string,
  console: Console,
  json: boolean,
): Promise<GoodFiles> => {
  const files = await readCatalog(location);
  if (files.ok) return files;
  if (json) printJson(console, { valid: false, definitions: 0, findings: files.errors.map(asFinding) });
  else for (const error of files.errors) console.out(`${formatFileError(error)}\n`);
  throw new CommandFailure(`${plural(files.errors.length, 'error')} in ${location}`, EXIT_REFUSED);
};
