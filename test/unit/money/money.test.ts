import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allocate, allocateInto } from '../../../lib/domain/money/allocate.ts';
import { currencies, currencyExponent } from '../../../lib/domain/money/currency.ts';
import { toMinorUnits } from '../../../lib/domain/money/minor-units.ts';
import { divideRounded, permyriadOf, shareOf } from '../../../lib/domain/money/percentage.ts';
import { failsOn } from '../law.ts';

describe('currencies', () => {
  it('have the decimals of ISO 4217', () => {
    expect(['JPY', 'KRW', 'EUR', 'HUF', 'USD', 'KWD', 'TND', 'CLF', 'UYW'].map(currencyExponent)).toEqual([
      0, 0, 2, 2, 2, 3, 3, 4, 4,
    ]);
    expect(currencies.length).toBeGreaterThan(160);
    expect(new Set(currencies).size).toBe(currencies.length);
    expect(currencies.every((code) => /^[A-Z]{3}$/.test(code))).toBe(true);
  });

  it('that do not exist have none', () => {
    for (const code of ['XXX', 'XAU', 'eur', '', 'toString', '__proto__'])
      expect(currencyExponent(code)).toBeNull();
  });
});

describe('major to minor units', () => {
  it('take the shortest decimal and round half away from zero', () => {
    const cases: [number | string, string, number][] = [
      [1.005, 'EUR', 101],
      [-1.005, 'EUR', -101],
      [1.115, 'USD', 112],
      [19.99, 'EUR', 1999],
      [0.1 + 0.2, 'EUR', 30],
      [35.79, 'USD', 3579],
      [1234.5, 'JPY', 1235],
      [1.0005, 'KWD', 1001],
      [1.00005, 'CLF', 10001],
      ['12.345', 'EUR', 1235],
      ['.5', 'EUR', 50],
      ['5.', 'EUR', 500],
      ['1e3', 'EUR', 100000],
      [1e-7, 'EUR', 0],
      [-0, 'EUR', 0],
      ['-0.001', 'EUR', 0],
      ['0.00499999999999999999999999999999', 'EUR', 0],
      ['90071992547409.91', 'EUR', 9007199254740991],
    ];
    for (const [value, currency, amount] of cases) {
      expect(toMinorUnits(value, currency), String(value)).toEqual({ ok: true, amount });
    }
  });

  it('refuse what is no amount', () => {
    for (const value of [
      Number.NaN,
      Number.POSITIVE_INFINITY,
      '',
      '.',
      'e5',
      '1,5',
      '0x10',
      '1 2',
      '9'.repeat(100),
    ]) {
      expect(toMinorUnits(value, 'EUR'), String(value)).toEqual({ ok: false, error: 'not-a-number' });
    }
    for (const value of [1e308, -1e308, 2 ** 53, '90071992547409.92', '1e999999']) {
      expect(toMinorUnits(value, 'EUR'), String(value)).toEqual({ ok: false, error: 'too-large' });
    }
    expect(toMinorUnits(1, 'XXX')).toEqual({ ok: false, error: 'unknown-currency' });
  });

  const agreesWithIntegers = (convert: (value: number) => number) =>
    fc.property(fc.integer({ min: -1e12, max: 1e12 }), (cents) => convert(Number(`${cents}e-2`)) === cents);
  const inCents = (value: number): number => {
    const result = toMinorUnits(value, 'EUR');
    return result.ok ? result.amount : Number.NaN;
  };

  it('name every amount of cents exactly', () => {
    fc.assert(agreesWithIntegers(inCents));
    expect(failsOn(agreesWithIntegers((value) => Math.trunc(value * 100)))).toBe(true);
  });
});

describe('percentages', () => {
  const bigShare = (amount: number, permyriad: number): number => {
    const product = BigInt(amount) * BigInt(permyriad);
    return Number((product * 2n + 10_000n) / 20_000n);
  };
  const exactShare = (share: typeof shareOf) =>
    fc.property(
      fc.maxSafeNat(),
      fc.integer({ min: 1, max: 10_000 }),
      (amount, permyriad) => share(amount, permyriad) === bigShare(amount, permyriad),
    );

  it('are exact for every amount that a float holds', () => {
    fc.assert(exactShare(shareOf));
    expect(failsOn(exactShare((amount, permyriad) => Math.round((amount * permyriad) / 10_000)))).toBe(true);
  });

  it('have two decimals and round half away from zero', () => {
    expect(permyriadOf(12.34)).toBe(1234);
    expect(permyriadOf(1.15)).toBe(115);
    expect(shareOf(5, 1000)).toBe(1);
    expect(shareOf(-5, 1000)).toBe(-1);
    expect(divideRounded(-1, 2)).toBe(-1);
    expect(divideRounded(1, 3)).toBe(0);
    expect(shareOf(9_007_199_254_740_991, 10_000)).toBe(9_007_199_254_740_991);
  });
});

type Allocate = (total: number, weights: readonly number[]) => readonly number[];

const weightsOf = (max: number) => fc.array(fc.integer({ min: 0, max }), { minLength: 1, maxLength: 12 });
const problem = fc.oneof(
  fc.record({ total: fc.integer({ min: 0, max: 1000 }), weights: weightsOf(50) }),
  fc.record({ total: fc.integer({ min: 0, max: 2 ** 50 }), weights: weightsOf(2 ** 45) }),
);
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
/** Gives the rest to the first, as rounding each part down and fixing the sum would. */
const restToFirst: Allocate = (total, weights) => {
  const parts = weights.map((weight) => Math.floor((total * weight) / Math.max(1, sum(weights))));
  return parts.map((part, index) => (index === 0 ? part + total - sum(parts) : part));
};
const roundEach: Allocate = (total, weights) =>
  weights.map((weight) => Math.round((total * weight) / Math.max(1, sum(weights))));

describe('allocation', () => {
  const addsUp = (split: Allocate) =>
    fc.property(
      problem,
      ({ total, weights }) => sum(split(total, weights)) === (sum(weights) === 0 ? 0 : total),
    );
  const withinOne = (split: Allocate) =>
    fc.property(problem, ({ total, weights }) => {
      const whole = BigInt(sum(weights));
      return split(total, weights).every((part, index) => {
        const distance = BigInt(part) * whole - BigInt(total) * BigInt(weights[index] ?? 0);
        return whole === 0n ? part === 0 : distance < whole && -distance < whole;
      });
    });
  const anyOrder = (split: Allocate) =>
    fc.property(problem, ({ total, weights }) => {
      const sorted = (parts: readonly number[], by: readonly number[]) =>
        parts
          .map((part, index) => `${by[index]}:${part}`)
          .sort()
          .join();
      const reversed = [...weights].reverse();
      return sorted(split(total, weights), weights) === sorted(split(total, reversed), reversed);
    });

  it('adds up to the total', () => {
    fc.assert(addsUp(allocate));
    expect(failsOn(addsUp(roundEach))).toBe(true);
  });

  it('gives each its exact share to within one unit', () => {
    fc.assert(withinOne(allocate));
    expect(failsOn(withinOne(restToFirst))).toBe(true);
  });

  it('gives equal weights the same parts in any order', () => {
    fc.assert(anyOrder(allocate));
    expect(failsOn(anyOrder(restToFirst))).toBe(true);
  });

  it('gives the rest to the largest remainders, not to the largest weights, and to the first of equals', () => {
    expect(allocate(1000, [1, 1, 1])).toEqual([334, 333, 333]);
    expect(allocate(10, [50, 26, 24])).toEqual([5, 3, 2]);
    expect(allocate(101, [5000, 5000 - 49, 49])).toEqual([51, 50, 0]);
    expect(allocate(5, [0, 0])).toEqual([0, 0]);
    expect(allocate(2 ** 53 - 1, [2 ** 52, 2 ** 51])).toEqual([6004799503160661, 3002399751580330]);
  });

  it('does not care whether equal units stand together', () => {
    const together = fc.property(
      fc.integer({ min: 0, max: 5000 }),
      fc.array(fc.record({ weight: fc.nat(60), quantity: fc.integer({ min: 1, max: 5 }) }), {
        minLength: 1,
        maxLength: 6,
      }),
      (total, groups) => {
        const into = new Float64Array(groups.length);
        allocateInto(
          total,
          Float64Array.from(groups, (group) => group.weight),
          Float64Array.from(groups, (group) => group.quantity),
          into,
        );
        const units = groups.flatMap((group, index) =>
          Array.from({ length: group.quantity }, () => ({ index, weight: group.weight })),
        );
        const single = allocate(
          total,
          units.map((unit) => unit.weight),
        );
        return groups.every(
          (_, index) => into[index] === sum(single.filter((_part, unit) => units[unit]?.index === index)),
        );
      },
    );
    fc.assert(together);
  });
});
