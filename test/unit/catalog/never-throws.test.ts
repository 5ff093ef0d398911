import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDefinitions } from '../../../lib/contracts/catalog/definition.ts';
import { compileCatalog } from '../../../lib/domain/catalog/compile.ts';
import { EVERY_KIND } from './every-kind.ts';
import { documents, published } from './support.ts';

const valid = documents(EVERY_KIND);

/** Every place in a value, as a path. */
const placesIn = (value: unknown, path: readonly string[] = []): readonly (readonly string[])[] =>
  typeof value === 'object' && value !== null
    ? [path, ...Object.entries(value).flatMap(([key, child]) => placesIn(child, [...path, key]))]
    : [path];

const replaced = (value: unknown, [key, ...rest]: readonly string[], by: unknown): unknown => {
  if (key === undefined) return by;
  if (Array.isArray(value)) {
    return value.map((child, index) => (String(index) === key ? replaced(child, rest, by) : child));
  }
  return { ...Object(value), [key]: replaced(Reflect.get(Object(value), key), rest, by) };
};

const places = valid.flatMap((definition, index) => placesIn(definition).map((path) => ({ index, path })));

/** The catalog of every kind, with other things in a few places. */
const mutated = fc
  .array(
    fc.record({
      place: fc.constantFrom(...places),
      by: fc.oneof(
        fc.jsonValue({ maxDepth: 3 }),
        fc.constantFrom(
          'P1D',
          'a',
          '{{ x',
          '{{ visitor.traits.name }}',
          1,
          { $gte: 1 },
          { segment: 'vip' },
          [],
        ),
      ),
    }),
    { minLength: 1, maxLength: 3 },
  )
  .map((changes) =>
    changes.reduce<readonly unknown[]>(
      (all, { place, by }) =>
        all.map((definition, index) =>
          index === place.index ? replaced(definition, place.path, by) : definition,
        ),
      valid,
    ),
  );

describe('a catalog with anything in it', () => {
  it('is answered, whatever the definitions are', () => {
    fc.assert(
      fc.property(
        fc.array(fc.anything({ withNullPrototype: true, withBigInt: true }), { maxLength: 3 }),
        (values) => {
          const parsed = parseDefinitions(values);
          expect(parsed.ok ? parsed.definitions.length : parsed.errors.length > 0).toBe(
            parsed.ok ? values.length : true,
          );
        },
      ),
      { numRuns: 500 },
    );
  });

  it('compiles, or says what stands in the way', () => {
    fc.assert(
      fc.property(mutated, (values) => {
        const parsed = parseDefinitions(values);
        if (!parsed.ok) {
          expect(parsed.errors.every(({ message, index }) => message !== '' && index < values.length)).toBe(
            true,
          );
          return;
        }
        const { catalog, findings } = compileCatalog(parsed.definitions, published);
        expect(catalog === null).toBe(findings.some((finding) => finding.severity === 'error'));
      }),
      { numRuns: 300 },
    );
  });
});
