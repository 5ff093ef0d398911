import { describe, expect, it } from 'vitest';
import {
  asksForExplanation,
  decideRequestSchema,
  placementLimits,
  toCart,
} from '../../../lib/contracts/http/decide.ts';
import { fieldErrors } from '../../../lib/contracts/http/field-error.ts';
import { journeyQuerySchema, placementsOf } from '../../../lib/contracts/http/journey.ts';

const pathsOf = (body: unknown): readonly string[] => {
  const result = decideRequestSchema.safeParse(body);
  return result.success ? [] : fieldErrors(result.error.issues).map((error) => error.path);
};

const line = { id: 'l1', sku: 'LIP-01', quantity: 1, unitPrice: 100 };
const withCart = (cart: object) => ({
  anonymousId: 'a',
  cart: { id: 'c', currency: 'EUR', lines: [line], ...cart },
});
const withLine = (changes: object) => withCart({ lines: [{ ...line, ...changes }] });

describe('a decide request', () => {
  it('needs somebody to decide for, and nothing else', () => {
    expect(pathsOf({ anonymousId: 'a' })).toEqual([]);
    expect(pathsOf({ userId: 'u' })).toEqual([]);
    expect(pathsOf({})).toEqual(['anonymousId']);
  });

  it.each<[string, unknown, string[]]>([
    ['an unknown field', { anonymousId: 'a', foo: 1 }, ['foo']],
    ['an unknown option', { anonymousId: 'a', options: { foo: 1 } }, ['options.foo']],
    ['an unknown field of a cart', withCart({ foo: 1 }), ['cart.foo']],
    ['an unknown field of a line', withLine({ foo: 1 }), ['cart.lines[0].foo']],
    [
      'an unknown field of a placement',
      { anonymousId: 'a', placements: [{ id: 'x', foo: 1 }] },
      ['placements[0].foo'],
    ],
    ['a placement that is a number', { anonymousId: 'a', placements: [1] }, ['placements[0]']],
    ['a limit of none', { anonymousId: 'a', placements: [{ id: 'x', limit: 0 }] }, ['placements[0].limit']],
    [
      '51 placements',
      { anonymousId: 'a', placements: Array.from({ length: 51 }, () => 'x') },
      ['placements'],
    ],
    ['101 events', { anonymousId: 'a', events: Array.from({ length: 101 }, () => ({})) }, ['events']],
    ['a currency that is none', withCart({ currency: 'EUX' }), ['cart.currency']],
    ['a currency in lower case', withCart({ currency: 'eur' }), ['cart.currency']],
    ['a quantity of none', withLine({ quantity: 0 }), ['cart.lines[0].quantity']],
    ['half a quantity', withLine({ quantity: 0.5 }), ['cart.lines[0].quantity']],
    ['a negative price', withLine({ unitPrice: -1 }), ['cart.lines[0].unitPrice']],
    ['a price in major units', withLine({ unitPrice: 12.99 }), ['cart.lines[0].unitPrice']],
    ['a price of 1e308', withLine({ unitPrice: 1e308 }), ['cart.lines[0].unitPrice', 'cart.lines']],
    ['a price as text', withLine({ unitPrice: '12' }), ['cart.lines[0].unitPrice']],
    ['negative shipping', withCart({ shipping: -1 }), ['cart.shipping']],
    ['two lines with one id', withCart({ lines: [line, line] }), ['cart.lines[1].id']],
    ['a sum beyond 2^53', withLine({ quantity: 2, unitPrice: Number.MAX_SAFE_INTEGER }), ['cart.lines']],
    ['attributes that are a list', withLine({ attributes: [] }), ['cart.lines[0].attributes']],
    ['a locale that is a number', { anonymousId: 'a', context: { locale: 1 } }, ['context.locale']],
    ['null for an id', { anonymousId: null, userId: 'u' }, ['anonymousId']],
  ])('refuses %s with its path', (_what, body, paths) => {
    expect(pathsOf(body)).toEqual(paths);
  });

  it('takes anything inside context and attributes', () => {
    const body = { ...withLine({ attributes: { size: { eu: 38 } } }), context: { any: { thing: [1] } } };
    expect(pathsOf(body)).toEqual([]);
  });

  it('takes 500 lines and refuses 501', () => {
    const lines = (count: number) =>
      Array.from({ length: count }, (_, index) => ({ ...line, id: `l${index}` }));
    expect(pathsOf(withCart({ lines: lines(500) }))).toEqual([]);
    expect(pathsOf(withCart({ lines: lines(501) }))).toEqual(['cart.lines']);
  });

  it('gives the domain a cart with all that it counts on', () => {
    expect(toCart({ currency: 'EUR', lines: [line] })).toEqual({
      id: 'cart',
      currency: 'EUR',
      lines: [{ ...line, attributes: {} }],
      updatedAt: null,
    });
  });

  it('asks for one item a placement, and for the most where one is named twice', () => {
    const placements = ['a', { id: 'b', limit: 4 }, { id: 'a', limit: 2 }, 'b'];
    expect([...placementLimits({ placements })]).toEqual([
      ['a', 2],
      ['b', 4],
    ]);
    expect(placementLimits({}).size).toBe(0);
  });

  it.each([
    [{ options: { explain: true } }, true],
    [{ options: { explain: false } }, false],
    [{ options: { explain: 'true' } }, false],
    [{ options: null }, false],
    [null, false],
    ['x', false],
  ])('tells of a body of any shape whether it asks for an explanation: %j', (body, asks) => {
    expect(asksForExplanation(body)).toBe(asks);
  });
});

describe('a journey query', () => {
  it('names placements with commas', () => {
    expect(placementsOf({ placements: 'a, b,,a' })).toEqual(['a', 'b']);
    expect(placementsOf({})).toEqual([]);
  });

  it('needs somebody, and refuses parameters that it does not know', () => {
    expect(journeyQuerySchema.safeParse({ anonymousId: 'a', placements: 'x' }).success).toBe(true);
    expect(journeyQuerySchema.safeParse({ placements: 'x' }).success).toBe(false);
    expect(journeyQuerySchema.safeParse({ anonymousId: 'a', foo: 'x' }).success).toBe(false);
  });
});
