import { currencyExponent } from './currency.ts';

export type MinorUnits =
  | { readonly ok: true; readonly amount: number }
  | { readonly ok: false; readonly error: 'unknown-currency' | 'not-a-number' | 'too-large' };

const decimal = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,6}))?$/;
/** 2^53 has 16 digits. */
const mostDigits = 16;

/**
 * Major units, as a float or as decimal text, to the currency's minor units: the shortest decimal that names the
 * float × 10^exponent, rounded half away from zero. So 1.005 EUR is 101 cents, though 1.005 × 100 is
 * 100.49999999999999 in floats. Refused: NaN, infinities, text that is no decimal number, and amounts that pass
 * the integers a float holds exactly (2^53 − 1).
 */
export const toMinorUnits = (value: number | string, currency: string): MinorUnits => {
  const exponent = currencyExponent(currency);
  if (exponent === null) return { ok: false, error: 'unknown-currency' };
  const text = typeof value === 'number' ? String(value) : value.trim();
  const parts = text.length <= 64 ? decimal.exec(text) : null;
  const [, sign = '', whole = '', fraction = '', power = '0'] = parts ?? [];
  const digits = `${whole}${fraction}`;
  if (parts === null || digits === '') return { ok: false, error: 'not-a-number' };
  const leadingZeros = /^0*/.exec(digits)?.[0].length ?? 0;
  const significant = digits.slice(leadingZeros);
  const integerDigits = whole.length - leadingZeros + Number(power) + exponent;
  if (significant === '' || integerDigits < 0) return { ok: true, amount: 0 };
  if (integerDigits > mostDigits) return { ok: false, error: 'too-large' };
  const integer = Number(significant.slice(0, integerDigits).padEnd(integerDigits, '0'));
  const amount = integer + ((significant[integerDigits] ?? '0') >= '5' ? 1 : 0);
  if (!Number.isSafeInteger(amount)) return { ok: false, error: 'too-large' };
  return { ok: true, amount: sign === '-' && amount !== 0 ? -amount : amount };
};
