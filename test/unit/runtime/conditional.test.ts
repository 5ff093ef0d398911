import { describe, expect, it } from 'vitest';
import {
  etagOf,
  matchPasses,
  noneMatchNames,
  respondConditionally,
} from '../../../lib/runtime/conditional.ts';

describe('entity tags', () => {
  it('are the same for the same text and differ for another', () => {
    expect(etagOf('a')).toBe(etagOf('a'));
    expect(etagOf('a')).not.toBe(etagOf('b'));
    expect(etagOf('a', { weak: true })).toBe(`W/${etagOf('a')}`);
  });

  it.each([
    ['"x"', '"x"', true],
    ['W/"x"', '"x"', true],
    ['"x"', 'W/"x"', true],
    ['"a", "x" , W/"y"', '"x"', true],
    ['"a,x"', '"x"', false],
    ['*', '"x"', true],
    ['x', '"x"', false],
    ['', '"x"', false],
    [undefined, '"x"', false],
  ])('If-None-Match: %s names %s: %s', (header, etag, named) => {
    expect(noneMatchNames(header, etag)).toBe(named);
  });

  it.each([
    [undefined, '"x"', true],
    ['"x"', '"x"', true],
    ['"a", "x"', '"x"', true],
    ['W/"x"', 'W/"x"', false],
    ['"y"', '"x"', false],
    ['*', '"x"', true],
    ['*', null, false],
    ['"x"', null, false],
  ])('If-Match: %s lets a change of %s pass: %s', (header, etag, passes) => {
    expect(matchPasses(header, etag)).toBe(passes);
  });

  it('make a 304 without a body for a client that is up to date', () => {
    const answer = { etag: '"x"', text: '{}' };
    expect(respondConditionally('"x"', answer)).toEqual({
      status: 304,
      headers: { etag: '"x"', 'cache-control': 'private, no-cache' },
    });
    expect(respondConditionally('"y"', answer)).toMatchObject({ status: 200, text: '{}' });
  });
});
