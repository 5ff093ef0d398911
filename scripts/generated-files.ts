import { schemaFiles } from '../lib/contracts/catalog/json-schema.ts';
import { createOpenApiDocument } from '../lib/contracts/openapi.ts';
import { SERVICE_VERSION } from '../lib/contracts/version.ts';

/** A file that is made of the schemas and committed. */
export interface GeneratedFile {
  /** Relative to the repository, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

const toText = (document: unknown): string => `${JSON.stringify(document, null, 2)}\n`;

/** Every generated file, as it should be. */
export const generatedFiles = async (): Promise<readonly GeneratedFile[]> => [
  { path: 'docs/openapi.json', text: toText(createOpenApiDocument(SERVICE_VERSION)) },
  ...schemaFiles().map(({ name, text }) => ({ path: `catalog/schema/${name}`, text })),
];
