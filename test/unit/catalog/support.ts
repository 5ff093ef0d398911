import { parseAllDocuments } from 'yaml';
import { type DefinitionError, parseDefinitions } from '../../../lib/contracts/catalog/definition.ts';
import { type Compilation, compileCatalog } from '../../../lib/domain/catalog/compile.ts';
import type { CompiledCatalog } from '../../../lib/domain/catalog/compiled.ts';
import type { Definition } from '../../../lib/domain/catalog/definition.ts';
import type { Facts } from '../../../lib/domain/condition/facts.ts';

/** The documents of a YAML text. */
export const documents = (yaml: string): readonly unknown[] => {
  const parsed = parseAllDocuments(yaml);
  return 'empty' in parsed ? [] : parsed.map((document): unknown => document.toJS());
};

/** Definitions that the test knows to be right. */
export const definitionsOf = (values: readonly unknown[]): readonly Definition[] => {
  const parsed = parseDefinitions(values);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return parsed.definitions;
};

/** What is wrong with definitions, as `path: message`. */
export const refusals = (values: readonly unknown[]): readonly string[] => {
  const parsed = parseDefinitions(values);
  return parsed.ok ? [] : parsed.errors.map(({ path, message }: DefinitionError) => `${path}: ${message}`);
};

export const published = { version: 7, publishedAt: Date.UTC(2026, 10, 22) };

export const compile = (
  yaml: string,
  options: { force?: boolean; samples?: readonly Facts[] } = {},
): Compilation => compileCatalog(definitionsOf(documents(yaml)), { ...published, ...options });

/** The codes of a catalog's findings with where they are, without those that only say that a kind doesn't run. */
export const findings = (yaml: string, samples?: readonly Facts[]): readonly string[] =>
  compile(yaml, samples === undefined ? {} : { samples })
    .findings.filter((finding) => finding.code !== 'not-yet-run')
    .map(({ severity, code, kind, id, path }) => `${severity} ${code} ${kind}/${id} ${path}`.trim());

/** A catalog that the test knows to compile. */
export const catalogOf = (definitions: readonly Definition[]): CompiledCatalog => {
  const { catalog, findings: found } = compileCatalog(definitions, published);
  if (catalog === null) throw new Error(JSON.stringify(found));
  return catalog;
};
