import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { schemaFiles } from '../../../lib/contracts/catalog/json-schema.ts';

const directory = new URL('../../../catalog/schema/', import.meta.url);

describe('the JSON Schemas for editors', () => {
  it.each(schemaFiles())(
    '$name says what the validating schema says (npm run generate)',
    ({ name, text }) => {
      expect(readFileSync(new URL(name, directory), 'utf8')).toBe(text);
    },
  );

  it('are all generated', () => {
    expect(readdirSync(directory).sort()).toEqual(
      schemaFiles()
        .map((file) => file.name)
        .sort(),
    );
  });
});
