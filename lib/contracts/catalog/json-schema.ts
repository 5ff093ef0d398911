import * as z from 'zod';
import { definitionSchema, KIND_SCHEMAS } from './definition.ts';

/** A generated file: its name below `catalog/schema`, and its text. */
export interface SchemaFile {
  readonly name: string;
  readonly text: string;
}

const textOf = (schema: z.ZodType, title: string): string => {
  const generated = z.toJSONSchema(schema, {
    target: 'draft-2020-12',
    io: 'input',
    // Conditions and content are any JSON of their shape; what is checked beyond it needs the compiler.
    unrepresentable: 'any',
  });
  return `${JSON.stringify({ ...generated, title }, null, 2)}\n`;
};

/**
 * JSON Schemas for editors: one for each kind, and `definition.schema.json` for files that mix them. Written by
 * `npm run generate`; a test fails when they drift from the schemas that validate.
 */
export const schemaFiles = (): readonly SchemaFile[] => [
  ...Object.entries(KIND_SCHEMAS).map(([kind, schema]) => ({
    name: `${kind}.schema.json`,
    text: textOf(schema, `Wend catalog: ${kind}`),
  })),
  { name: 'definition.schema.json', text: textOf(definitionSchema, 'Wend catalog: any definition') },
];
