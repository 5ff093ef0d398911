import type { Plugin } from 'esbuild';
import { createOpenApiDocument } from '../lib/contracts/openapi.ts';
import { SERVICE_VERSION } from '../lib/contracts/version.ts';

/**
 * Makes the OpenAPI document where functions are bundled, and bundles its text in the place of what makes it: schemas
 * of every route, and their way into JSON Schema, which `lean` leaves out.
 */
export const madeDocuments: Plugin = {
  name: 'made-documents',
  setup: ({ onLoad }) => {
    onLoad({ filter: /[\\/]lib[\\/]contracts[\\/]openapi\.ts$/ }, () => {
      const text = JSON.stringify(createOpenApiDocument(SERVICE_VERSION));
      // As a text, which is read when it is asked for and not at every cold start.
      return {
        contents: `export const createOpenApiDocument = () => JSON.parse(${JSON.stringify(text)});`,
        loader: 'js',
      };
    });
  },
};
