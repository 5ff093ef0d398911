import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanJson, needsCleaning, nestsDeeperThan } from '../../../lib/contracts/http/json-safety.ts';
import { failsOn } from '../law.ts';

const depthOf = (value: unknown): number =>
  typeof value === 'object' && value !== null
    ? 1 + Math.max(0, ...Object.values(value).map((element) => depthOf(element)))
    : 0;

describe('the depth of JSON text', () => {
  it('is found by scanning as it is by parsing, whatever stands in its strings', () => {
    const trickyText = fc.stringMatching(/^[[\]{}"\\a]{0,8}$/);
    const json = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'medium' },
        trickyText,
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(trickyText, tie('value'), { maxKeys: 3 }),
      ),
    })).value;
    const law = (scan: typeof nestsDeeperThan) =>
      fc.property(json, fc.integer({ min: 0, max: 8 }), (value, limit) => {
        return scan(JSON.stringify(value), limit) === depthOf(value) > limit;
      });
    fc.assert(law(nestsDeeperThan), { numRuns: 500 });
    // The planted bug counts brackets inside strings.
    const naive = (text: string, limit: number): boolean => {
      let depth = 0;
      let deepest = 0;
      for (const letter of text) {
        if (letter === '[' || letter === '{') depth += 1;
        if (letter === ']' || letter === '}') depth -= 1;
        deepest = Math.max(deepest, depth);
      }
      return deepest > limit;
    };
    expect(failsOn(law(naive))).toBe(true);
  });

  it('is bounded for text that is no JSON', () => {
    expect(nestsDeeperThan('"', 20)).toBe(false);
    expect(nestsDeeperThan('"\\', 20)).toBe(false);
    expect(nestsDeeperThan('['.repeat(1_000_000), 20)).toBe(true);
  });
});

describe('cleaning', () => {
  const polluted = (): unknown =>
    JSON.parse('{"a":{"__proto__":{"x":1},"b":[{"constructor":2,"c":3}]},"d":4}');

  it('returns the very value where nothing has to go', () => {
    const value = { a: [1, { b: 'x' }] };
    expect(cleanJson(value, 'refused').value).toBe(value);
  });

  it('drops keys that reach a prototype where unknown fields are ignored', () => {
    expect(cleanJson(polluted(), 'ignored')).toEqual({ value: { a: { b: [{ c: 3 }] }, d: 4 }, errors: [] });
  });

  it('refuses them elsewhere, each with its path', () => {
    expect(cleanJson(polluted(), 'refused').errors.map((error) => error.path)).toEqual([
      'a.__proto__',
      'a.b[0].constructor',
    ]);
  });

  it('never leaves a key behind that reaches a prototype', () => {
    const key = fc.oneof(fc.constantFrom('__proto__', 'constructor', 'prototype', 'traits'), fc.string());
    const value = fc.letrec((tie) => ({
      tree: fc.oneof(
        fc.integer(),
        fc.array(tie('tree')),
        fc.dictionary(key, tie('tree'), { noNullPrototype: true }),
      ),
    })).tree;
    const law = (cleaner: typeof cleanJson) =>
      fc.property(value, (tree) => {
        const text = JSON.stringify(cleaner(tree, 'ignored').value);
        return !/"(__proto__|constructor|prototype)":/.test(text);
      });
    fc.assert(law(cleanJson), { numRuns: 500 });
    // The planted bug looks at the outermost object only.
    const shallow: typeof cleanJson = (tree) => ({
      value:
        typeof tree === 'object' && tree !== null && !Array.isArray(tree)
          ? Object.fromEntries(
              Object.entries(tree).filter(([name]) => !/^(__proto__|constructor|prototype)$/.test(name)),
            )
          : tree,
      errors: [],
    });
    expect(failsOn(law(shallow))).toBe(true);
  });

  it.each([
    '{"__proto__":1}',
    '{"\\u005f_proto__":1}',
    '{"x":1e999}',
    '{"x":-1E+400}',
    `{"x":${'9'.repeat(310)}}`,
  ])('is never skipped for %s', (text) => {
    expect(needsCleaning(text)).toBe(true);
  });

  it('is skipped for what most clients send', () => {
    expect(needsCleaning('{"anonymousId":"a-1","price":12.99,"at":1.5e10}')).toBe(false);
  });
});
