import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const filesIn = (directory: string): readonly string[] =>
  readdirSync(new URL(`../../../${directory}/functions/events/`, import.meta.url)).sort();

describe('stand-ins for the functions', () => {
  it.each(['bench/http', 'test/e2e/local/fixtures'])(
    'in %s are complete: the service loads each by its name',
    (directory) => {
      expect(filesIn(directory)).toEqual(expect.arrayContaining([...filesIn('.')]));
    },
  );
});
